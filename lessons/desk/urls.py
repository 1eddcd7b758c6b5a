"""The addresses below ``/beheer/``, room by room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.desk import (
    articles,
    courses,
    history,
    insight,
    keys,
    lesson,
    mails,
    media,
    people,
    preview,
    publish,
    site_pages,
    today,
)

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "desk"
urlpatterns: list[URLPattern] = [
    *today.paths,
    *articles.paths,
    *courses.paths,
    *lesson.paths,
    *mails.paths,
    *media.paths,
    *preview.paths,
    *publish.paths,
    *history.paths,
    *insight.paths,
    *site_pages.paths,
    *people.paths,
    *keys.paths,
]
