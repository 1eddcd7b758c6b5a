"""From what the domain returns to what the shop's API answers: plain dicts, built straight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.utils import translation

from lessons.api.telling import moment, moment_or_none
from payments import looking, ordering, standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.api.shapes import CourseName
    from lessons.content.identity import Identity
    from lessons.content.models import Course
    from payments.api import shapes
    from payments.finding import Seen
    from payments.looking import Looked
    from payments.models import Attempt, Gift, Invoice, Withdrawal
    from payments.shelf import ForSale


def product_line(one: ForSale) -> shapes.ProductLine:
    return {
        "slug": one.product.slug,
        "title": one.product.title,
        "courses": _courses(one.courses),
        "amount": one.offer.amount,
        "currency": one.offer.currency,
        "vat_rate": one.vat_rate,
        "reduced_from": one.reduced_from,
        "owned": one.owned,
    }


def product(one: ForSale, seller: Identity) -> shapes.Product:
    return {
        **product_line(one),
        "declarations": {"nl": _declarations("nl"), "en": _declarations("en")},
        "seller": {
            "name": seller.name,
            "address": seller.address,
            "register": seller.register,
            "vat": seller.vat,
            "email": seller.email,
            "phone": seller.phone,
        },
    }


def _declarations(language: str) -> shapes.Declarations:
    with translation.override(language):
        return cast("Any", ordering.declarations())  # type: ignore[no-any-return]


def order_line(seen: Seen) -> shapes.OrderLine:
    order = seen.order
    sold = order.offer.product
    return {
        "number": order.number,
        "product": {"slug": sold.slug, "title": sold.title},
        "standing": seen.word,
        "gift": order.is_gift,
        "total": order.total,
        "currency": order.currency,
        "placed_at": moment(order.placed_at),
    }


def order(seen: Seen) -> shapes.Order:
    row = seen.order
    return {
        **order_line(seen),
        "courses": _courses(seen.courses),
        "vat_rate": row.vat_rate,
        "paid": row.paid_amount,
        "paid_at": moment_or_none(row.paid_at),
        "refunded": row.refunded_amount,
        "payment_url": seen.attempt.url if seen.attempt else None,
        "can_withdraw_until": moment_or_none(standing.withdrawable_until(row)),
        "gift_code": seen.gift.code if seen.gift and seen.word == "gift_ready" else None,
        "invoices": [invoice(one) for one in seen.invoices],
    }


def invoice(one: Invoice) -> shapes.InvoiceLine:
    return {
        "number": one.number,
        "kind": cast("Any", one.kind),
        "total": one.content["total"],
        "issued_at": moment(one.issued_at),
    }


def state(looked: Looked) -> shapes.OrderState:
    return {
        "number": looked.seen.order.number,
        "standing": looked.seen.word,
        "known": looked.reached,
        "look_again": looking.EVERY if looked.watch else None,
    }


def payment_page(attempt: Attempt, number: str) -> shapes.PaymentPage:
    return {
        "number": number,
        "payment_url": attempt.url,
        "open_until": moment(attempt.expires_at),
    }


def gift(used: Gift, courses: Iterable[Course]) -> shapes.GiftOpened:
    return {
        "courses": _courses(courses),
        "used_at": moment(cast("Any", used.used_at)),
    }


def statement(row: Withdrawal) -> shapes.Statement:
    return {
        "name": row.name,
        "contract": row.contract,
        "email": row.email,
        "submitted_at": moment(row.submitted_at),
    }


def _courses(courses: Iterable[Course]) -> list[CourseName]:
    return [{"slug": one.slug, "title": one.title} for one in courses]
