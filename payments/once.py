"""What is asked twice is done once: a key of the sender's own names what was asked.

The key's row is written first, under a unique constraint, and in the transaction of the act itself.
So of two requests at one moment the second waits, finds the row and gets what the first one made;
and where the act refuses, the key is free again. A key holds as long as the account it belongs to.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from payments.models import AskedOnce, Order, Refund

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from courseapp.accounts.models import User

Made = TypeVar("Made", Order, Refund)
# Visible ASCII: what every header, log and database keeps as it is.
FORM = re.compile(r"[\x21-\x7e]{1,255}")


class KeyNeeded(Refused):
    """What must not happen twice was asked without a key."""

    code = "idempotency_key_required"


class InvalidKey(Refused):
    code = "invalid_idempotency_key"


class KeyReused(Refused):
    """The key belongs to something else that was asked."""

    code = "idempotency_key_reused"
    status = 422


@dataclass(frozen=True)
class Done(Generic[Made]):
    """What was asked for; ``created`` is False when it had been made before."""

    what: Made
    created: bool


def order(
    *, by: User, key: str, asked: Mapping[str, object], act: Callable[[], Order], now: datetime
) -> Done[Order]:
    """The order made under this key, by ``act`` the first time.

    Raises ``KeyNeeded``, ``InvalidKey``, ``KeyReused``, and what ``act`` raises.
    """
    with transaction.atomic():
        row, created = _row(by, AskedOnce.Purpose.ORDER, key, asked, now)
        if created:
            row.order = act()
            row.save(update_fields=["order"])
    if row.order is None:
        raise KeyReused(_another())
    return Done(row.order, created)


def refund(
    *, by: User, key: str, asked: Mapping[str, object], act: Callable[[], Refund], now: datetime
) -> Done[Refund]:
    """The refund decided under this key, likewise."""
    with transaction.atomic():
        row, created = _row(by, AskedOnce.Purpose.REFUND, key, asked, now)
        if created:
            row.refund = act()
            row.save(update_fields=["refund"])
    if row.refund is None:
        raise KeyReused(_another())
    return Done(row.refund, created)


def _row(
    by: User, purpose: AskedOnce.Purpose, key: str, asked: Mapping[str, object], now: datetime
) -> tuple[AskedOnce, bool]:
    if not key:
        raise KeyNeeded(_("Send a key of your own with this, so that it cannot happen twice."))
    if not FORM.fullmatch(key):
        raise InvalidKey(_("A key has 1 to 255 visible characters of ASCII."))
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    row, created = AskedOnce.objects.get_or_create(
        by=by, purpose=purpose, key=key, defaults={"digest": digest, "at": now}
    )
    if row.digest != digest:
        raise KeyReused(_another())
    return row, created


def _another() -> str:
    return _("This key was used for something else. Take another key for another request.")
