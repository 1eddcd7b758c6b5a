"""What staff look up: lists of courses, articles and editions, live or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content.articles import ArticleNotFound
from lessons.content.models import Article, Course, Edition, Passage, Revision
from lessons.content.revisions import PassageNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import QuerySet


class EditionNotFound(NotFound):
    code = "edition_not_found"


def all_courses() -> Sequence[Course]:
    """Every course by title, each with the numbers of its modules and lessons, in one query."""
    modules = Count("modules", filter=Q(modules__retired_at=None), distinct=True)
    lessons = Count(
        "lessons",
        filter=Q(lessons__retired_at=None, lessons__module__retired_at=None),
        distinct=True,
    )
    rows = Course.objects.select_related("live_edition")
    return list(rows.annotate(module_count=modules, lesson_count=lessons).order_by("title", "slug"))


def all_articles() -> Sequence[Article]:
    """Every article by title, each with the number of its revisions, in one query."""
    return list(_counted().order_by("title", "slug"))


def article(*, article: UUID) -> Article:
    """The article of this identity with the courses that cite it. Raises ``ArticleNotFound``."""
    courses = Prefetch("courses", Course.objects.order_by("title", "slug"))
    found = _counted().prefetch_related(courses).filter(pk=article).first()
    if found is None:
        raise ArticleNotFound(_("This article does not exist."))
    return found


def newest_revision(article: Article) -> Revision | None:
    """The last imported wording with its passages in order; None when nothing was imported yet."""
    passages = Prefetch("passages", Passage.objects.order_by("position"))
    rows = article.revisions.select_related("imported_by").prefetch_related(passages)
    return rows.order_by("-number").first()


def wording_of(article: Article) -> Revision:
    """The same without its passages, where there must be one. Raises ``PassageNotFound``."""
    found = article.revisions.order_by("-number").first()
    if found is None:
        raise PassageNotFound(_("This passage is not in this version of the article."))
    return found


def _counted() -> QuerySet[Article]:
    return Article.objects.annotate(revision_count=Count("revisions"))


def edition(*, edition: UUID) -> Edition:
    """The edition of this identity, with its course. Raises ``EditionNotFound``."""
    rows = Edition.objects.select_related("course", "published_by")
    found = rows.filter(pk=edition).first()
    if found is None:
        raise EditionNotFound(_("This edition does not exist."))
    return found


def two_editions(*, edition: UUID, other: UUID) -> tuple[Edition, Edition]:
    """Two editions of one course. Raises ``EditionNotFound``, also when they are of two courses."""
    rows = Edition.objects.in_bulk([edition, other])
    courses = {row.course_id for row in rows.values()}
    if edition not in rows or other not in rows or len(courses) > 1:
        raise EditionNotFound(_("This edition does not exist."))
    return rows[edition], rows[other]


def editions_of(course: Course) -> Sequence[Edition]:
    """The editions of a course with who published them, the last first."""
    return list(course.editions.select_related("published_by").order_by("-number"))
