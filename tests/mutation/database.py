"""Test databases that are made once, not once per mutant: each run takes copies of the files.

mutmut forks a process per mutant from one that has run the tests already. There the databases are
made; whoever comes after copies two files, so that no mutant sees what another left behind.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

# Alias to the file as it was made; filled by the first run in the first process.
MADE: dict[str, Path] = {}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's own, which migrates anew each time."""
    with django_db_blocker.unblock():
        if not MADE:
            setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
            for alias in connections:
                connections[alias].close()
                MADE[alias] = Path(connections[alias].settings_dict["NAME"])
        own = {alias: file.with_suffix(f".{os.getpid()}") for alias, file in MADE.items()}
        for alias, file in own.items():
            connections[alias].close()
            shutil.copyfile(MADE[alias], file)
            settings.DATABASES[alias]["NAME"] = str(file)
            connections[alias].settings_dict["NAME"] = str(file)
    yield
    with django_db_blocker.unblock():
        for alias, file in own.items():
            connections[alias].close()
            for left in file.parent.glob(f"{file.name}*"):
                left.unlink()
