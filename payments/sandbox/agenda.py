"""What time alone brings about: sessions expire, delayed payments and refunds end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import paying, refunds, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Store

ACTS: dict[str, Callable[[Store, str], None]] = {
    "expire": sessions.expire_in_time,
    "settle": paying.settle,
    "refund": refunds.end,
}


def run_due(store: Store) -> int:
    """Do everything whose moment has come; how much that was."""
    done = 0
    while (due := store.take_due()) is not None:
        what, ident = due
        ACTS[what](store, ident)
        done += 1
    return done
