"""The right of withdrawal: fourteen days, without a reason, in two steps, also without an account.

Source: art. 6:230o and 6:230oa BW (art. 9 and 11a of Directive 2011/83/EU). A statement is kept
with the moment it was submitted, whatever it says. Whoever gives an order's number and its address
ends that order at once; anything else waits for staff, so that nobody can end another's access.
What the person sees is the same in both cases: it does not tell whether there is such an order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from payments import applying, doorbell, letters, reasons
from payments.models import Order, Withdrawal

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User

# From the day after the contract was made until the end of the fourteenth day.
PERIOD = timedelta(days=15)
# The money must be back by then (art. 6:230r BW).
PAY_BACK_WITHIN = timedelta(days=14)


class IncompleteStatement(Refused):
    code = "incomplete_statement"


class TooLate(Refused):
    """The fourteen days were over when the statement was submitted."""

    code = "withdrawal_too_late"
    status = 409


def submit(*, name: str, contract: str, email: str, now: datetime) -> Withdrawal:
    """Keep a statement and acknowledge it; it takes effect at once where it is sure what it means.

    Raises ``IncompleteStatement`` only when one of the three is blank.
    """
    name, contract, email = name.strip()[:200], contract.strip()[:200], email.strip()
    if not (name and contract and email):
        raise IncompleteStatement(_("Fill in your name, your order and your e-mail address."))
    with transaction.atomic():
        order = _meant(contract, email)
        statement = Withdrawal.objects.create(
            name=name, contract=contract, email=email, submitted_at=now
        )
        letters.acknowledge(statement, order, now=now)
        if order is not None:
            _decide(statement, order, now)
    return statement


class AlreadyDecided(Refused):
    """Somebody else decided on this statement meanwhile."""

    code = "already_decided"
    status = 409


class TooYoung(Refused):
    """The order was placed after the statement came in: another one is meant."""

    code = "order_too_young"
    status = 409


def match(*, statement: Withdrawal, order: Order, by: User, now: datetime) -> Withdrawal:
    """Staff found which order a statement means; what counts is when it was submitted.

    The order's own address is told too, and no other. Raises ``AlreadyDecided`` and ``TooYoung``.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order.pk)
        found = _undecided(statement)
        require_older(row, found)
        with translation.override(row.language):
            _decide(found, row, now)
            letters.acknowledge(found, row, now=now)
            if found.refused and row.email:
                letters.answer(found, found.refused, to=row.email, now=now)
        audit.record(
            by=by, act="withdrawal.matched", on=row, now=now, name=row.number,
            after={"refused": found.refused},
        )  # fmt: skip
    return found


def refuse(*, statement: Withdrawal, reason: str, by: User, now: datetime) -> Withdrawal:
    """Staff found no order that a statement could end, and say why, in words for its sender.

    A letter goes to the address it came from; the reason is in it only if somebody with that
    address has ordered here, so that a stranger does not learn whether there is an order.
    Raises ``AlreadyDecided`` and ``reasons.NoReason``.
    """
    with transaction.atomic():
        found = _undecided(statement)
        found.refused, found.decided_at = reasons.given(reason), now
        found.save(update_fields=["refused", "decided_at"])
        with translation.override(settings.LANGUAGE_CODE):  # Who wrote it is not known.
            reason = found.refused if is_buyer(found) else ""
            letters.answer(found, reason, to=found.email, now=now)
        audit.record(by=by, act="withdrawal.refused", on=found, now=now)
    return found


def set_aside(*, statement: Withdrawal, by: User, now: datetime) -> Withdrawal:
    """What came in is no withdrawal from a contract of ours; nobody is told. ``AlreadyDecided``."""
    with transaction.atomic():
        found = _undecided(statement)
        found.decided_at = now
        found.save(update_fields=["decided_at"])
        audit.record(by=by, act="withdrawal.set_aside", on=found, now=now)
    return found


def is_buyer(statement: Withdrawal) -> bool:
    """Whether somebody with the statement's address has ordered here."""
    return Order.objects.filter(email__iexact=statement.email).exists()


def require_older(order: Order, statement: Withdrawal) -> None:
    """Do nothing when the statement can mean this order. Raises ``TooYoung``."""
    if order.placed_at > statement.submitted_at:
        raise TooYoung(_("This order was placed later than the statement came in."))


def _undecided(statement: Withdrawal) -> Withdrawal:
    row = Withdrawal.objects.select_for_update().get(pk=statement.pk)
    if row.decided_at is not None:
        raise AlreadyDecided(_("This was decided on meanwhile."))
    return row


def is_possible(order: Order, now: datetime) -> bool:
    """Whether this order can still be withdrawn from."""
    return order.contract == Order.Contract.PLACED and now < order.placed_at + PERIOD


def _meant(contract: str, email: str) -> Order | None:
    """The order of this number and this address, locked."""
    number = "".join(contract.upper().split()).replace("-", "")
    rows = Order.objects.select_for_update().filter(number=number, email__iexact=email)
    return rows.first()


def _decide(statement: Withdrawal, order: Order, now: datetime) -> None:
    statement.decided_at = now
    statement.order = order
    if order.contract == Order.Contract.WITHDRAWN:
        statement.refused = _("This order was withdrawn from before.")
    elif not statement.submitted_at < order.placed_at + PERIOD:
        statement.refused = _("The fourteen days were over.")
    statement.save()
    if statement.refused:
        return
    order.contract = Order.Contract.WITHDRAWN
    order.sync_no += 1
    order.next_sync_at = now
    order.save(update_fields=["contract", "sync_no", "next_sync_at"])
    # At once, whether or not Stripe answers; the money follows with the next look at it.
    if order.state == Order.State.PAID:
        applying.set_right(order, "revoked", "withdrawn", now)
    transaction.on_commit(doorbell.ring, robust=True)
