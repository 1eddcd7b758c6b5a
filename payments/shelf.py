"""What is for sale now, as a buyer sees it: what it opens, what it costs, and whether one has it.

Whoever announces a reduction has to say the lowest price of the thirty days before it (art. 5a
Besluit prijsaanduiding producten, art. 6a of Directive 98/6/EC); so that is all a reduction is
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.reading.models import Access
from payments import ordering
from payments.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from payments.models import Offer


@dataclass(frozen=True)
class ForSale:
    """A product with its price in cents, VAT included, and the rate in hundredths of a percent.

    ``reduced_from`` is the lowest price of the thirty days before this one, if that was higher.
    ``owned`` is None for a visitor.
    """

    product: Product
    courses: tuple[Course, ...]
    offer: Offer
    vat_rate: int
    reduced_from: int | None
    owned: bool | None


def everything(*, reader: User | None, now: datetime) -> list[ForSale]:
    """All that is for sale now, by title, in a number of statements that does not grow with it."""
    if not settings.STRIPE_SECRET_KEY:
        return []
    rows = Product.objects.filter(active=True).order_by("title", "slug")
    return _shown(rows.prefetch_related("courses", "offers"), reader, now)


def one(*, slug: str, reader: User | None, now: datetime) -> ForSale:
    """One of them; raises ``NotFound``."""
    rows = Product.objects.filter(active=True, slug=slug).prefetch_related("courses", "offers")
    found = _shown(rows, reader, now) if settings.STRIPE_SECRET_KEY else []
    if not found:
        raise NotFound(_("This is not for sale now."))
    return found[0]


def reduced_from(offers: Sequence[Offer], offer: Offer) -> int | None:
    """The lowest price that held in the thirty days before this one began, if it was higher."""
    earlier = [one for one in offers if one.valid_from < offer.valid_from]
    lowest = ordering.lowest(earlier, offer.valid_from) or 0
    return lowest if lowest > offer.amount else None


def _shown(rows: Iterable[Product], reader: User | None, now: datetime) -> list[ForSale]:
    held = _held(reader)
    shown = []
    for product in rows:
        offers = [one for one in product.offers.all() if one.valid_from <= now]
        if not offers:
            continue
        offer = max(offers, key=lambda one: one.valid_from)
        courses = tuple(sorted(product.courses.all(), key=lambda one: one.title))
        owned = None if held is None else {one.pk for one in courses} <= held
        shown.append(
            ForSale(
                product=product, courses=courses, offer=offer,
                vat_rate=ordering.VAT_RATES[settings.VAT_MODE],
                reduced_from=reduced_from(offers, offer), owned=owned,
            )
        )  # fmt: skip
    return shown


def _held(reader: User | None) -> set[UUID] | None:
    """The courses this person may read; None for a visitor."""
    if reader is None:
        return None
    rows = Access.objects.filter(
        reader=reader, revoked_at__isnull=True, suspended_at__isnull=True
    ).values_list("course", flat=True)
    return set(rows)
