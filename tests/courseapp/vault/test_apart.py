"""Keys and texts lie in two databases, and neither file says what was written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from courseapp.accounts.models import User
from courseapp.vault import holding, keys
from courseapp.vault.models import DataKey, Erasure
from courseapp.vault.router import KeysApart
from tests import files, test_inventory
from tests.courseapp.vault import notes
from tests.databases import with_keys, with_keys_committed
from tests.factories import NOW, make_reader


def tables(alias: str) -> set[str]:
    return set(connections[alias].introspection.table_names())


def bytes_of(alias: str) -> bytes:
    """All that SQLite keeps of a database, its write-ahead log too."""
    file = Path(str(connections[alias].settings_dict["NAME"]))
    return b"".join(files.bytes_of(one) for one in sorted(file.parent.glob(f"{file.name}*")))


@with_keys
def test_each_database_holds_its_own_tables_and_not_the_others() -> None:
    own = {DataKey._meta.db_table, Erasure._meta.db_table}
    assert tables("keys") - {MigrationRecorder.Migration._meta.db_table} == own
    assert not tables("default") & own
    assert User._meta.db_table in tables("default")


def test_the_router_has_a_word_for_its_own_model_only() -> None:
    router = KeysApart()
    assert (router.db_for_read(DataKey), router.db_for_write(DataKey)) == ("keys", "keys")
    assert (router.db_for_read(User), router.db_for_write(User)) == (None, None)


@pytest.mark.slow
@pytest.mark.once
def test_preparing_makes_the_database_of_keys_and_finds_it_made(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "KEYS_DATABASE_URL": f"sqlite:///{tmp_path}/keys.sqlite3",
    }
    act = (
        "import django; django.setup(); from courseapp import preparing;"
        "print(preparing._keys().count('... OK'), preparing._keys().count('... OK'));"
        "from courseapp.vault.models import DataKey; print(DataKey.objects.count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", act],
        cwd=django_settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["2 0", "0"]
    assert (tmp_path / "vault.key").stat().st_mode & 0o777 == 0o600


@with_keys_committed
@pytest.mark.once
def test_no_file_holds_what_was_written_nor_an_unwrapped_key(table: None) -> None:
    reader = make_reader()
    note = notes.keep(reader.uuid, "Niemand mag dit lezen. " * 20)
    visible = make_reader(email="wel.te.zien@example.org")
    everything = bytes_of("default") + bytes_of("keys")
    # The control: something that is not sealed is found.
    assert visible.email.encode() in everything
    assert notes.sealed(note)[-40:] in everything
    assert b"Niemand mag" not in everything
    row = DataKey.objects.get(owner=reader.uuid)
    plain = keys.ring()._opened(
        bytes(row.wrapped), name=row.wrapped_by, generation=1, owner=reader.uuid
    )
    assert bytes(row.wrapped) in bytes_of("keys")
    assert plain not in everything


@with_keys_committed
@pytest.mark.once
def test_a_destroyed_key_is_gone_from_the_file_and_its_log() -> None:
    owner, other = uuid4(), uuid4()
    for one in (owner, other):
        keys.obtain(owner=one, now=NOW)
    gone, stays = (bytes(DataKey.objects.get(owner=one).wrapped) for one in (owner, other))
    assert gone in bytes_of("keys")
    keys.destroy([owner])
    assert gone not in bytes_of("keys")
    assert stays in bytes_of("keys")


@pytest.mark.once
def test_every_field_that_must_be_sealed_is_offered_for_new_keys() -> None:
    """Otherwise a renewal would take a key away that such a field still needs."""
    special = {
        field
        for field, kind in test_inventory.written().items()
        if test_inventory.kinds()[kind]["class"] == "special"
    }
    assert {f"{one.MODEL}.{one.FIELD}" for one in holding.ours()} == special
