"""Articles as they are: the list, the recognised text, what is said of them, who uses them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lessons.content import articles as content
from lessons.content import revisions, shelf
from lessons.content.articles import InvalidArticle
from lessons.desk.articles import going
from lessons.desk.articles.words import KINDS
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.models import Article
    from lessons.content.shelf import Line, Use

# So many lines a page: a book of 500 pages would make one of ten megabytes.
LINES = 400
DIGITS = 9  # More than any version has.


@require_safe
@for_staff
def articles(request: HttpRequest, _person: User) -> HttpResponse:
    return render(request, "desk/articles/list.html", {"rows": shelf.rows()})


@require_safe
@for_staff
def article(request: HttpRequest, _person: User, article: UUID) -> HttpResponse:
    """The text as it was recognised, with all that hangs on it."""
    row = content.called(article)
    revision = shelf.newest(row)
    lines = shelf.lines(revision)
    uses = shelf.uses(row)
    return render(
        request,
        "desk/articles/article.html",
        {
            "article": row,
            "revision": revision,
            "page": _page(request, lines),
            "legend": _legend(lines),
            "left_out": sum((line.passage is None) + len(line.marks) for line in lines),
            "uses": uses,
            "unused": _unused(uses),
            "stale": len({one.block for one in shelf.stale_blocks(row)}) if uses else 0,
            "kinds": KINDS.items(),
            "fresh": "nieuw" in request.GET,
        },
    )


def _unused(uses: list[Use]) -> set[str]:
    """What not one of the courses uses; nothing is missed where there is no course."""
    each = [{one.key for one in use.unused} for use in uses]
    return set.intersection(*each) if each else set()


def _page(request: HttpRequest, lines: list[Line]) -> Page[Line]:
    """The part of the text that is asked for, by its number or by a passage in it."""
    pages = Paginator(lines, LINES)
    wanted = request.GET.get("passage", "")
    if wanted:
        at = next((n for n, line in enumerate(lines) if _is(line, wanted)), 0)
        return pages.page(at // LINES + 1)
    return pages.get_page(request.GET.get("deel"))


def _is(line: Line, key: str) -> bool:
    return line.key == key


@dataclass(frozen=True)
class Entry:
    """A kind in the legend, and how often it occurs."""

    kind: str
    label: str
    count: int


def _legend(lines: list[Line]) -> list[Entry]:
    counted = Counter(line.passage.kind for line in lines if line.passage)
    return [Entry(kind, str(label), counted[kind]) for kind, label in KINDS.items()]


@require_POST
@for_staff
def kind(request: HttpRequest, person: User, article: UUID, passage: str) -> HttpResponse:
    """Correct what a passage is, leave it out, or undo that; with htmx its line comes back."""
    row = content.called(article)
    revision = shelf.newest(row)
    revisions.correct_kind(
        revision=revision,
        key=passage,
        kind=request.POST.get("kind", ""),
        by=person,
        now=timezone.now(),
    )
    # What was brought back and is left out again has lost its key.
    where = passage if revision.passages.filter(key=passage).exists() else ""
    return _changed(request, row, where)


@require_POST
@for_staff
def bring_back(request: HttpRequest, person: User, article: UUID, number: int) -> HttpResponse:
    """Make a passage of a piece that was left out; with htmx its line comes back."""
    row = content.called(article)
    version = row.revisions.filter(number=_number(request.POST.get("version", ""))).first()
    key = revisions.bring_back(
        revision=version or shelf.newest(row), number=number, by=person, now=timezone.now()
    )
    return _changed(request, row, key)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= DIGITS else 0


def _changed(request: HttpRequest, row: Article, key: str) -> HttpResponse:
    """The line of a passage after a change, alone with htmx, else on the page."""
    if not key or "HX-Request" not in request.headers:
        address = going.to_passage(row, key) if key else reverse("desk:article", args=[row.pk])
        return going.whole_page(request, address)
    revision = shelf.newest(row)
    context = {
        "article": row,
        "revision": revision,
        "line": next(line for line in shelf.lines(revision) if _is(line, key)),
        "unused": _unused(shelf.uses(row)),
        "kinds": KINDS.items(),
    }
    return render(request, "desk/articles/line.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def settings(request: HttpRequest, person: User, article: UUID) -> HttpResponse:
    """Title, description, and whether everybody may read it."""
    row = content.called(article)
    context: dict[str, object] = {"article": row, "courses": row.courses.order_by("title")}
    if request.method != "POST":
        return render(request, "desk/articles/settings.html", context)
    said = {name: request.POST.get(name, "") for name in ("title", "description")}
    public = bool(request.POST.get("public"))
    try:
        content.change(article=row.pk, **said, public=public, by=person, now=timezone.now())
    except InvalidArticle as refused:
        context |= {"error": refused, "typed": {**said, "public": public}}
        return render(request, "desk/articles/settings.html", context, status=refused.status)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("desk:article", args=[row.pk]))


@require_safe
@for_staff
def coverage(request: HttpRequest, _person: User, course: UUID) -> HttpResponse:
    """How one course and all its articles cover each other, each gap with a way to it."""
    row = shelf.course_of(course)
    return render(
        request,
        "desk/articles/coverage.html",
        {"course": row, "use": shelf.use_of(row)},
    )
