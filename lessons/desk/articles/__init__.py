"""*Artikelen*: taking in a text, correcting what was recognised, making courses of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.content import staleness
from lessons.content.models import Course
from lessons.desk.articles import making, showing, stale, taking
from lessons.desk.attention import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.urls import URLPattern

    from courseapp.accounts.models import User

ARTICLE = "artikelen/<uuid:article>/"
COURSE = "cursussen/<uuid:course>/"
LESSON = "les/<uuid:lesson>/"
BLOCK = f"{LESSON}blok/<uuid:block>/<slug:passage>/"

paths: list[URLPattern] = [
    path("artikelen/", showing.articles, name="articles"),
    path("artikelen/nieuw/", taking.new, name="article_new"),
    path(ARTICLE, showing.article, name="article"),
    path(f"{ARTICLE}gegevens/", showing.settings, name="article_settings"),
    path(f"{ARTICLE}passage/<slug:passage>/soort/", showing.kind, name="article_kind"),
    path(f"{ARTICLE}weggelaten/<int:number>/terug/", showing.bring_back, name="article_back"),
    path(f"{ARTICLE}nieuwe-versie/", taking.version, name="article_version"),
    path(f"{ARTICLE}wijzigingen/", taking.changes, name="article_changes"),
    path(f"{ARTICLE}cursus/", making.derive, name="article_derive"),
    path(f"{ARTICLE}cursus/<uuid:course>/", making.merge, name="article_merge"),
    path(f"{COURSE}dekking/", showing.coverage, name="coverage"),
    path(f"{COURSE}artikel/", stale.course, name="course_stale"),
    path(f"{BLOCK}overnemen/", stale.accept, name="stale_accept"),
    path(f"{BLOCK}laten-staan/", stale.leave, name="stale_leave"),
    path(f"{LESSON}alles-overnemen/", stale.accept_all, name="stale_accept_all"),
    path(f"{LESSON}alles-laten-staan/", stale.leave_all, name="stale_leave_all"),
]


def attention(_person: User, _now: datetime) -> Iterator[Row]:
    """A row for each course of which an article moved on: how many blocks want a look."""
    cites = Course.articles.through.objects.filter(course=OuterRef("pk"))
    courses = Course.objects.filter(Exists(cites))
    found: dict[Course, set[object]] = {}
    for one in staleness.of_courses(courses):
        found.setdefault(one.lesson.course, set()).add(one.block)
    for course, blocks in found.items():
        yield Row(
            title=_("The article under “%(course)s” has changed") % {"course": course.title},
            url=reverse("desk:course_stale", args=[course.pk]),
            weight="waiting",
            detail=ngettext(
                "%(count)s block to look at", "%(count)s blocks to look at", len(blocks)
            )
            % {"count": len(blocks)},
        )
