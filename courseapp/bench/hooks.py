"""The sides that take webhooks, the floor's and the site's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection

from courseapp.bench import asking, events

if TYPE_CHECKING:
    from courseapp.bench.events import Event


class Hooks:
    """What both sides can do; each public method is an order."""

    def __init__(self) -> None:
        self.handler = get_wsgi_application()

    def deliver(self, sent: list[Event]) -> dict[str, Any]:
        """Take these events one after the other."""
        environs = [events.request(one) for one in sent]
        start = time.perf_counter()
        for environ in environs:
            asking.ask(self.handler, environ)
        return {"requests": len(environs), "seconds": time.perf_counter() - start}

    def count(self, sent: list[Event]) -> dict[str, Any]:
        """The SQL statements of taking the first of these events."""
        with asking.statements() as seen:
            asking.ask(self.handler, events.request(sent[0]))
        return {"statements": seen}


class HookFloor(Hooks):
    """Verify, insert, answer."""

    def prepare(self) -> dict[str, Any]:
        from courseapp.bench import hook_floor  # noqa: PLC0415 -- its settings, in its process.

        with connection.cursor() as cursor:
            cursor.execute(hook_floor.TABLE)
        return {}


class SiteHooks(Hooks):
    """The site as in production, with a test key."""

    def prepare(self) -> dict[str, Any]:
        from courseapp.bench import site  # noqa: PLC0415 -- not in the floor's process.

        tables()
        return {"database": site.database()}


def tables() -> None:
    """Tables and static files, as `manage.py prepare` leaves them."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command(
        "collectstatic",
        verbosity=0,
        interactive=False,
        ignore_patterns=["drf_spectacular_sidecar", "rest_framework"],
    )
