"""What the buyer is told by mail, each thing once; subjects say nothing of the topic."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.accounts.models import AuditEntry
from courseapp.errors import Refused
from courseapp.post import letters, outbox
from courseapp.post.models import Letter
from payments.models import Gift
from payments.models import Refund as Asked
from payments.papers import enclosing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from courseapp.accounts.models import User
    from courseapp.post.enclosures import Enclosure
    from payments.models import Order, Withdrawal
    from payments.projection import Facts, Projection, Refund

# No letter that can be taken for another one.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RESENT = "order.confirmation_resent"
# What happened longer ago was told then, even if the letter is gone: letters are kept ninety days.
TOLD_WITHIN = timedelta(days=60)
# Between two confirmations of one order.
PAUSE = timedelta(minutes=1)


class NothingToConfirm(Refused):
    """The order is not paid, or its buyer's address was erased."""

    code = "nothing_to_confirm"
    status = 409


class SentJustNow(Refused):
    code = "sent_just_now"
    status = 409


def gift_code() -> str:
    """A code nobody can guess (60 bits), in groups a person can type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def tell(order: Order, found: Projection, facts: Facts, *, now: datetime) -> None:
    """The confirmation of a paid order, and word of each refund: in the transaction they follow."""
    with translation.override(order.language):
        if found.state == "paid" and order.paid_at and now - order.paid_at < TOLD_WITHIN:
            _confirm(order, f"confirmed:{order.pk}", now)
        for one in facts.refunds:
            if one.status == "succeeded":
                _refunded(order, one, now)


def _confirm(order: Order, key: str, now: datetime) -> None:
    """The confirmation, in the language that is active now."""
    if not _is_new(order, key):
        return
    context = {
        "gift": Gift.objects.filter(order=order).first(),
        "declarations": list(order.declarations.order_by("pk")),
    }
    subject = _("Confirmation of your order")
    enclosed = list(enclosing.of_confirmation(order))
    _put(order, key, "order_confirmed", subject, context, enclosed, now)


def _refunded(order: Order, refund: Refund, now: datetime) -> None:
    key = f"refunded:{refund.id}"
    lately = Asked.objects.filter(stripe_id=refund.id, asked_at__gt=now - TOLD_WITHIN)
    if not _is_new(order, key) or not lately.exists():
        return
    enclosed = list(enclosing.of_refund(order, f"{refund.id}:credit"))
    context = {"amount": refund.amount}
    _put(order, key, "order_refunded", _("Your refund"), context, enclosed, now)


def resend(*, order: Order, by: User, now: datetime) -> None:
    """Send the confirmation once more, to the order's address. Raises ``NothingToConfirm`` and
    ``SentJustNow``.
    """
    with transaction.atomic():
        row = type(order).objects.select_for_update().get(pk=order.pk)
        if row.state != row.State.PAID or not row.email:
            raise NothingToConfirm(_("There is nothing to confirm, or no address to send it to."))
        first = f"confirmed:{row.pk}"
        if Letter.objects.filter(key__startswith=first, created_at__gt=now - PAUSE).exists():
            raise SentJustNow(_("The confirmation was sent less than a minute ago."))
        # Counted by what was done and not by the letters there are: those go after ninety days.
        before = AuditEntry.objects.filter(kind="order", target=str(row.pk), act=RESENT).count()
        audit.record(by=by, act=RESENT, on=row, now=now, name=row.number)
        with translation.override(row.language):
            _confirm(row, f"{first}:{before + 2}", now)


def answer(statement: Withdrawal, reason: str, *, to: str, now: datetime) -> None:
    """That a statement ends nothing, in the language that is active now.

    ``reason`` is blank for a stranger, who learns no more than that.
    """
    words = letters.render(
        template="withdrawal_answered",
        subject=_("About your message"),
        context={"statement": statement, "reason": reason},
    )
    outbox.put(
        stream=Letter.Stream.RECEIPT, key=f"withdrawal:{statement.pk}:answer", to=to,
        subject=words.subject, text=words.text, html=words.html, now=now,
    )  # fmt: skip


def acknowledge(statement: Withdrawal, order: Order | None, *, now: datetime) -> None:
    """That a withdrawal came in, with its words, date and time; to the order's address as well.

    It says nothing of whether there is such an order (art. 6:230oa BW asks for the receipt only).
    """
    to = {statement.email.lower(): statement.email}
    if order is not None and order.email:
        to[order.email.lower()] = order.email
    for place, address in enumerate(to.values()):
        words = letters.render(
            template="withdrawal_received",
            subject=_("We received your message"),
            context={"statement": statement},
        )
        outbox.put(
            stream=Letter.Stream.RECEIPT,
            key=f"withdrawal:{statement.pk}:{place}",
            to=address,
            subject=words.subject,
            text=words.text,
            html=words.html,
            now=now,
        )


def _is_new(order: Order, key: str) -> bool:
    """Whether this can be told and was not yet."""
    return bool(order.email) and not Letter.objects.filter(key=key).exists()


def _put(
    order: Order,
    key: str,
    template: str,
    subject: str,
    context: dict[str, Any],
    enclosed: Sequence[Enclosure],
    now: datetime,
) -> None:
    context = {"order": order, "enclosed": enclosed, **context}
    words = letters.render(template=template, subject=subject, context=context)
    outbox.put(
        stream=Letter.Stream.RECEIPT,
        key=key,
        to=order.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
        enclosures=enclosed,
    )
