"""Why somebody has access, or has not: one line for each thing that happened, and one answer.

Pure: from rows that were read before (`payments.staff.evidence`) to words. The answer counts every
right of the reader, whatever gave it; the lines are what led there, the first one first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from lessons.desk import acts
from payments.staff import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import AuditEntry, User
    from courseapp.post.models import Letter
    from lessons.reading.models import Access
    from payments.models import (
        AccessChange,
        Attempt,
        Declaration,
        Dispute,
        Gift,
        Invoice,
        LedgerEntry,
        Order,
        Payment,
        Refund,
        StripeEvent,
        Withdrawal,
    )

Kind = Literal["agreed", "stripe", "money", "access", "paper", "mail", "staff"]
# What comes first of what happened at the same moment: causes before what follows from them.
ORDER: tuple[Kind, ...] = ("agreed", "staff", "stripe", "money", "access", "paper", "mail")


@dataclass(frozen=True)
class Line:
    """Something that happened at a moment (UTC), and what else is known of it."""

    at: datetime
    kind: Kind
    words: str
    detail: str = ""


@dataclass(frozen=True)
class Answer:
    """Whether the reader may read what was bought, and why, in one sentence."""

    has: bool
    sentence: str


@dataclass(frozen=True)
class Rows:
    """All that is kept about an order. ``rights`` are the reader's to what the order opens,
    ``sources`` what else gave such rights, in words, by its name.
    """

    order: Order
    reader: User | None
    courses: Sequence[UUID]
    gift: Gift | None = None
    declarations: Sequence[Declaration] = ()
    attempts: Sequence[Attempt] = ()
    events: Sequence[StripeEvent] = ()
    payments: Sequence[Payment] = ()
    refunds: Sequence[Refund] = ()
    disputes: Sequence[Dispute] = ()
    changes: Sequence[AccessChange] = ()
    ledger: Sequence[LedgerEntry] = ()
    invoices: Sequence[Invoice] = ()
    withdrawals: Sequence[Withdrawal] = ()
    letters: Sequence[Letter] = ()
    acts: Sequence[AuditEntry] = ()
    rights: Sequence[Access] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


def lines(rows: Rows) -> list[Line]:
    """The chain of causes, the first one first."""
    found = [
        *_agreed(rows), *_acts(rows), *_stripe(rows), *_money(rows), *_access(rows), *_papers(rows),
    ]  # fmt: skip
    # Stripe's moments are whole seconds: what came of a payment would stand before its order.
    return sorted(found, key=lambda line: (line.at.replace(microsecond=0), _rank(line), line.at))


def _rank(line: Line) -> int:
    return ORDER.index(line.kind)


def answer(rows: Rows) -> Answer:
    """In one sentence: who reads by this order, or why nobody does."""
    standing = [one for one in rows.rights if not one.revoked_at and not one.suspended_at]
    open_courses = {one.course_id for one in standing}
    others = sorted({one.source for one in standing} - {rows.order.source})
    why = {"why": _why(rows), "other": ", ".join(rows.sources.get(one, one) for one in others)}
    if rows.reader is None:
        return Answer(has=False, sentence=_nobody(rows) % why)
    if set(rows.courses) - open_courses:
        if open_courses:
            return Answer(has=False, sentence=_("Has access to a part only: %(why)s.") % why)
        return Answer(has=False, sentence=_("Has no access: %(why)s.") % why)
    if any(one.source == rows.order.source for one in standing):
        return Answer(has=True, sentence=_("Has access, because %(why)s.") % why)
    return Answer(
        has=True,
        sentence=_("Has access, but not by this order (%(why)s): there is still %(other)s.") % why,
    )


def _nobody(rows: Rows) -> str:
    if rows.order.is_gift:
        last = rows.changes[-1] if rows.changes else None
        if last and last.now == "active":
            return _("Nobody has used the gift yet. Whoever types its code gets access.")
        return _("The gift gives no access: %(why)s.")
    return _("The buyer's account was erased; nobody reads by this order.")


def _why(rows: Rows) -> str:
    """Why this order's own right is what it is."""
    last = rows.changes[-1] if rows.changes else None
    if last is None:
        return words.said(words.UNPAID, rows.order.state)
    if last.now == "active" and rows.gift and rows.gift.used_at:
        return _("the gift was used on %(day)s") % {"day": words.on_day(rows.gift.used_at)}
    since = rows.order.paid_at if last.cause == "paid" and rows.order.paid_at else last.at
    return words.cause(last.cause, since, rows.order.barred_reason)


def _agreed(rows: Rows) -> Iterator[Line]:
    order = rows.order
    yield Line(
        order.placed_at, "agreed",
        (_("Ordered as a gift, for %(amount)s") if order.is_gift else _("Ordered for %(amount)s"))
        % {"amount": words.amount(order.total)},
    )  # fmt: skip
    for one in rows.declarations:
        yield Line(one.at, "agreed", _("Declared: “%(text)s”") % {"text": one.text})
    for attempt in rows.attempts:
        yield Line(
            attempt.created_at,
            "agreed",
            _("Sent to the payment page"),
            words.said(words.ATTEMPTS, attempt.state),
        )
    for statement in rows.withdrawals:
        yield Line(
            statement.submitted_at, "agreed",
            _("Statement of withdrawal by %(name)s, %(email)s: “%(text)s”")
            % {"name": statement.name, "email": statement.email, "text": statement.contract},
            _("without effect: %(why)s") % {"why": statement.refused} if statement.refused else "",
        )  # fmt: skip
    if rows.gift and rows.gift.used_at:
        who = rows.gift.used_by.email if rows.gift.used_by else _("somebody whose account is gone")
        yield Line(rows.gift.used_at, "agreed", _("The gift was used by %(who)s") % {"who": who})


