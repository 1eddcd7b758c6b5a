"""*Boekhouder*: a file with a line for each invoice and credit note, as Dutch Excel opens it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from lessons.desk.door import CLOCK, for_owners
from payments import bookkeeping
from payments.staff import typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.functional import _StrPromise

    from courseapp.accounts.models import User
    from payments.bookkeeping import Entry

# Excel reads a file as UTF-8 only with this in front.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What a spreadsheet would take for a formula, were it the first character of a cell.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Column:
    name: _StrPromise
    meaning: _StrPromise


COLUMNS = (
    Column(
        pgettext_lazy("purchase", "Number"),
        gettext_lazy("of the invoice (F…) or the credit note (C…)"),
    ),
    Column(gettext_lazy("Kind"), gettext_lazy("invoice or credit note")),
    Column(gettext_lazy("Date"), gettext_lazy("of issue, in Amsterdam")),
    Column(pgettext_lazy("purchase", "Order"), gettext_lazy("the order's number")),
    Column(gettext_lazy("Description"), gettext_lazy("as it stands on the invoice")),
    Column(
        gettext_lazy("Country"),
        gettext_lazy("what is known of where the buyer is, such as the land of the card"),
    ),
    Column(gettext_lazy("Net"), gettext_lazy("without VAT; of a credit note negative")),
    Column(gettext_lazy("VAT rate"), gettext_lazy("in percent")),
    Column(gettext_lazy("VAT"), gettext_lazy("of a credit note negative")),
    Column(gettext_lazy("Total"), gettext_lazy("net and VAT together")),
    Column(gettext_lazy("Currency"), gettext_lazy("EUR")),
    Column(gettext_lazy("Method"), gettext_lazy("how it was paid, by Stripe's name")),
    Column(gettext_lazy("Payment"), gettext_lazy("Stripe's number of the payment, pi_…")),
    Column(gettext_lazy("Refund"), gettext_lazy("Stripe's number of the refund, re_…")),
)


@require_safe
@for_owners
def accountant(request: HttpRequest, person: User) -> HttpResponse:
    """Which days, and what the columns mean; the quarter before this one to begin with."""
    first, last = _last_quarter(localtime(timezone.now(), CLOCK).date())
    context = {"first": first, "last": last, "columns": COLUMNS}
    return render(request, "payments/staff/accountant.html", context)


@require_safe
@for_owners
def download(request: HttpRequest, person: User) -> HttpResponse:
    """The file of these days, written while it is sent."""
    first, last = (typed.day(request.GET.get(name, "")) for name in ("van", "tot"))
    if first is None or last is None or last < first or last.year > YEARS:
        was = _last_quarter(localtime(timezone.now(), CLOCK).date())
        refused = _("Choose a first day and a last day that is not before it.")
        context = {"first": first or was[0], "last": last or was[1], "columns": COLUMNS}
        return render(
            request, "payments/staff/accountant.html", context | {"refused": refused}, status=400
        )
    # Names in the language of now: the file is written after this page's language is gone.
    kinds = {"invoice": _("invoice"), "credit": _("credit note")}
    names = [str(column.name) for column in COLUMNS]
    answer = StreamingHttpResponse(
        _written(names, kinds, first, last), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="boekhouding-{first}-{last}.csv"'
    return cast("HttpResponse", answer)


# No calendar of Python's goes beyond 9999, and the day after the last is asked for.
YEARS = 9000


def _written(names: list[str], kinds: dict[str, str], first: date, last: date) -> Iterator[str]:
    """Line by line; the file is never whole in memory."""
    room = StringIO()
    writer = csv.writer(room, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    yield MARK + _taken(room)
    for entry in bookkeeping.entries(first, last):
        writer.writerow(_cells(entry, kinds))
        yield _taken(room)


def _taken(room: StringIO) -> str:
    written = room.getvalue()
    room.seek(0)
    room.truncate()
    return written


def _cells(entry: Entry, kinds: dict[str, str]) -> list[str]:
    return [
        entry.number, kinds[entry.kind], f"{localtime(entry.issued_at, CLOCK):%d-%m-%Y}",
        guarded(entry.order), guarded(entry.description), guarded(entry.country),
        decimal(entry.net), decimal(entry.vat_rate), decimal(entry.vat), decimal(entry.total),
        guarded(entry.currency.upper()), guarded(entry.method), guarded(entry.payment),
        guarded(entry.refund),
    ]  # fmt: skip


def decimal(hundredths: int) -> str:
    """``-1249,50``: a comma, and no points, so that a Dutch spreadsheet takes it for a number."""
    sign, (whole, rest) = "-" if hundredths < 0 else "", divmod(abs(hundredths), 100)
    return f"{sign}{whole},{rest:02}"


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def _last_quarter(today: date) -> tuple[date, date]:
    begin = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    last = begin.fromordinal(begin.toordinal() - 1)
    return last.replace(month=last.month - 2, day=1), last


paths: list[URLPattern] = [
    path("boekhouder/", accountant, name="accountant"),
    path("boekhouder/bestand.csv", download, name="accountant_file"),
]
