"""Where tests of backups put things: folders apart, and empty databases beside the test's own."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from courseapp import closing
from courseapp.backup import databases
from courseapp.backup.in_postgres import PostgreSQL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def said(command: str, *arguments: object) -> str:
    """What a command told that was given these words."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def address_of(alias: str) -> str:
    """Of a test's own database, as ``DATABASE_URL`` has it."""
    told = connections[alias].settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    login = quote(str(told["USER"])) + (f":{quote(told['PASSWORD'])}" if told["PASSWORD"] else "")
    return f"postgres://{login}@{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of a database of the test's kind, gone afterwards."""
    name = f"courseapp_put_back_{uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    server = databases.of("default")
    assert isinstance(server, PostgreSQL)
    server.create(name)
    try:
        yield address_of("default").rpartition("/")[0] + f"/{name}"
    finally:
        server.drop(name)


@contextmanager
def on(site: str, keys: str | None = None) -> Iterator[None]:
    """As a process whose site lies there, and whose keys too."""
    with (
        databases.instead("default", site, settings.BASE_DIR),
        databases.instead("keys", keys, settings.BASE_DIR),
    ):
        yield


@contextmanager
def on_a_closed(site: str, keys: str | None = None) -> Iterator[None]:
    """Likewise, as a command that may look into what is not open yet."""
    with closing.passing("erasures"), on(site, keys):
        yield