def _acts(rows: Rows) -> Iterator[Line]:
    for entry in rows.acts:
        who = acts.name_of(entry.by)
        after = entry.after if isinstance(entry.after, dict) else {}
        known = {
            "order.refunded": _("%(who)s decided to give back %(amount)s"),
            "refund.settled": _("%(who)s gave back %(amount)s in another way"),
            "order.barred": _("%(who)s closed the access: “%(reason)s”"),
            "order.lifted": _("%(who)s gave the access back"),
            "order.confirmation_resent": _("%(who)s sent the confirmation again"),
            "withdrawal.matched": _(
                "%(who)s found that a statement of withdrawal means this order"
            ),
        }
        sentence = known.get(entry.act, "%(who)s: %(act)s")
        yield Line(
            entry.at, "staff",
            sentence
            % {
                "who": f"{who[:1].upper()}{who[1:]}", "act": entry.act,
                "amount": words.amount(int(after.get("amount", 0))),
                "reason": after.get("reason", ""),
            },
            entry.token.name if entry.token else "",
        )  # fmt: skip


def _stripe(rows: Rows) -> Iterator[Line]:
    for event in rows.events:
        state = _("followed") if event.state == "done" else _("not followed yet")
        detail = f"{event.object_id} · {state}"
        detail += f" · {event.error}" if event.error else ""
        yield Line(
            event.received_at, "stripe", _("Stripe told: %(type)s") % {"type": event.type}, detail
        )


def _money(rows: Rows) -> Iterator[Line]:
    for payment in rows.payments:
        if payment.paid_at:
            yield Line(
                payment.paid_at, "money",
                _("%(amount)s came in (%(method)s)")
                % {"amount": words.amount(payment.amount), "method": words.method(payment.method)},
                payment.pk,
            )  # fmt: skip
    for refund in rows.refunds:
        told = " · ".join(filter(None, [refund.reason, refund.error, refund.stripe_id or ""]))
        yield Line(
            refund.asked_at, "money",
            _("Refund of %(amount)s, %(origin)s: %(status)s")
            % {
                "amount": words.amount(refund.amount),
                "origin": words.said(words.ORIGINS, refund.origin),
                "status": words.said(words.REFUNDS, refund.status),
            },
            told,
        )  # fmt: skip
    yield from _disputes(rows)


def _disputes(rows: Rows) -> Iterator[Line]:
    booked = {entry.cause: entry.at for entry in rows.ledger}
    heard = {event.object_id: event.received_at for event in reversed(rows.events)}
    for one in rows.disputes:
        began = booked.get(f"{one.pk}:taken") or heard.get(one.pk) or rows.order.synced_at
        yield Line(
            began or rows.order.placed_at, "money",
            _("The bank asks %(amount)s back (%(reason)s): %(status)s")
            % {
                "amount": words.amount(one.amount),
                "reason": words.said(words.REASONS, one.reason or "general"),
                "status": words.said(words.DISPUTES, one.status),
            },
            _("answer before %(day)s") % {"day": words.on_day(one.due_by)} if one.due_by else "",
        )  # fmt: skip
        if ended := booked.get(f"{one.pk}:won"):
            yield Line(
                ended, "money",
                _("The bank gave %(amount)s back to us") % {"amount": words.amount(one.amount)},
                one.pk,
            )  # fmt: skip


def _access(rows: Rows) -> Iterator[Line]:
    verbs = {
        "active": _("Access opened: %(why)s"),
        "suspended": _("Access on hold: %(why)s"),
        "revoked": _("Access closed: %(why)s"),
    }
    reasons = {
        entry.at: entry.after.get("reason", "")
        for entry in rows.acts
        if entry.act == "order.barred" and isinstance(entry.after, dict)
    }
    for one in rows.changes:
        why = words.cause(one.cause, one.at, reasons.get(one.at, rows.order.barred_reason))
        yield Line(one.at, "access", verbs.get(one.now, "%(why)s") % {"why": why})


def _papers(rows: Rows) -> Iterator[Line]:
    for paper in rows.invoices:
        name = _("Invoice") if paper.kind == paper.Kind.INVOICE else _("Credit note")
        yield Line(
            paper.issued_at, "paper",
            f"{name} {paper.number}: {words.amount(int(paper.content['total']))}",
        )  # fmt: skip
    for letter in rows.letters:
        states = {"sent": _("sent"), "waiting": _("waits"), "given_up": _("could not be sent")}
        yield Line(
            letter.sent_at or letter.created_at, "mail",
            _("Mail to %(to)s: %(subject)s") % {"to": letter.to, "subject": letter.subject},
            " · ".join(filter(None, [states[letter.state], letter.error])),
        )  # fmt: skip
