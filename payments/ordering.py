"""Placing an order: what is agreed, at which price, with which declarations, before any payment."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.content import identity
from lessons.reading.models import Access
from payments import letters
from payments.models import Declaration, Offer, Order, Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from courseapp.accounts.models import User

VAT_RATES = {"nl21": 2100, "kor": 0}
# What must be declared before the button counts.
DECLARATIONS = ("adult", "terms")


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


def set_price(*, product: Product, amount: int, by: User | None, now: datetime) -> Offer:
    """A new price from now on; what was ordered before keeps its own."""
    with transaction.atomic():
        return Offer.objects.create(product=product, amount=amount, valid_from=now, set_by=by)


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
            terms_version=_digest("".join(declared[kind] for kind in DECLARATIONS)),
            placed_at=now,
            next_sync_at=now,
        )
        Declaration.objects.bulk_create(
            Declaration(order=order, kind=kind, text=declared[kind], at=now)
            for kind in DECLARATIONS
        )
    return order


def order_of(buyer: User, number: str) -> Order:
    """An order of this person; raises ``NotFound``, also for another's."""
    found = Order.objects.select_related("offer__product").filter(buyer=buyer, number=number)
    order = found.first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _number() -> str:
    return "".join(secrets.choice(letters.ALPHABET) for _ in range(10))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
