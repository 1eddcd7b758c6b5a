"""*Les*: the editor beside outline and article; its versions, and what was not saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lessons.desk.lesson import page, unsaved, versions

if TYPE_CHECKING:
    from django.urls import URLPattern

paths: list[URLPattern] = [
    path("les/<uuid:lesson>/", page.lesson, name="lesson"),
    path("les/<uuid:lesson>/versies/", versions.versions, name="lesson_versions"),
    path("niet-bewaard/<uuid:unsaved>/", unsaved.unsaved, name="unsaved"),
]
