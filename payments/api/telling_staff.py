"""From the rows of money to what the owner's API answers: plain dicts, built straight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lessons.api.telling import id_or_none, moment, moment_or_none
from lessons.api.telling_publishing import acts
from lessons.api.telling_staff import person
from payments import refunds
from payments.api.telling import invoice

if TYPE_CHECKING:
    from payments.api import shapes, shapes_staff
    from payments.finding import Seen
    from payments.models import Attempt, Dispute, Order, Payment, Product, Refund, StaffGrant
    from payments.whole import Whole


def line(seen: Seen) -> shapes_staff.StaffOrderLine:
    row = seen.order
    return {
        "number": row.number,
        "product": _named(row.offer.product),
        "standing": seen.word,
        "state": cast("Any", row.state),
        "gift": row.is_gift,
        "email": row.email,
        "total": row.total,
        "paid": row.paid_amount,
        "refunded": row.refunded_amount,
        "currency": row.currency,
        "placed_at": moment(row.placed_at),
        "paid_at": moment_or_none(row.paid_at),
        "troubles": list(row.troubles),
    }


def order(found: Whole) -> shapes_staff.StaffOrder:
    row = found.seen.order
    changes = sorted(row.access_changes.all(), key=lambda one: one.sync_no)
    return {
        **line(found.seen),
        "buyer": id_or_none(row.buyer.uuid if row.buyer else None),
        "contract": cast("Any", row.contract),
        "barred": _barred(row),
        "vat_rate": row.vat_rate,
        "country_evidence": row.country_evidence,
        "left_to_refund": refunds.left(row),
        "declarations": [
            {"kind": one.kind, "text": one.text, "at": moment(one.at)} for one in found.declarations
        ],
        "attempts": [
            _attempt(one) for one in sorted(row.attempts.all(), key=lambda one: one.created_at)
        ],
        "payments": [_payment(one) for one in found.payments],
        "access": [
            {"was": one.was, "now": one.now, "cause": one.cause, "at": moment(one.at)}
            for one in changes
        ],
        "withdrawals": [
            {
                "uuid": str(one.uuid),
                "name": one.name,
                "email": one.email,
                "submitted_at": moment(one.submitted_at),
                "decided_at": moment_or_none(one.decided_at),
                "refused": one.refused,
            }
            for one in found.withdrawals
        ],
        "letters": [
            {
                "kind": one.key.partition(":")[0],
                "created_at": moment(one.created_at),
                "sent_at": moment_or_none(one.sent_at),
            }
            for one in found.letters
        ],
        "invoices": [invoice(one) for one in found.seen.invoices],
        "acts": acts(found.acts)["results"],
    }


def refund(one: Refund) -> shapes_staff.StaffRefund:
    return {
        "uuid": str(one.uuid),
        "stripe_id": one.stripe_id,
        "amount": one.amount,
        "status": one.status,
        "origin": cast("Any", one.origin),
        "reason": one.reason,
        "asked_by": person(one.asked_by),
        "asked_at": moment(one.asked_at),
        "error": one.error,
    }


def grant(one: StaffGrant) -> shapes_staff.StaffGrantRow:
    return {
        "uuid": str(one.uuid),
        "email": one.reader.email,
        "product": _named(one.product),
        "reason": one.reason,
        "by": person(one.by),
        "at": moment(one.at),
        "ended_at": moment_or_none(one.ended_at),
        "ended_by": person(one.ended_by),
    }


def _named(product: Product) -> shapes.ProductName:
    return {"slug": product.slug, "title": product.title}


def _barred(row: Order) -> shapes_staff.Barred | None:
    if row.barred_at is None:
        return None
    return {
        "at": moment(row.barred_at),
        "by": person(row.barred_by),
        "reason": row.barred_reason,
    }


def _attempt(one: Attempt) -> shapes_staff.OrderAttempt:
    return {
        "session": one.session_id,
        "state": cast("Any", one.state),
        "created_at": moment(one.created_at),
        "expires_at": moment(one.expires_at),
    }


def _payment(one: Payment) -> shapes_staff.StaffPayment:
    given = sorted(one.refunds.all(), key=lambda refund: refund.asked_at)
    return {
        "intent": one.intent_id,
        "amount": one.amount,
        "currency": one.currency,
        "status": one.status,
        "method": one.method,
        "paid_at": moment_or_none(one.paid_at),
        "refunds": [refund(each) for each in given],
        "disputes": [_dispute(each) for each in one.disputes.all()],
    }


def _dispute(one: Dispute) -> shapes_staff.StaffDispute:
    return {
        "stripe_id": one.stripe_id,
        "amount": one.amount,
        "status": one.status,
        "reason": one.reason,
        "due_by": moment_or_none(one.due_by),
    }
