"""*Inzicht*: from visit to finished, in figures and plots."""

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
def overview(request: HttpRequest, person: User) -> HttpResponse:
    return render(request, "desk/base.html")


@require_safe
@for_staff
def insight(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    return render(request, "desk/base.html")


paths: list[URLPattern] = [
    path("inzicht/", overview, name="insights"),
    path("cursussen/<uuid:course>/inzicht/", insight, name="insight"),
]
