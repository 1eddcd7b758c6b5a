"""*Omzet*: what came in and went back, by month and by product, as plot and as table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.desk import plots
from lessons.desk.door import CLOCK, for_owners
from payments import bookkeeping
from payments.staff import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from courseapp.accounts.models import User
    from payments.bookkeeping import Sums

MONTHS = 12


@dataclass(frozen=True)
class Line:
    """A month or a product with its figures in words."""

    name: str
    short: str
    sums: Sums
    gross: str
    refunded: str
    kept: str
    vat: str
    net: str
    taken: str


@require_safe
@for_owners
def revenue(request: HttpRequest, person: User) -> HttpResponse:
    """Twelve months up to this one."""
    months = _last_months(localtime(timezone.now(), CLOCK).date())
    figures = bookkeeping.by_month(months[0])
    lines = [
        _line(date_format(one, "F Y"), date_format(one, "b"), figures.months.get(one, NOTHING))
        for one in months
    ]
    total = bookkeeping.total(figures.months.get(one, NOTHING) for one in months)
    context = {
        "lines": lines,
        "plot": _plot(lines) if any(line.sums != NOTHING for line in lines) else "",
        "total": _line(_("Together"), "", total),
        "products": [_line(name, "", sums) for name, sums in figures.products],
        "has_taken": total.taken != 0 or any(line.sums.taken for line in lines),
    }
    return render(request, "payments/staff/revenue.html", context)


NOTHING = bookkeeping.Sums()


def _last_months(today: date) -> list[date]:
    number = today.year * 12 + today.month - 1
    return [
        today.replace(year=one // 12, month=one % 12 + 1, day=1)
        for one in range(number - MONTHS + 1, number + 1)
    ]


def _line(name: str, short: str, sums: Sums) -> Line:
    return Line(
        name=name,
        short=short,
        sums=sums,
        gross=words.amount(sums.gross),
        refunded=words.amount(sums.refunded),
        kept=words.amount(sums.gross - sums.refunded),
        vat=words.amount(sums.vat),
        net=words.amount(sums.gross - sums.refunded - sums.vat),
        taken=words.amount(sums.taken),
    )


def _plot(lines: Sequence[Line]) -> SafeString:
    """A bar for each month: solid stayed, hatched went back in that month."""
    bars = [
        plots.LessonBar(
            name=line.short,
            value=max(line.sums.gross - line.sums.refunded, 0),
            lost=line.sums.refunded or None,
            words=line.kept,
        )
        for line in lines
    ]
    return plots.lessons(
        name="revenue",
        title=_("Revenue by month"),
        description=_(
            "A bar for each of twelve months, with what stayed. Hatched is what was given back in"
            " that month. The table has the same figures."
        ),
        bars=bars,
    )


paths: list[URLPattern] = [
    path("omzet/", revenue, name="revenue"),
]
