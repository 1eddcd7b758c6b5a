"""The books as they are handed on: figures by month, and a line for each invoice and credit note.

Everything follows from invoices and credit notes, which are numbered and never change; what a bank
took in a dispute stands in the ledger alone. Months and days are Amsterdam's: those of the tax
return.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import IntegerField, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncMonth

from payments.invoices import UNDONE
from payments.models import Invoice, LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from payments.models import Payment

CLOCK = ZoneInfo("Europe/Amsterdam")
BATCH = 500


@dataclass(frozen=True)
class Sums:
    """Cents of a period: what was invoiced, what was credited, the VAT in what stayed; ``taken`` by
    banks in disputes, less what they gave back.
    """

    gross: int = 0
    refunded: int = 0
    vat: int = 0
    taken: int = 0


@dataclass(frozen=True)
class Figures:
    """By the first day of each month, and by product over the whole time, the largest first."""

    months: dict[date, Sums]
    products: list[tuple[str, Sums]]


@dataclass(frozen=True)
class Entry:
    """One invoice or credit note, amounts in cents; those of a credit note are negative."""

    number: str
    issued_at: datetime
    order: str
    description: str
    country: str
    net: int
    vat_rate: int
    vat: int
    total: int
    currency: str
    method: str
    payment: str
    refund: str
    kind: str


def by_month(first: date) -> Figures:
    """The figures from the beginning of this month on."""
    since = begin_of(first)
    rows = (
        Invoice.objects.filter(issued_at__gte=since)
        .annotate(
            month=TruncMonth("issued_at", tzinfo=CLOCK),
            is_undone=Q(cause__endswith=UNDONE),
        )
        .values("month", "kind", "is_undone", "order__offer__product__title")
        .annotate(
            total=Sum(Cast(KT("content__total"), IntegerField())),
            tax=Sum(Cast(KT("content__vat"), IntegerField())),
        )
        .order_by("month")
    )
    months: dict[date, Sums] = {}
    products: dict[str, Sums] = {}
    for row in rows:
        is_sale = row["kind"] == Invoice.Kind.INVOICE and not row["is_undone"]
        sums = Sums(
            gross=row["total"] if is_sale else 0,
            refunded=0 if is_sale else -row["total"],
            vat=row["tax"],
        )
        month, name = row["month"].date(), row["order__offer__product__title"]
        months[month] = total([months.get(month, Sums()), sums])
        products[name] = total([products.get(name, Sums()), sums])
    for month, taken in _taken(since):
        months[month] = total([months.get(month, Sums()), Sums(taken=taken)])
    return Figures(months, sorted(products.items(), key=lambda one: -one[1].gross))


def total(many: Iterable[Sums]) -> Sums:
    rows = list(many)
    return Sums(
        gross=sum(one.gross for one in rows),
        refunded=sum(one.refunded for one in rows),
        vat=sum(one.vat for one in rows),
        taken=sum(one.taken for one in rows),
    )


def entries(first: date, last: date) -> Iterator[Entry]:
    """Every invoice and credit note of these days, both included, in the order of issue."""
    rows = (
        Invoice.objects.filter(issued_at__gte=begin_of(first))
        .filter(issued_at__lt=begin_of(last + timedelta(days=1)))
        .select_related("order")
        .prefetch_related("order__payments__refunds")
        .order_by("issued_at", "number")
    )
    for row in rows.iterator(chunk_size=BATCH):
        yield _entry(row)


def begin_of(day: date) -> datetime:
    """The moment a day begins in Amsterdam."""
    return datetime.combine(day, time(), tzinfo=CLOCK)


def _taken(since: datetime) -> Iterator[tuple[date, int]]:
    """Cents that banks took and did not give back, by month."""
    rows = (
        LedgerEntry.objects.filter(Q(cause__endswith=":taken") | Q(cause__endswith=":won"))
        .filter(account="customer", at__gte=since)
        .annotate(month=TruncMonth("at", tzinfo=CLOCK))
        .values("month")
        .annotate(cents=Sum("amount"))
        .order_by("month")
    )
    for row in rows:
        yield row["month"].date(), row["cents"]


def _entry(row: Invoice) -> Entry:
    content = row.content
    reference = row.cause.rpartition(":")[0]
    payment = _payment(row, reference)
    return Entry(
        number=row.number,
        issued_at=row.issued_at,
        order=str(content["order"]),
        description=str(content["description"]),
        country=" ".join(
            f"{name}={value}" for name, value in sorted(row.order.country_evidence.items())
        ),
        net=content["net"],
        vat_rate=content["vat_rate"],
        vat=content["vat"],
        total=content["total"],
        currency=str(content["currency"]),
        method=payment.method if payment else "",
        payment=payment.pk if payment else "",
        refund=reference if row.kind == Invoice.Kind.CREDIT else "",
        kind=row.kind,
    )


def _payment(row: Invoice, reference: str) -> Payment | None:
    """What was paid with, or given back from."""
    paid = sorted(
        (one for one in row.order.payments.all() if one.status == "succeeded"),
        key=lambda one: (one.paid_at or row.issued_at, one.pk),
    )
    for one in paid:
        if any(refund.stripe_id == reference for refund in one.refunds.all()):
            return one
    return paid[0] if paid else None
