"""Ordering the way an app does."""

from __future__ import annotations

import uuid
from typing import Any

from tests.lessons.api.calling import Caller
from tests.payments.conftest import PRICE


def wanted(**more: object) -> dict[str, object]:
    """The body that orders."""
    return {"product": "kiezen", "amount": PRICE, "adult": True, "terms": True, **more}


def with_key(caller: Caller, key: str) -> Caller:
    """The same caller, whose requests carry this key."""
    other = Caller()
    other.client = caller.client
    other.headers = {**caller.headers, "Idempotency-Key": key}
    return other


def place(caller: Caller, key: str = "", **more: object) -> tuple[int, Any]:
    return with_key(caller, key or str(uuid.uuid4())).post("orders/", wanted(**more))
