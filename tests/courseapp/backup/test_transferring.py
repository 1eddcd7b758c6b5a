"""From SQLite (and from PostgreSQL) to PostgreSQL: all of it, or a target that stays closed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connection

from courseapp import closing
from courseapp.accounts.models import User
from courseapp.backup import transferring
from courseapp.bench.databases import server
from lessons.reading.models import Enrolment
from tests.courseapp.backup.conftest import GONE, STAYS
from tests.courseapp.backup.places import on, said
from tests.courseapp.backup.test_putting_back import texts_of
from tests.courseapp.mydata.everything import WRITTEN
from tests.databases import with_keys
from tests.factories import make_reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker

    from tests.courseapp.backup.conftest import Copies

REAL = transferring.prepared


@pytest.fixture
def beside_the_suite(copies: Copies, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Without the guard of Django's tests, which lets nobody open a third database."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def targets(beside_the_suite: None) -> Iterator[tuple[str, str]]:
    """Two empty databases of PostgreSQL."""
    address = server()
    if address is None:
        pytest.skip("PostgreSQL does not answer")
    with _database(address) as one, _database(address) as other:
        yield one, other


@contextmanager
def _database(address: str) -> Iterator[str]:
    name = f"courseapp_transfer_{uuid4().hex[:12]}"
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute(f"CREATE DATABASE {name}".encode())
        yield urlsplit(address)._replace(path=f"/{name}", query="").geturl()
        raw.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.slow
def test_all_of_it_arrives_or_the_target_stays_closed(
    copies: Copies,
    scratch: str,
    scratch_keys: str,
    targets: tuple[str, str],
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said(
        "restore", copies.site, "--keys", copies.keys, "--into", scratch, "--keys-into",
        scratch_keys,
    )  # fmt: skip
    to, keys_to = targets
    words = ("transfer", "--to", to, "--keys-to", keys_to)

    with on(scratch, scratch_keys):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # SQLite keeps what it found in a table of its own.
        # The control: one letter that does not arrive is noticed.
        monkeypatch.setattr(transferring, "prepared", _wrong)
        with pytest.raises(CommandError, match="not what was sent"):
            said(*words)
        monkeypatch.undo()
        with on(to, keys_to), pytest.raises(closing.Closed):
            User.objects.exists()

        assert "every table compared" in said(*words)

        with pytest.raises(CommandError, match="not empty"):
            said(*words)
    with on(to, keys_to):
        assert set(User.objects.values_list("email", flat=True)) == {GONE, STAYS}
        assert WRITTEN in str(texts_of(GONE)[0])
        newest = User.objects.order_by("-pk").values_list("pk", flat=True)[0]
        assert make_reader().pk > newest, "numbers go on where they stopped"
        assert Enrolment.objects.count() == 2


def _wrong(field: Any, value: Any, target: Any) -> Any:
    if value == STAYS and field.model is User:
        return f"x{value}"
    return REAL(field, value, target)


@with_keys
def test_it_goes_to_postgresql_alone_and_never_both_to_one_place(tmp_path: Path) -> None:
    here = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    with pytest.raises(CommandError, match="goes to PostgreSQL"):
        said("transfer", "--to", here, "--keys-to", f"{here}-keys")
    with pytest.raises(CommandError, match="of their own"):
        said("transfer", "--to", here, "--keys-to", here)


@pytest.mark.once
def test_values_are_the_same_bytes_from_either_database_and_others_are_not() -> None:
    moment = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=1)))
    same = [
        (moment, {"a": 1, "b": [1e2]}, b"x", None),
        (elsewhere, {"b": [100], "a": 1}, memoryview(b"x"), None),
    ]
    other = [
        (moment, {"a": 1, "b": [1e2]}, b"y", None),
        (moment, {"a": 1, "b": [1e2]}, b"x", ""),
        (moment, {"a": "1", "b": [1e2]}, b"x", None),
        (moment + timedelta(microseconds=1), {"a": 1, "b": [1e2]}, b"x", None),
    ]
    assert len({transferring.canonical(row) for row in same}) == 1
    assert len({transferring.canonical(row) for row in [*same, *other]}) == 5
