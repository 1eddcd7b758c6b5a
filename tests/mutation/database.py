"""Test databases that are made once, not once per mutant: each run takes copies of its own.

mutmut forks a process per mutant from one that has run the tests already. There the databases are
made; whoever comes after copies them, so that no mutant sees what another left behind.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test.utils import setup_databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

# Alias to the name of the database that was made; filled by the first run in the first process.
MADE: dict[str, str] = {}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's own, which migrates anew each time."""
    suffix = str(os.getpid())
    with django_db_blocker.unblock():
        if not MADE:
            setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
            MADE.update({alias: connections[alias].settings_dict["NAME"] for alias in connections})
            # Not called in a process that was forked off: that one leaves without a word.
            atexit.register(_take_down)
        for alias in MADE:
            creation = connections[alias].creation
            connections[alias].close()
            creation.clone_test_db(suffix, verbosity=0)
            _use(alias, creation.get_test_db_clone_settings(suffix)["NAME"])
    yield
    with django_db_blocker.unblock():
        for alias, made in MADE.items():
            connections[alias].close()
            _use(alias, made)
            # A thread of a test may still be in it; then it goes when everything does.
            with contextlib.suppress(OperationalError):
                connections[alias].creation.destroy_test_db(suffix=suffix, verbosity=0)


def _use(alias: str, name: str) -> None:
    settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name


def _take_down() -> None:
    """SQLite's files lie in the temporary folder of the tests, which goes by itself."""
    if connections["default"].vendor != "postgresql":
        return
    with connections["default"]._nodb_cursor() as cursor:
        for made in MADE.values():
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [made])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
