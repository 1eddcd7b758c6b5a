"""Copying and putting back an SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing as closed_after
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from courseapp import closing
from courseapp.backup import fingerprints
from courseapp.backup.copied import Copy
from courseapp.backup.failing import Failed

if TYPE_CHECKING:
    from pathlib import Path

    from courseapp.backup.fingerprints import Fingerprint
    from courseapp.backup.telling import Telling

FILE = "database.sqlite3"
PATIENCE = 20  # Seconds that a writer may take.
PAGES = 4_096  # A step of putting back: 16 MB.


@dataclass(frozen=True)
class SQLite:
    """See ``databases.Database``."""

    path: Path
    vendor: ClassVar[str] = "sqlite"

    def copy(self, folder: Path, *, closed: bool, telling: Telling) -> Copy:
        """One reading transaction, so that writers go on and the copy is of one moment.

        Marked, also a copy that is put back by hand stays closed until the erasures of meanwhile
        were done again.
        """
        if not self.path.is_file():
            raise Failed(f"{self.path} is not there. Run manage.py prepare first.")
        file = folder / FILE
        with closed_after(self._connected()) as raw:
            if closing.stage(raw):
                raise Failed("This database is closed: finish the restore first.")
            raw.execute("VACUUM INTO ?", [str(file)])
        with closed_after(sqlite3.connect(file)) as raw:
            if closed:
                closing.close(raw, "erasures")
                raw.commit()
            return Copy(
                file,
                sqlite3.sqlite_version,
                fingerprints.of_sqlite(raw, telling),
                _column(raw, "SELECT app || '.' || name FROM django_migrations"),
                _column(raw, "SELECT DISTINCT wrapped_by FROM vault_datakey"),
            )

    def require_empty(self) -> None:
        if not self.path.is_file():
            return
        with closed_after(self._connected()) as raw:
            if fingerprints.sqlite_tables(raw) and closing.stage(raw) != "unfinished":
                raise Failed(
                    f"{self.path} is not empty. Move it away, with its -wal and -shm beside it, or"
                    " name another place with --into."
                )
            self._alone(raw)

    def _alone(self, raw: sqlite3.Connection) -> None:
        """Whoever has it open would work on, and see what is put back before it is in order."""
        try:
            raw.execute("PRAGMA busy_timeout = 1000")
            (mode,) = raw.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as error:
            raise Failed(f"{self.path} is in use. Stop the web server and the worker.") from error
        if mode not in {"delete", b"delete"}:
            raise Failed(f"{self.path} is in use. Stop the web server and the worker.")

    def put_back(self, file: Path, *, closed: bool, telling: Telling) -> None:
        """In one transaction of SQLite's: all of it, or nothing."""

        def progress(_status: int, left: int, total: int) -> None:
            telling.meanwhile(f"  {100 * (total - left) // max(total, 1)} %")

        self.path.parent.mkdir(parents=True, exist_ok=True)
        source = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        with closed_after(source), closed_after(self._connected()) as raw:
            source.backup(raw, pages=PAGES, progress=progress)
            if not closed:
                closing.reopen(raw)
            raw.commit()
            self._require_sound(raw)

    def _require_sound(self, raw: sqlite3.Connection) -> None:
        found = [str(row) for row in raw.execute("PRAGMA integrity_check") if row != ("ok",)]
        found += [str(row) for row in raw.execute("PRAGMA foreign_key_check")]
        if found:
            raise Failed(f"{self.path} is not sound: {found[0]}.")

    def names(self) -> list[str]:
        if not self.path.is_file():
            return []
        with closed_after(self._connected()) as raw:
            return fingerprints.sqlite_tables(raw)

    def tables(self, telling: Telling) -> dict[str, Fingerprint]:
        if not self.path.is_file():
            return {}
        with closed_after(self._connected()) as raw:
            return fingerprints.of_sqlite(raw, telling)

    def finish(self) -> None:
        """The file was marked so when it was made."""

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=PATIENCE)


def _column(raw: sqlite3.Connection, query: str) -> list[str]:
    """Its texts, sorted; none where there is no such table."""
    try:
        return sorted(_text(value) for (value,) in raw.execute(query))
    except sqlite3.OperationalError:
        return []


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
