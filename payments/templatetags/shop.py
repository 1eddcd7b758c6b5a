"""What a page may say about buying a course: templates ask, so that lessons need not know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils import timezone

from payments import ordering

if TYPE_CHECKING:
    from uuid import UUID

    from payments.models import Offer

register = template.Library()


@register.simple_tag
def offer_for(course: UUID) -> Offer | None:
    """The price, with its product, at which this course can be bought now; None: it cannot."""
    return ordering.offer_for(course, timezone.now())
