"""Placing an order: what is agreed, at which price, with which declarations, before any payment."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import identity
from lessons.reading.models import Access
from payments import letters, once, terms
from payments.models import Declaration, Offer, Order, Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

VAT_RATES = {"nl21": 2100, "kor": 0}
# What must be declared before the button counts.
DECLARATIONS = ("adult", "terms")
# How far back the lowest price counts.
OMNIBUS = timedelta(days=30)
# More orders of one buyer than this within the span are a program gone wild, not a buyer.
MOST = 20
SPAN = timedelta(hours=1)
# How long an unpaid order is what the next press of the same button means.
SAME_FOR = timedelta(days=1)


class NotForSale(Refused):
    code = "not_for_sale"
    status = 409


class AlreadyYours(Refused):
    """The buyer may read all of it already; buying it as a gift is another thing."""

    code = "already_yours"
    status = 409


class NotDeclared(Refused):
    code = "not_declared"


class PriceChanged(Refused):
    """The price shown is not the price that holds now."""

    code = "price_changed"
    status = 409


class TooManyOrders(Refused):
    """Nobody orders this often within an hour."""

    code = "too_many_orders"
    status = 429


def declarations() -> dict[str, str]:
    """The sentences a buyer ticks, by kind, as they stand on the page now, in its language."""
    return {
        "adult": _("I am 18 or older."),
        "terms": _("I agree with the terms."),
    }


def product_called(slug: str) -> Product:
    """The product of this slug that is for sale; raises ``NotFound``."""
    found = Product.objects.filter(slug=slug, active=True).first()
    if found is None:
        raise NotFound(_("This is not for sale now."))
    return found


def offer_of(product: Product, now: datetime) -> Offer:
    """The price that holds now; raises ``NotForSale``."""
    offers = product.offers.filter(valid_from__lte=now).order_by("-valid_from")
    found = offers.select_related("product").first()
    if found is None or not product.active or not settings.STRIPE_SECRET_KEY:
        raise NotForSale(_("This is not for sale now."))
    return found


def offer_for(course: UUID, now: datetime) -> Offer | None:
    """The price that holds now of what opens this course; None where it is not sold."""
    if not settings.STRIPE_SECRET_KEY:
        return None
    offers = Offer.objects.filter(
        product__courses=course, product__active=True, valid_from__lte=now
    )
    return offers.select_related("product").order_by("-valid_from").first()


def set_price(*, product: Product, amount: int, by: User | None, now: datetime) -> Offer:
    """A new price from now on; what was ordered before keeps its own."""
    with transaction.atomic():
        before = product.offers.filter(valid_from__lte=now).order_by("-valid_from").first()
        audit.record(
            by=by, act="price.set", on=product, now=now, name=product.title,
            before=before and {"amount": before.amount}, after={"amount": amount},
        )  # fmt: skip
        return Offer.objects.create(product=product, amount=amount, valid_from=now, set_by=by)


def lowest(offers: Iterable[Offer], now: datetime) -> int | None:
    """The lowest price, in cents, that held at any moment of the last thirty days.

    What a reduction is shown against (art. 6a of Directive 98/6/EC); None while nothing was sold.
    """
    since = now - OMNIBUS
    past = sorted((one for one in offers if one.valid_from <= now), key=lambda one: one.valid_from)
    at_first = [one for one in past if one.valid_from <= since][-1:]
    held = [*at_first, *(one for one in past if one.valid_from > since)]
    return min((one.amount for one in held), default=None)


def owns(buyer: User, product: Product) -> bool:
    """Whether this person may read everything the product opens."""
    courses = set(product.courses.values_list("pk", flat=True))
    held = Access.objects.filter(
        reader=buyer, course__in=courses, revoked_at__isnull=True, suspended_at__isnull=True
    )
    return courses <= set(held.values_list("course", flat=True))


def place(
    *,
    buyer: User,
    product: Product,
    shown: int,
    declared: Mapping[str, str],
    is_gift: bool,
    language: str,
    now: datetime,
) -> Order:
    """Write the order down; ``declared`` are the sentences ticked, by kind, ``shown`` the cents.

    Raises ``NotForSale``, ``PriceChanged``, ``AlreadyYours``, ``NotDeclared`` and
    ``IdentityIncomplete`` (nobody may buy from somebody unknown).
    """
    offer = offer_of(product, now)
    if shown != offer.amount:
        raise PriceChanged(_("The price has changed. Look at it once more before you order."))
    if any(not declared.get(kind) for kind in DECLARATIONS):
        raise NotDeclared(_("Tick both boxes: we may not take your order without them."))
    if not is_gift and owns(buyer, product):
        raise AlreadyYours(_("You have this training already."))
    if settings.SELLING_IS_REAL:
        identity.require_complete()
    with transaction.atomic():
        order = Order.objects.create(
            number=_number(),
            buyer=buyer,
            email=buyer.email,
            language=language,
            offer=offer,
            is_gift=is_gift,
            total=offer.amount,
            currency=offer.currency,
            vat_mode=settings.VAT_MODE,
            vat_rate=VAT_RATES[settings.VAT_MODE],
            terms_version=terms.in_force(language=language, now=now).digest,
            placed_at=now,
            next_sync_at=now,
        )
        Declaration.objects.bulk_create(
            Declaration(order=order, kind=kind, text=declared[kind], at=now)
            for kind in DECLARATIONS
        )
    return order


def place_once(
    *,
    key: str,
    buyer: User,
    product: Product,
    shown: int,
    declared: Mapping[str, str],
    is_gift: bool,
    language: str,
    now: datetime,
) -> once.Done[Order]:
    """The same, for whoever may send it twice: one key is one order, whatever became of it since.

    Raises besides ``once.KeyNeeded``, ``once.InvalidKey``, ``once.KeyReused``, ``TooManyOrders``.
    """

    def act() -> Order:
        if buyer.orders.filter(placed_at__gt=now - SPAN).count() >= MOST:
            raise TooManyOrders(_("You ordered very often within an hour. Try again later."))
        return place(
            buyer=buyer, product=product, shown=shown, declared=declared, is_gift=is_gift,
            language=language, now=now,
        )  # fmt: skip

    asked = {
        "product": product.slug, "shown": shown, "is_gift": is_gift, "language": language,
        "declared": sorted(kind for kind in DECLARATIONS if declared.get(kind)),
    }  # fmt: skip
    return once.order(by=buyer, key=key, asked=asked, act=act, now=now)


def form_key(buyer: User, offer: Offer, now: datetime) -> str:
    """The key an order form carries: for a day the same, until something came of what it ordered.

    So a second click, a form that the browser's back button brings again and a form in a second tab
    are one order; once that is paid, has failed or has ended, the next form is another one.
    """
    ended = buyer.orders.filter(offer__product=offer.product_id).exclude(
        state=Order.State.OPEN, contract=Order.Contract.PLACED, placed_at__gt=now - SAME_FOR
    )
    return f"form-{offer.pk}-{ended.count()}"


def order_of(buyer: User, number: str) -> Order:
    """An order of this person; raises ``NotFound``, also for another's."""
    found = Order.objects.select_related("offer__product").filter(buyer=buyer, number=number)
    order = found.first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _number() -> str:
    return "".join(secrets.choice(letters.ALPHABET) for _ in range(10))
