"""Copying and putting back a database of PostgreSQL, by its own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import psycopg
from psycopg import sql

from courseapp import closing
from courseapp.backup import fingerprints
from courseapp.backup.copied import Copy
from courseapp.backup.failing import Failed

if TYPE_CHECKING:
    from pathlib import Path

    from courseapp.backup.fingerprints import Fingerprint
    from courseapp.backup.telling import Telling

FILE = "database.dump"
PATIENCE = 20  # Seconds to connect.
PARTING = 3  # Seconds: a connection that was closed is counted until its process is gone.
VERSION = re.compile(r"(\d+)(?:\.\d+)?")
# What libpq reads from the environment: so no password stands in a list of processes.
VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
}
OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Quoted by PostgreSQL itself; without those of extensions.
FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


@dataclass(frozen=True)
class PostgreSQL:
    """See ``databases.Database``; ``told`` in libpq's words."""

    told: dict[str, str] = field(repr=False)
    vendor: ClassVar[str] = "postgresql"

    @property
    def name(self) -> str:
        return self.told["dbname"]

    def copy(self, folder: Path, *, closed: bool, telling: Telling) -> Copy:
        """Dumped and counted in one snapshot, so that writers go on and both see one moment.

        A dump carries no mark: ``put_back`` sets it first.
        """
        file = folder / FILE
        with self._connected() as raw:
            self._require_program("pg_dump", raw.info.server_version // 10_000)
            raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if closing.stage(raw):
                raise Failed("This database is closed: finish the restore first.")
            (snapshot,) = _one(raw, "SELECT pg_export_snapshot()")
            arguments = [f"--snapshot={snapshot}", "--format=custom", f"--file={file}"]
            self._run("pg_dump", *arguments, "--no-owner", "--no-privileges")
            return Copy(
                file,
                _version(raw),
                tables := fingerprints.of_postgres(raw, telling),
                _column(raw, "SELECT app || '.' || name FROM django_migrations"),
                _column(raw, "SELECT DISTINCT wrapped_by FROM vault_datakey")
                if "vault_datakey" in tables
                else [],
            )

    def require_empty(self) -> None:
        with self._connected() as raw:
            if not _alone(raw):
                raise Failed(f"Somebody uses {self.name}. Stop the web server and the worker.")
            if not fingerprints.postgres_tables(raw):
                return
            if closing.stage(raw) != "unfinished":
                raise Failed(
                    f"The database {self.name} is not empty. Make another (createdb) and name it"
                    " with --into, or in DATABASE_URL."
                )
            self.wipe(raw)

    def wipe(self, raw: psycopg.Connection) -> None:
        """Take away what an unfinished restore left, all but the mark."""
        for table in fingerprints.postgres_tables(raw):
            raw.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
        for (function,) in raw.execute(FUNCTIONS).fetchall():
            raw.execute(f"DROP FUNCTION {function} CASCADE".encode())

    def put_back(self, file: Path, *, closed: bool, telling: Telling) -> None:
        """In one transaction of PostgreSQL's: all of it, or nothing."""
        with self._connected() as raw:
            self._require_program("pg_restore", raw.info.server_version // 10_000)
        if closed:
            self.close()
        telling.meanwhile(f"  {file.stat().st_size / 1e6:.0f} MB")
        self._run(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
            "--no-privileges", f"--dbname={self.name}", str(file),
        )  # fmt: skip

    def names(self) -> list[str]:
        with self._connected() as raw:
            return fingerprints.postgres_tables(raw)

    def tables(self, telling: Telling) -> dict[str, Fingerprint]:
        with self._connected() as raw:
            return fingerprints.of_postgres(raw, telling)

    def close(self) -> None:
        """To everybody but who goes on with what is begun here."""
        with self._connected() as raw:
            closing.close(raw, "unfinished")

    def reopen(self) -> None:
        with self._connected() as raw:
            closing.reopen(raw)
            raw.execute("ANALYZE")

    def finish(self) -> None:
        with self._connected() as raw:
            closing.close(raw, "erasures")
            raw.execute("ANALYZE")

    def beside(self, name: str) -> PostgreSQL:
        """Another database of the same server."""
        return PostgreSQL({**self.told, "dbname": name})

    def create(self, name: str) -> PostgreSQL:
        """An empty one beside it. Raises ``psycopg.Error`` where the user may not."""
        with self._connected() as raw:
            raw.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.beside(name)

    def drop(self, name: str) -> None:
        """Away with one beside it."""
        with self._connected() as raw:
            raw.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(**self.told, autocommit=True, connect_timeout=PATIENCE)  # type: ignore[arg-type]

    def _require_program(self, program: str, server: int) -> None:
        """PostgreSQL's programs read servers of their own version and older ones."""
        said = self._run(program, "--version")
        found = VERSION.search(said)
        if found and int(found[1]) < server:
            raise Failed(
                f"{program} is of PostgreSQL {found[1]}, the server of {server}. Install that"
                f" version's programs: apt-get install postgresql-client-{server}"
            )

    def _run(self, program: str, *arguments: str) -> str:
        path = shutil.which(program)
        if path is None:
            raise Failed(f"{program} is not there: apt-get install postgresql-client")
        own = {VARIABLES[name]: value for name, value in self.told.items()}
        done = subprocess.run(  # noqa: S603 -- PostgreSQL's own program, and no shell.
            [path, *arguments],
            env={**os.environ, **own, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"]
            raise Failed(next((line for line in said if "error: " in line), said[-1]))
        return done.stdout


def _one(raw: psycopg.Connection, query: str) -> tuple[object, ...]:
    row = raw.execute(query.encode()).fetchone()
    if row is None:
        raise Failed("PostgreSQL gave no answer.")
    return row


def _alone(raw: psycopg.Connection) -> bool:
    """Whether nobody else is connected, or whoever was leaves within ``PARTING``."""
    for _ in range(PARTING * 10):
        if not _one(raw, OTHERS)[0]:
            return True
        time.sleep(0.1)
    return False


def _column(raw: psycopg.Connection, query: str) -> list[str]:
    return sorted(str(value) for (value,) in raw.execute(query.encode()))


def _version(raw: psycopg.Connection) -> str:
    return str(raw.info.parameter_status("server_version"))
