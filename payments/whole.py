"""An order with all that is kept about it, and lists of orders and grants: for the practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound
from courseapp.post.models import Letter
from payments import finding
from payments.models import Order, StaffGrant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from courseapp.accounts.models import AuditEntry
    from payments.finding import Seen
    from payments.models import Declaration, Payment, Withdrawal


@dataclass(frozen=True)
class Whole:
    """``payments`` have their refunds and disputes with them; letters are without their words."""

    seen: Seen
    declarations: tuple[Declaration, ...]
    payments: tuple[Payment, ...]
    withdrawals: tuple[Withdrawal, ...]
    letters: tuple[Letter, ...]
    acts: tuple[AuditEntry, ...]


def order(number: str) -> Whole:
    """An order of anybody's. Raises ``NotFound``."""
    found = finding.several([number])
    if not found:
        raise NotFound(_("There is no such order."))
    row = found[0].order
    payments = tuple(
        row.payments.order_by("paid_at", "pk").prefetch_related("refunds__asked_by", "disputes")
    )
    withdrawals = tuple(row.withdrawals.order_by("submitted_at"))
    return Whole(
        seen=found[0],
        declarations=tuple(row.declarations.order_by("pk")),
        payments=payments,
        withdrawals=withdrawals,
        letters=_letters(row, payments, withdrawals),
        acts=tuple(reversed(audit.of([row.pk]))),
    )


def numbers(*, state: str, words: str) -> list[str]:
    """The numbers of orders, the last placed first: of a state, and with this number or address.

    Empty words and an empty state leave nothing out.
    """
    rows = Order.objects.order_by("-placed_at", "-pk")
    if state:
        rows = rows.filter(state=state)
    if words := words.strip():
        tidy = "".join(words.upper().split()).replace("-", "")
        rows = rows.filter(
            Q(number=tidy) | Q(email__iexact=words) | Q(invoices__number=words.upper())
        ).distinct()
    return list(rows.values_list("number", flat=True))


def grants() -> list[StaffGrant]:
    """All that staff gave without a sale, the last given first, ended or not."""
    rows = StaffGrant.objects.select_related("reader", "product", "by", "ended_by")
    return list(rows.order_by("-at", "-pk"))


def _letters(
    order: Order, payments: Iterable[Payment], withdrawals: Iterable[Withdrawal]
) -> tuple[Letter, ...]:
    refunds = [one.stripe_id for paid in payments for one in paid.refunds.all() if one.stripe_id]
    wanted = Q(key__startswith=f"confirmed:{order.pk}")
    wanted |= Q(key__in=[f"refunded:{one}" for one in refunds])
    for one in withdrawals:
        wanted |= Q(key__startswith=f"withdrawal:{one.pk}")
    return tuple(Letter.objects.filter(wanted).order_by("created_at", "pk"))
