"""Where a proof is made, fetched, taken back and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from courseapp.proofs import pages

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path("mijn/cursus/<uuid:course>/bewijs/", pages.proof, name="proof"),
    path("mijn/cursus/<uuid:course>/bewijs/bestand/", pages.file, name="proof_file"),
    path("mijn/cursus/<uuid:course>/bewijs/weg/", pages.take_back, name="proof_take_back"),
    path("bewijs/<str:number>/", pages.check, name="proof_check"),
]
