"""Below ``/account/gegevens/``: what is kept of who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from courseapp.mydata import pages

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("", pages.my_data, name="my_data"),
    path("bestand/", pages.hand_over, name="my_data_file"),
    path("bestand/<uuid:uuid>/", pages.fetch, name="my_data_fetch"),
    path("wissen/", pages.leave, name="my_data_leave"),
    path("blijven/<str:word>/", pages.stay, name="my_data_stay"),
]
