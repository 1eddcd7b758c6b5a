"""Reading all rows about one order, for its timeline: a fixed number of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound
from courseapp.post.models import Letter
from lessons.reading.models import Access
from payments.models import Gift, Order, Refund, StaffGrant, StripeEvent
from payments.staff import words
from payments.staff.timeline import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from courseapp.accounts.models import User

# Nobody reads more of them on one page; what is older is in the database.
MOST_EVENTS = 200


def order_called(number: str) -> Order:
    """The order of this number, whoever bought it; raises ``NotFound``."""
    rows = Order.objects.select_related("offer__product", "buyer", "barred_by")
    found = rows.filter(number=number).first() if number.isalnum() else None
    if found is None:
        raise NotFound(_("There is no order with this number."))
    return found


def of(order: Order) -> Rows:
    """All that is kept about an order."""
    gift = Gift.objects.filter(order=order).select_related("used_by").first()
    reader = (gift.used_by if gift else None) if order.is_gift else order.buyer
    courses = list(order.offer.product.courses.values_list("pk", flat=True))
    attempts = list(order.attempts.order_by("created_at"))
    payments = list(order.payments.order_by("paid_at", "pk").prefetch_related("disputes"))
    refunds = list(Refund.objects.filter(payment__order=order).order_by("asked_at"))
    withdrawals = list(order.withdrawals.order_by("submitted_at"))
    disputes = [one for payment in payments for one in payment.disputes.all()]
    objects = [
        *(one.session_id for one in attempts), *(one.pk for one in payments),
        *(one.stripe_id for one in refunds), *(one.pk for one in disputes),
    ]  # fmt: skip
    rights = _rights(reader, courses)
    return Rows(
        order=order,
        reader=reader,
        courses=courses,
        gift=gift,
        declarations=list(order.declarations.order_by("pk")),
        attempts=attempts,
        events=_events(order, [one for one in objects if one]),
        payments=payments,
        refunds=refunds,
        disputes=disputes,
        changes=list(order.access_changes.order_by("sync_no")),
        ledger=list(order.ledger.order_by("pk")),
        invoices=list(order.invoices.order_by("issued_at", "number")),
        withdrawals=withdrawals,
        letters=_letters(order, refunds, [one.pk for one in withdrawals]),
        acts=audit.of([order.pk])[::-1],
        rights=rights,
        sources=_sources(one.source for one in rights if one.source != order.source),
    )


def _rights(reader: User | None, courses: Sequence[UUID]) -> list[Access]:
    if reader is None:
        return []
    held = Access.objects.filter(reader=reader, course__in=courses).select_related("course")
    return list(held.order_by("granted_at", "pk"))


def _events(order: Order, objects: Sequence[str]) -> list[StripeEvent]:
    about = Q(object_id__in=objects) | Q(about__order=str(order.pk))
    # What is ignored led to nothing.
    told = StripeEvent.objects.filter(about).exclude(state=StripeEvent.State.IGNORED)
    return list(told.order_by("received_at", "pk")[:MOST_EVENTS])


def _letters(order: Order, refunds: Sequence[Refund], statements: Sequence[UUID]) -> list[Letter]:
    wanted = Q(key__startswith=f"confirmed:{order.pk}")
    wanted |= Q(key__in=[f"refunded:{one.stripe_id}" for one in refunds if one.stripe_id])
    for pk in statements:
        wanted |= Q(key__startswith=f"withdrawal:{pk}")
    return list(Letter.objects.filter(wanted).order_by("created_at", "pk"))


def _sources(sources: Iterable[str]) -> dict[str, str]:
    """What gave rights, in words."""
    named = {source: _uuid(source) for source in sources}
    uuids = [one for one in named.values() if one]
    orders = dict(Order.objects.filter(pk__in=uuids).values_list("pk", "number"))
    grants = dict(StaffGrant.objects.filter(pk__in=uuids).values_list("pk", "at"))
    found = {}
    for source, uuid in named.items():
        if uuid in orders:
            found[source] = _("order %(number)s") % {"number": orders[uuid]}
        elif uuid in grants:
            day = words.on_day(grants[uuid])
            found[source] = _("an access that we gave on %(day)s") % {"day": day}
        else:
            found[source] = source
    return found


def _uuid(source: str) -> UUID | None:
    try:
        return UUID(source.partition(":")[2])
    except ValueError:
        return None
