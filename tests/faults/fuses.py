"""Fault points: named places where something can go wrong, found in the running code.

No point is written into the product. Three kinds of places are watched from outside:

- the end of each ``transaction.atomic`` block, named after the function it stands in:
  ``lessons.reading.progress.finish: before the commit`` (all is written, nothing lasts yet; in one
  within another it is the savepoint that does not) and ``: after the commit``;
- each statement that writes and is a transaction of its own, named after the function that gave it:
  ``payments.inbox._keep: before the INSERT of payments_stripeevent``, and ``: after``;
- each call of something that is not ours (`FOREIGN`): ``: before the call``, ``: after the call``.

A `Fuse` is what sits on them: it notes each point that is passed, and at one it does what it is
told, once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

Fault = Literal["exception", "kill", "sleep"]
FAULTS: tuple[Fault, ...] = ("exception", "kill", "sleep")
SLEEP = 5.0  # Seconds.
PACKAGES = ("courseapp.", "lessons.", "payments.")
WRITES = ("INSERT", "UPDATE", "DELETE")
# Each function through which our side reaches what is not ours, and what that is.
FOREIGN = {
    "payments.gateway.open_session": "Stripe",
    "payments.gateway.expire_session": "Stripe",
    "payments.gateway.session_of": "Stripe",
    "payments.gateway.facts_of": "Stripe",
    "payments.gateway.refund": "Stripe",
    "payments.gateway.events_since": "Stripe",
    "payments.gateway.paid_sessions_since": "Stripe",
    "payments.gateway.reversed_since": "Stripe",
    "payments.gateway.intent_of": "Stripe",
    "payments.gateway.session_for_intent": "Stripe",
    "courseapp.post.relay.SmtpLine.send": "the mail server",
    "courseapp.post.relay.SmtpLine._open": "the mail server",
    "celery.app.base.Celery.send_task": "the broker",
    "courseapp.vault.keys.of": "the database of keys",
    "courseapp.vault.keys.make": "the database of keys",
    "courseapp.vault.keys.destroy": "the database of keys",
    "courseapp.vault.ledger.note": "the database of keys",
    "courseapp.accounts.handovers.keep": "the disk",
    "lessons.content.media.keeping._make": "the disk",
    "courseapp.backup.in_sqlite.SQLite.copy": "the disk",
    "courseapp.backup.in_postgres.PostgreSQL.copy": "the disk, and pg_dump",
    "payments.papers.press._set": "the compiler of papers",
}

# Of those the ones that no story on SQLite passes, and why.
ELSEWHERE = {
    "courseapp.backup.in_postgres.PostgreSQL.copy": "passed on PostgreSQL",
    "payments.gateway.session_of": "only after an answer of Stripe's was lost: payments/test_kills",
    "payments.gateway.expire_session": "only of a page whose price is no more: payments/test_kills",
}


class Fired(RuntimeError):
    """The exception that a fuse raises; nobody expects it."""


class Fuse:
    """Notes which points are passed, in turn; at ``wanted`` does ``fault``, the first time.

    It is out until it is `set_in`: what happens before is no part of the story. ``told`` is called
    with the name of the point just before the fault.
    """

    def __init__(
        self, wanted: str = "", fault: Fault = "kill", told: Callable[[str], object] = str
    ) -> None:
        self.wanted, self.fault, self.told = wanted, fault, told
        self.passed: dict[str, None] = {}
        self.is_in = self.has_fired = False

    def at(self, name: str) -> None:
        if not self.is_in:
            return
        self.passed.setdefault(name)
        if name != self.wanted or self.has_fired:
            return
        self.has_fired = True
        self.told(name)
        if self.fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "sleep":
            time.sleep(SLEEP)
        else:
            raise Fired(name)


def install(fuse: Fuse) -> None:
    """Put a fuse on every point of this process; connections have to be opened already."""
    from django.db import connections
    from django.db.transaction import Atomic

    leave = Atomic.__exit__

    def leaving(block: Any, kind: Any, error: Any, trace: Any) -> None:
        place = _ours(sys._getframe(1))
        if error is not None or not place:
            leave(block, kind, error, trace)
            return
        try:
            fuse.at(f"{place}: before the commit")
        except Fired as fired:
            leave(block, Fired, fired, fired.__traceback__)
            raise
        leave(block, None, None, None)
        fuse.at(f"{place}: after the commit")

    Atomic.__exit__ = leaving  # type: ignore[method-assign]
    for alias in connections:
        connections[alias].execute_wrappers.append(_alone(fuse))
    for name in FOREIGN:
        _wrap(name, fuse)


def _alone(fuse: Fuse) -> Callable[..., Any]:
    """Around statements that are transactions of their own."""

    def executing(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        written = str(sql)
        if context["connection"].in_atomic_block or not written.startswith(WRITES):
            return execute(sql, params, many, context)
        words = written.replace('"', "").split()
        verb, table = words[0], words[1 if words[0] == "UPDATE" else 2]
        place = _ours(sys._getframe(1)) or "django"
        fuse.at(f"{place}: before the {verb} of {table}")
        done = execute(sql, params, many, context)
        fuse.at(f"{place}: after the {verb} of {table}")
        return done

    return executing


def _wrap(name: str, fuse: Fuse) -> None:
    """Put ``: before the call`` and ``: after the call`` around a function or method."""
    owner, attribute = found(name)
    act = getattr(owner, attribute)

    @wraps(act)
    def calling(*args: Any, **more: Any) -> Any:
        fuse.at(f"{name}: before the call")
        done = act(*args, **more)
        fuse.at(f"{name}: after the call")
        return done

    setattr(owner, attribute, calling)


def found(name: str) -> tuple[Any, str]:
    """The module or class that holds what has this dotted name, and its name there."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:-1]:
            owner = getattr(owner, part)
        return owner, parts[-1]
    raise LookupError(name)


def _ours(frame: FrameType | None) -> str:
    """The innermost function of the product above this frame, as ``module.function``."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(PACKAGES):
            return f"{module}.{_plain(frame.f_code.co_qualname)}"
        frame = frame.f_back
    return ""


def _plain(name: str) -> str:
    """Of a function within another, the outer one."""
    return name.partition(".<locals>")[0]
