"""*Artikelen*: taking in a text, correcting what was recognised, making courses of it."""

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
def articles(request: HttpRequest, person: User) -> HttpResponse:
    return render(request, "desk/base.html")


@require_safe
@for_staff
def new(request: HttpRequest, person: User) -> HttpResponse:
    return render(request, "desk/base.html")


@require_safe
@for_staff
def article(request: HttpRequest, person: User, article: UUID) -> HttpResponse:
    return render(request, "desk/base.html")


paths: list[URLPattern] = [
    path("artikelen/", articles, name="articles"),
    path("artikelen/nieuw/", new, name="article_new"),
    path("artikelen/<uuid:article>/", article, name="article"),
]
