"""Using a gift: its code opens, once, what somebody else paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.reading import access
from payments.models import AccessChange, Gift, Order

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User


class UnknownCode(Refused):
    """No such code, or one that was used, withdrawn or paid back: they are not told apart."""

    code = "unknown_gift_code"
    status = 404


def use(*, code: str, reader: User, now: datetime) -> Gift:
    """Open for this reader what the gift's order bought. Raises ``UnknownCode``.

    Using it again as the same reader changes nothing.
    """
    written = "".join(code.upper().split()).replace("-", "")
    groups = "-".join(written[start : start + 4] for start in range(0, len(written), 4))
    with transaction.atomic():
        gift = Gift.objects.filter(code=groups).select_related("order").first()
        if gift is None:
            raise UnknownCode(_("This code does not work. Look whether it is typed right."))
        order = Order.objects.select_for_update().get(pk=gift.order_id)
        gift = Gift.objects.select_for_update().get(pk=gift.pk)
        if gift.used_by_id == reader.pk:
            return gift
        last = AccessChange.objects.filter(order=order).order_by("-sync_no").first()
        if gift.used_at is not None or last is None or last.now != "active":
            raise UnknownCode(_("This code does not work. Look whether it is typed right."))
        gift.used_by, gift.used_at = reader, now
        gift.save(update_fields=["used_by", "used_at"])
        for course in order.offer.product.courses.all():
            access.follow(
                reader=reader, course=course, source=order.source, right="active", now=now
            )
    return gift
