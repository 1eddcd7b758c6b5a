"""Our side in a process of its own: it does what it is told, line by line, until it dies."""

from __future__ import annotations

import base64
import json
import os
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from tests.faults import fuses

if TYPE_CHECKING:
    import socket

    from tests.faults.telling import Step, Story, Told


def serve(story: Story, line: socket.socket, fuse: fuses.Fuse) -> NoReturn:
    """Answer until the line is closed; orders and answers are lines of JSON."""
    answers = line.makefile("w", encoding="utf-8")

    def tell(**heard: Any) -> None:
        answers.write(json.dumps(heard) + "\n")
        answers.flush()

    try:
        fuse.told = lambda name: tell(at=name, fault=fuse.fault, passed=list(fuse.passed))
        for row in line.makefile("r", encoding="utf-8"):
            order = json.loads(row)
            if "end" in order:
                break
            if "settings" in order:
                settle_in(order["settings"], order["cache"])
                fuses.install(fuse)
                continue
            tell(**_answered(story, order, fuse), passed=list(fuse.passed))
    finally:
        os._exit(0)


def _answered(story: Story, order: dict[str, Any], fuse: fuses.Fuse) -> dict[str, Any]:
    fuse.is_in = True
    try:
        if "hook" in order:
            return {"status": receive(order["hook"])}
        return answered(story.step(order["step"]), order["told"], again=order.get("again", False))
    finally:
        fuse.is_in = False


def answered(step: Step, told: Told, *, again: bool = False) -> dict[str, Any]:
    """Do it; a refusal is an answer only to whoever tries again."""
    from courseapp.errors import Refused

    assert step.act is not None
    try:
        return {"told": step.act(told) or {}}
    except Refused as refusal:
        return {} if again else {"failed": f"refused: {refusal.code}"}
    except Exception as failure:  # A server answers 500 and goes on.
        return {"failed": f"{type(failure).__name__}: {failure}"}


def receive(hook: dict[str, Any]) -> int:
    """A webhook's status."""
    from tests.payments import conftest

    try:
        return conftest.receive(base64.b64decode(hook["body"]), hook["headers"])
    except fuses.Fired:
        return HTTPStatus.INTERNAL_SERVER_ERROR


def settle_in(given: dict[str, Any], counters: str) -> None:
    """Settings that are known only now, counters and connections of this case's own."""
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connections

    from payments import gateway

    for name, value in given.items():
        setattr(settings, name, value)
    cache._dir = counters  # type: ignore[attr-defined]  # The stubs do not know it.
    gateway._made.cache_clear()
    for connection in connections.all():
        connection.ensure_connection()


def bury() -> None:
    """Wait until PostgreSQL has noticed that a process died, and let go of what that held."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    for _ in range(200):
        with suppress(Exception), connection.cursor() as cursor:
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
