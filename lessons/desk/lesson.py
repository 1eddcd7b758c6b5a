"""*Les*: the editor, with the outline and the article beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User


@require_safe
@for_staff
def lesson(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    return render(request, "desk/base.html")


@require_safe
@for_staff
def versions(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    return render(request, "desk/base.html")


paths: list[URLPattern] = [
    path("les/<uuid:lesson>/", lesson, name="lesson"),
    path("les/<uuid:lesson>/versies/", versions, name="lesson_versions"),
]
