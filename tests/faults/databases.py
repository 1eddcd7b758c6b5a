"""A prepared pair of databases and a copy of it for each case: files, or PostgreSQL's templates."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class Databases(Protocol):
    folder: Path

    @property
    def url(self) -> str: ...

    def furnish(self) -> None:
        """Tables, and what stands there before each story."""

    def copy(self, number: int) -> AbstractContextManager[None]:
        """Django's databases are a copy of the prepared pair, gone afterwards."""

    def drop(self) -> None: ...


def of(kind: str, folder: Path) -> Databases:
    return Postgres.named(folder) if kind == "postgresql" else Files(folder)


def _furnish() -> None:
    from django.core.management import call_command

    from tests.faults import founding

    call_command("migrate", verbosity=0)
    call_command("migrate", "vault", verbosity=0, database="keys")
    founding.found()


@contextmanager
def _at(names: dict[str, str]) -> Iterator[None]:
    from django.db import connections

    for alias, name in names.items():
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()


@dataclass
class Files:
    """Two files of SQLite."""

    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'prepared.sqlite3'}"

    def furnish(self) -> None:
        _furnish()

    @contextmanager
    def copy(self, number: int) -> Iterator[None]:
        from django.db import connections

        names = {}
        for alias in ("default", "keys"):
            prepared = Path(connections[alias].settings_dict["NAME"])
            names[alias] = str(self.folder / f"{alias}-{number}.sqlite3")
            shutil.copy(prepared, names[alias])
        with _at(names):
            yield
        for name in names.values():
            for file in Path(name).parent.glob(f"{Path(name).name}*"):
                file.unlink(missing_ok=True)

    def drop(self) -> None:
        """They lie in a folder that goes."""


@dataclass
class Postgres:
    """Two databases of a server that answers."""

    folder: Path
    address: str
    name: str

    @classmethod
    def named(cls, folder: Path) -> Postgres:
        from courseapp.bench import databases

        address = databases.server()
        assert address is not None
        return cls(folder, address, f"courseapp_faults_{os.getpid()}")

    @property
    def url(self) -> str:
        return f"{self.address.rpartition('/')[0]}/{self.name}"

    def furnish(self) -> None:
        for name in (self.name, f"{self.name}_keys"):
            self._create(name, "template1")
        _furnish()

    @contextmanager
    def copy(self, number: int) -> Iterator[None]:
        names = {"default": f"{self.name}_{number}", "keys": f"{self.name}_{number}_keys"}
        self._create(names["default"], self.name)
        self._create(names["keys"], f"{self.name}_keys")
        try:
            with _at(names):
                yield
        finally:
            for name in names.values():
                self._drop(name)

    def drop(self) -> None:
        from django.db import connections

        connections.close_all()
        for name in (self.name, f"{self.name}_keys"):
            self._drop(name)

    def _create(self, name: str, template: str) -> None:
        self._say("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)

    def _drop(self, name: str) -> None:
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _say(self, statement: str, *names: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.address, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
