"""The addresses below ``/beheer/lezers/``. None of them holds an e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.helping.pages import acting, looking

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "helping"
urlpatterns: list[URLPattern] = [*looking.paths, *acting.paths]
