"""A table of sealed texts as an app would have one, and the holder that it would offer.

Written out in SQL, for a model that only tests have would have to be in everybody's inventory.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import connection

from courseapp.vault import texts
from courseapp.vault.holding import Row
from courseapp.vault.sealing import Place
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

# ruff: noqa: S608 -- no name in these statements comes from outside.
MODEL, FIELD = "tests.Note", "text"
TABLE = "tests_note"


@contextmanager
def table() -> Iterator[None]:
    """The table, empty; gone afterwards."""
    kind = "bytea" if connection.vendor == "postgresql" else "blob"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id char(32) PRIMARY KEY, owner char(32), text {kind})"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TABLE}")


def place(row: UUID) -> Place:
    return Place(model=MODEL, field=FIELD, row=row)


@dataclass(frozen=True)
class Note:
    """Where one text lies, and what it says."""

    owner: UUID
    row: UUID
    text: str

    @property
    def place(self) -> Place:
        return place(self.row)


def keep(owner: UUID, text: str, *, now: datetime = NOW) -> Note:
    """Seal a text and put it into the table."""
    note = Note(owner=owner, row=uuid4(), text=text)
    sealed = texts.write(owner=owner, place=note.place, text=text, now=now)
    with connection.cursor() as cursor:
        values = (note.row.hex, owner.hex, sealed)
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s, %s)", values)
    return note


def sealed(note: Note) -> bytes:
    """What lies in the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM {TABLE} WHERE id = %s", [note.row.hex])
        return bytes(cursor.fetchone()[0])


def opened(note: Note) -> str:
    """What its owner is shown."""
    return texts.read(viewer=note.owner, owner=note.owner, place=note.place, sealed=sealed(note))


# --- The holder -----------------------------------------------------------------------------------


def rows(*, owner: UUID, after: UUID | None, most: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, text FROM {TABLE} WHERE owner = %s AND id > %s ORDER BY id LIMIT %s",
            [owner.hex, after.hex if after else "", most],
        )
        return [Row(id=UUID(row), sealed=bytes(text)) for row, text in cursor.fetchall()]


def replace(*, row: Row, sealed: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET text = %s WHERE id = %s AND text = %s",
            [sealed, row.id.hex, row.sealed],
        )
        return bool(cursor.rowcount)
