"""Whether a backup can be put back: done, in a scratch place, and compared."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from courseapp.backup import databases, restoring
from courseapp.backup.failing import Failed, told
from courseapp.backup.in_postgres import PostgreSQL
from courseapp.backup.in_sqlite import SQLite
from courseapp.backup.making import ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.backup.databases import Database
    from courseapp.backup.manifest import Part
    from courseapp.backup.restoring import Backup
    from courseapp.backup.telling import Telling


def verify(*, folder: Path, part: Part, telling: Telling) -> Backup:
    """The backup, which was put back whole just now. Raises ``Failed``."""
    backup = restoring.opened(folder, part=part, telling=telling)
    with told(), _scratch(backup) as database:
        restoring.put_back(backup, database, closed=True, telling=telling)
    return backup


@contextmanager
def _scratch(backup: Backup) -> Iterator[Database]:
    """An empty database that is gone afterwards."""
    if backup.manifest.database == SQLite.vendor:
        # A folder that only its owner may enter.
        with tempfile.TemporaryDirectory(prefix="verify-backup-") as folder:
            yield SQLite(Path(folder) / "db.sqlite3")
        return
    ours = databases.of(ALIASES[backup.manifest.part])
    if not isinstance(ours, PostgreSQL):
        raise Failed("This backup is of PostgreSQL, and no server of it is in DATABASE_URL.")
    name = f"{ours.name}_verify_{os.getpid()}"
    try:
        yield ours.create(name)
    finally:
        ours.drop(name)
