"""Orders as their buyer sees them, with where they stand and what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from payments import standing
from payments.models import Attempt, Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from payments.models import AccessChange, Gift, Invoice
    from payments.standing import Word


@dataclass(frozen=True)
class Seen:
    """An order, where it stands, and its papers; ``attempt`` is the payment page that is open."""

    order: Order
    word: Word
    gift: Gift | None
    change: AccessChange | None
    courses: tuple[Course, ...]
    invoices: tuple[Invoice, ...]
    attempt: Attempt | None


def of_buyer(buyer: User) -> list[Seen]:
    """All that this person ordered, the last first; the same number of statements for many."""
    mine = _rows().filter(buyer=buyer)
    return [_seen(order) for order in mine.order_by("-placed_at", "-pk")]


def one(buyer: User, number: str) -> Seen:
    """An order of this person; raises ``NotFound``, also for another's."""
    order = _rows().filter(buyer=buyer, number=number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return _seen(order)


def several(numbers: Sequence[str]) -> list[Seen]:
    """These orders, whoever's they are, in this order; what is none is left out."""
    found = {order.number: order for order in _rows().filter(number__in=numbers)}
    return [_seen(found[number]) for number in numbers if number in found]


def _rows() -> QuerySet[Order]:
    return Order.objects.select_related("offer__product", "gift", "buyer").prefetch_related(
        "offer__product__courses", "access_changes", "invoices", "attempts"
    )


def _seen(order: Order) -> Seen:
    gift = getattr(order, "gift", None)
    changes = sorted(order.access_changes.all(), key=lambda one: one.sync_no)
    change = changes[-1] if changes else None
    word = standing.of(order, gift, change)
    is_open = (one for one in order.attempts.all() if one.state == Attempt.State.OPEN)
    return Seen(
        order=order,
        word=word,
        gift=gift,
        change=change,
        courses=tuple(sorted(order.offer.product.courses.all(), key=lambda one: one.title)),
        invoices=tuple(sorted(order.invoices.all(), key=lambda one: (one.issued_at, one.number))),
        attempt=next(is_open, None) if word in standing.PAYABLE else None,
    )
