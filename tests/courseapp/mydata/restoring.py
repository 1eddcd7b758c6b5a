"""Backups of the site's database as an installation makes them, put back into a test's."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from typing import TYPE_CHECKING

from django.db import connection, connections

if TYPE_CHECKING:
    from pathlib import Path


def back_up(folder: Path) -> Path:
    """The database without the keys, in a file."""
    file = folder / "backup"
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(file)) as copy:
            connection.connection.backup(copy)
        return file
    _run("pg_dump", "--format=custom", f"--file={file}")
    return file


def restore(file: Path) -> None:
    """As it was then; the keys are today's."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(file)) as copy:
            copy.backup(connection.connection)
        return
    connections["default"].close()
    _run("pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", str(file))


def _run(program: str, *arguments: str) -> None:
    told = connection.settings_dict
    variables = {
        "PGHOST": told["HOST"],
        "PGPORT": str(told["PORT"] or 5432),
        "PGUSER": told["USER"],
        "PGPASSWORD": told["PASSWORD"],
    }
    done = subprocess.run(
        [program, f"--dbname={told['NAME']}", *arguments],
        env={**os.environ, **{name: value for name, value in variables.items() if value}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
