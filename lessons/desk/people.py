"""*Mensen*: staff accounts, for owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from lessons.desk.door import for_owners

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User


@require_safe
@for_owners
def people(request: HttpRequest, person: User) -> HttpResponse:
    return render(request, "desk/base.html")


paths: list[URLPattern] = [
    path("mensen/", people, name="people"),
]
