"""What keeps a backup from being made or put back, as a sentence that a person can act on."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator


class Failed(Exception):
    """Nothing was changed, or what was begun is taken away again; the sentence says why."""


@contextmanager
def told() -> Iterator[None]:
    """Whatever the disk or a database says becomes ``Failed``."""
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise Failed(f"{reason}{where}.") from error
    except sqlite3.Error as error:
        raise Failed(f"SQLite says: {error}.") from error
    except psycopg.Error as error:
        raise Failed(f"PostgreSQL says: {str(error).strip().partition(chr(10))[0]}") from error
