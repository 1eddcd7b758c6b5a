"""What the buyer is told by mail, each thing once; subjects say nothing of the topic."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.post import letters, outbox
from courseapp.post.models import Letter
from payments.models import Gift

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Order, Withdrawal
    from payments.projection import Facts, Projection

# No letter that can be taken for another one.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def gift_code() -> str:
    """A code nobody can guess (60 bits), in groups a person can type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def tell(order: Order, found: Projection, facts: Facts, *, now: datetime) -> None:
    """The confirmation of a paid order, and word of each refund: in the transaction they follow."""
    with translation.override(order.language):
        if found.granting is not None:
            gift = Gift.objects.filter(order=order).first()
            _put(
                order, f"confirmed:{order.pk}", "order_confirmed", _("Confirmation of your order"),
                {"gift": gift, "declarations": list(order.declarations.order_by("pk"))}, now,
            )  # fmt: skip
        for one in facts.refunds:
            if one.status == "succeeded":
                _put(
                    order, f"refunded:{one.id}", "order_refunded", _("Your refund"),
                    {"amount": one.amount}, now,
                )  # fmt: skip


def acknowledge(statement: Withdrawal, order: Order | None, *, now: datetime) -> None:
    """That a withdrawal came in, with its words, date and time; to the order's address as well.

    It says nothing of whether there is such an order (art. 6:230oa BW asks for the receipt only).
    """
    to = {statement.email.lower(): statement.email}
    if order is not None and order.email:
        to[order.email.lower()] = order.email
    for address in to.values():
        words = letters.render(
            template="withdrawal_received",
            subject=_("We received your message"),
            context={"statement": statement},
        )
        outbox.put(
            stream=Letter.Stream.RECEIPT,
            key=f"withdrawal:{statement.pk}:{address.lower()}",
            to=address,
            subject=words.subject,
            text=words.text,
            html=words.html,
            now=now,
        )


def _put(
    order: Order, key: str, template: str, subject: str, context: dict[str, Any], now: datetime
) -> None:
    if not order.email or Letter.objects.filter(key=key).exists():
        return
    words = letters.render(template=template, subject=subject, context={"order": order, **context})
    outbox.put(
        stream=Letter.Stream.RECEIPT,
        key=key,
        to=order.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
    )
