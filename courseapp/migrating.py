"""Bring the schema up to date beside the release that still runs.

A change of a table waits for whoever uses it, and all that come after wait behind the change. So on
PostgreSQL it waits a few seconds at most, steps back for others to pass, and tries again.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.management import CommandError
from django.db import OperationalError, connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

# Seconds: how long others may be held up, how long they get, and how often that is done.
HOLDS_UP, STEPS_BACK, TRIES = 3.0, 2.0, 20
LOCKED = (
    "55P03"  # lock_not_available, https://www.postgresql.org/docs/current/errcodes-appendix.html
)
GIVEN_UP = (
    "A table stays in use, so the schema could not be changed; nothing of that change was done."
    " Try again when it is quieter, or see in pg_stat_activity who holds it."
)


def patiently(
    act: Callable[[], str],
    alias: str,
    *,
    holds_up: float = HOLDS_UP,
    steps_back: float = STEPS_BACK,
    tries: int = TRIES,
) -> str:
    """What ``act`` returns; it is done anew when a table of database ``alias`` was in use.

    A migration that is done stays done, so nothing is done twice. Raises ``CommandError`` when it
    is in use at every try.
    """
    for _ in range(tries):
        try:
            with _holding_up(connections[alias], holds_up):
                return act()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCKED:
                raise
        time.sleep(steps_back)
    raise CommandError(GIVEN_UP)


@contextmanager
def _holding_up(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """Nothing waits longer than this for a table; SQLite has one lock, and its own time for it."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds * 1000:.0f}ms"])
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
