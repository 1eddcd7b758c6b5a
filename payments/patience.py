"""How long Stripe may take: as long as somebody can wait for a page, all its answers together.

The worker sets no limit: its calls have each their own (``gateway.TIMEOUT``) and are tried again.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Limit:
    """``until`` in seconds on the machine's steady clock; how often a call is tried again."""

    until: float
    retries: int


_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextmanager
def within(seconds: float, *, retries: int = 0) -> Iterator[None]:
    """Give all calls inside so many seconds together.

    What is not answered by then is ``gateway.Unreachable``; Stripe may have done it all the same.
    """
    token = _limit.set(Limit(time.monotonic() + seconds, retries))
    try:
        yield
    finally:
        _limit.reset(token)


def limit() -> Limit | None:
    """The limit around this moment's work; None: nobody waits."""
    return _limit.get()


def left() -> float:
    """Seconds until the limit, below zero once it has passed; without one, endless."""
    found = _limit.get()
    return math.inf if found is None else found.until - time.monotonic()
