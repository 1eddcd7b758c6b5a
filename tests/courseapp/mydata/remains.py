"""Looking for words in the bytes of everything that lives: databases, files, Redis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RELATIONS = """
    SELECT c.oid::regclass::text, c.oid FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'i', 't') AND n.nspname IN ('public', 'pg_toast')
      AND pg_relation_filepath(c.oid) IS NOT NULL
"""


def found(words: Iterable[str]) -> dict[str, list[str]]:
    """Word to the places it was found at."""
    wanted = {word: word.encode() for word in words}
    places: dict[str, list[str]] = {}
    for place, content in _everything():
        for word, sought in wanted.items():
            if sought in content:
                places.setdefault(word, []).append(place)
    return places


def _everything() -> Iterator[tuple[str, bytes]]:
    for alias in ("default", "keys"):
        yield from _database(alias)
    for file in _files():
        yield str(file), file.read_bytes()


def _database(alias: str) -> Iterator[tuple[str, bytes]]:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        for file in (name, f"{name}-wal", f"{name}-journal"):
            if Path(file).is_file():
                yield file, Path(file).read_bytes()
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(RELATIONS)
        for name, oid in cursor.fetchall():
            cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s::oid))", [oid])
            yield f"{alias}: {name}", bytes(cursor.fetchone()[0])


def _files() -> Iterator[Path]:
    """What the site itself puts on the disk: mailbox, counters, broker, files to fetch."""
    cache = Path(str(settings.CACHES["default"]["LOCATION"]))
    for folder in (settings.MAIL_DIR, cache, settings.SPOOL_DIR, settings.HANDOVER_DIR):
        yield from (file for file in Path(folder).rglob("*") if file.is_file())
