"""A database as backups speak to it: directly, not through Django, whose door may be closed."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from django.db import connections

from courseapp import env
from courseapp.backup.failing import Failed
from courseapp.backup.in_postgres import PostgreSQL
from courseapp.backup.in_sqlite import SQLite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.backup.copied import Copy
    from courseapp.backup.fingerprints import Fingerprint
    from courseapp.backup.telling import Telling


class Database(Protocol):
    """One of the site's two databases, or a scratch one."""

    vendor: ClassVar[str]

    def copy(self, folder: Path, *, closed: bool, telling: Telling) -> Copy:
        """A consistent copy in a file, while others write; with the mark of a closed database,
        where a file can carry one. Raises ``Failed``."""

    def require_empty(self) -> None:
        """Nothing in it but what an unfinished restore left, and nobody connected."""

    def put_back(self, file: Path, *, closed: bool, telling: Telling) -> None:
        """From such a file; ``closed``: with the mark that nobody may use it yet."""

    def names(self) -> list[str]:
        """Of its tables, without what the database keeps for itself, and without the mark."""

    def tables(self, telling: Telling) -> dict[str, Fingerprint]:
        """What is in it now; nothing where there is none."""

    def finish(self) -> None:
        """What was put back is what it should be: only the erasures are left to be done."""


def of(alias: str) -> Database:
    """The database that Django knows by this name."""
    return described(connections[alias].settings_dict)


def described(told: dict[str, object]) -> Database:
    """By Django's description of it."""
    if str(told["ENGINE"]).endswith("sqlite3"):
        return SQLite(Path(str(told["NAME"])))
    if str(told["ENGINE"]).endswith("postgres"):
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
        names["PORT"] = "port"
        return PostgreSQL({to: str(told[name]) for name, to in names.items() if told.get(name)})
    raise Failed(f"{told['ENGINE']} is no database that backups are made of.")


def at(url: str, base: Path) -> Database:
    """By its address, as ``DATABASE_URL`` has it."""
    return described(env.database(url, base, keep_plans=True))


@contextmanager
def instead(alias: str, url: str | None, base: Path) -> Iterator[None]:
    """Have Django work on another database under this name; None: on the one it has."""
    if url is None:
        yield
        return
    told = connections.configure_settings({"default": env.database(url, base, keep_plans=True)})
    ours = connections[alias]
    connections.settings[alias] = told["default"]
    del connections[alias]
    try:
        yield
    finally:
        connections[alias].close()
        connections.settings[alias] = ours.settings_dict
        connections[alias] = ours
