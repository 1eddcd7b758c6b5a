"""Scratch databases: made for one run and dropped after it. No other database is ever touched."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def server() -> str | None:
    """The address of a PostgreSQL server that answers: TEST_DATABASE_URL, or the local one."""
    address = os.environ.get("TEST_DATABASE_URL") or POSTGRES
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.Error:
        return None
    return address


def name() -> str:
    """The name of this process' database."""
    return f"courseapp_bench_{os.getpid()}"


@contextmanager
def scratch(database: str, *, folder: Path, address: str | None, beside: str = "") -> Iterator[str]:
    """The URL of an empty database ("sqlite" or "postgresql") that is gone afterwards.

    ``beside`` names a second one at the same time.
    """
    if address is None or database == "sqlite":
        yield f"sqlite:///{folder / f'bench{beside}.sqlite3'}"
        return
    own = name() + beside
    here = sql.Identifier(own)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(here))
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{own}", query=""))
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(here)
            connection.execute(drop)


def named(url: str) -> str:
    """What Django calls the NAME of this database."""
    path = urlsplit(url).path
    return path if url.startswith("sqlite") else path.removeprefix("/")
