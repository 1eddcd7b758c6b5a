"""Which orders a statement of withdrawal may mean: the same address, or nearly the same number."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.db.models import Q

from payments.models import Invoice, Order

if TYPE_CHECKING:
    from payments.models import Withdrawal

MOST = 6
# How alike two numbers of ten are with two letters wrong.
ALIKE = 0.7
# Candidates looked at by their numbers: whose address is another.
LOOKED_AT = 200


def of(statement: Withdrawal) -> list[Order]:
    """The likeliest first; at most six."""
    wanted = _numbers(statement.contract)
    papers = list(Invoice.objects.filter(number__in=wanted).values_list("order", flat=True))
    near = Q(email__iexact=statement.email) | Q(pk__in=papers)
    for number in wanted:
        near |= Q(number__startswith=number[:4]) | Q(number__endswith=number[-4:])
        near |= Q(number__contains=number[3:7])
    rows = (
        Order.objects.filter(near, placed_at__lte=statement.submitted_at)
        .select_related("offer__product")
        .order_by("-placed_at")
    )
    likeness = {
        order: (order.pk in papers)
        + (order.email.lower() == statement.email.lower())
        + _alike(order.number, wanted)
        for order in rows[:LOOKED_AT]
    }
    likely = [order for order in likeness if likeness[order] >= ALIKE]
    return sorted(likely, key=lambda order: -likeness[order])[:MOST]


def _numbers(text: str) -> list[str]:
    """What in a text may be the number of an order or of an invoice."""
    found = re.findall(r"[A-Z0-9-]{6,20}", text.upper())
    joined = "".join(text.upper().split()).replace("-", "")
    found += [one.replace("-", "") for one in found]
    return list(dict.fromkeys([*found, *([joined] if 6 <= len(joined) <= 20 else [])]))[:8]  # noqa: PLR2004


def _alike(number: str, wanted: list[str]) -> float:
    """How much a number is like one of those that were written; from 0 to 1."""
    return max((SequenceMatcher(None, number, one).ratio() for one in wanted), default=0.0)
