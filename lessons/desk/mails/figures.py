"""*Cijfers* of a sequence: what came of each mail, of groups and never of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.desk import plots
from lessons.desk.door import for_staff
from lessons.desk.mails import words
from lessons.drip import drafting
from lessons.drip import figures as counted
from lessons.reading import groups

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.drip.figures import StepFigures

# Longer names do not fit above their bar.
NAME_MAX = 30


@dataclass(frozen=True)
class Row:
    """A mail of the table; every number in words, with its share of who got it."""

    subject: str
    key: str
    is_live: bool
    cells: list[tuple[str, str]]


@require_safe
@for_staff
def figures(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """A line for each mail, and a plot of how many went."""
    row = drafting.sequence_of(sequence)
    found = counted.of(sequence=row)
    context = {
        "sequence": row,
        "course": row.course,
        "rows": [_row(one, sells=row.sells_id is not None) for one in found],
        "plot": _plot(found) if found else "",
        "sells": row.sells_id is not None,
    }
    return render(request, "desk/mails/figures.html", context)


def _row(one: StepFigures, *, sells: bool) -> Row:
    told = (one.planned, one.sent, one.in_doubt, one.failed, one.withheld)
    after = (one.stopped, one.opened, *([one.bought] if sells else []))
    whole = groups.told(one.sent)
    return Row(
        subject=one.subject,
        key=one.key,
        is_live=one.is_live,
        cells=[(words.short(count), "") for count in told]
        + [(words.short(count), _share(count, whole)) for count in after],
    )


def _share(count: int, whole: int | None) -> str:
    share = groups.of(count, whole).share
    return "" if share is None else f"{share}%"


def _plot(found: list[StepFigures]) -> SafeString:
    bars = [
        plots.Bar(_short(one.subject), groups.told(one.sent), words.number(one.sent))
        for one in found
        if groups.told(one.sent) is not None
    ]
    if not bars:
        return SafeString("")
    return plots.funnel(
        name="mails",
        title=_("Sent, by mail"),
        description=_("A bar for each mail, with its figure. The table has the same figures."),
        bars=bars,
    )


def _short(subject: str) -> str:
    return subject if len(subject) <= NAME_MAX else f"{subject[: NAME_MAX - 1].rstrip()}…"


paths: list[URLPattern] = [
    path("mails/<uuid:sequence>/cijfers/", figures, name="mails_figures"),
]
