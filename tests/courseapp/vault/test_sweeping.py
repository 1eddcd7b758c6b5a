"""Keys without an owner go; keys with one stay, whatever happens to the other database."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from courseapp import privacy, tasks
from courseapp.accounts import staff
from courseapp.accounts.models import User
from courseapp.vault import keys, ledger, sweeping
from courseapp.vault.keys import KeysUnavailable
from courseapp.vault.models import DataKey, Erasure
from courseapp.vault.sweeping import TooManyOrphans
from tests.databases import with_keys
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = with_keys


def test_an_erasure_takes_the_key_and_no_other() -> None:
    reader, other = make_reader(), make_reader()
    for one in (reader, other):
        keys.obtain(owner=one.uuid, now=NOW)
    told = privacy.export_person(reader)["vault"]
    assert told == {"keys": [{"generation": 1, "made_at": NOW.isoformat()}]}
    privacy.erase_person(reader, now=NOW)
    assert [row.owner for row in DataKey.objects.all()] == [other.uuid]
    assert privacy.export_person(reader)["vault"] == {"keys": []}


def test_an_erasure_that_could_not_destroy_the_key_takes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = make_reader()

    def away(_owner: object) -> object:
        raise KeysUnavailable

    monkeypatch.setattr(keys, "of", away)
    with pytest.raises(KeysUnavailable):
        privacy.erase_person(reader, now=NOW)
    reader.refresh_from_db()
    assert reader.is_active


def test_a_key_that_could_not_be_destroyed_at_once_is_found_by_the_sweep(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader = make_reader()
    keys.obtain(owner=reader.uuid, now=NOW)

    def away(_owners: object) -> int:
        raise KeysUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(keys, "destroy", away)
        privacy.erase_person(reader, now=NOW)
    assert "the sweep will find it" in caplog.text
    assert [str(row) for row in DataKey.objects.all()] == [f"{reader.uuid} 1"]
    assert str(Erasure.objects.get()) == str(reader.uuid)
    assert privacy.sweep_keys() == 1
    assert not DataKey.objects.exists()


def test_who_became_the_last_owner_meanwhile_stays_and_is_in_no_ledger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two owners leave in one moment: whoever is the second to be taken away is asked again."""
    first, second = (make_reader(is_staff=True, is_owner=True) for _ in range(2))
    noted = ledger.note

    def note(*, owner: UUID, now: datetime) -> None:
        noted(owner=owner, now=now)
        if owner == second.uuid:
            User.objects.filter(pk=first.pk).update(is_active=False, is_owner=False)

    monkeypatch.setattr(ledger, "note", note)
    with pytest.raises(staff.LastOwner):
        privacy.erase_person(second, now=NOW)
    second.refresh_from_db()
    assert second.is_active
    assert not Erasure.objects.exists()


def test_the_sweep_takes_keys_of_erased_and_unknown_accounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erased, living, unknown = make_reader(), make_reader(), uuid4()
    for owner in (erased.uuid, living.uuid, unknown):
        keys.obtain(owner=owner, now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "destroy", lambda _owners: 0)
        privacy.erase_person(erased, now=NOW)
    assert DataKey.objects.count() == 3
    tasks.sweep_keys()
    assert [row.owner for row in DataKey.objects.all()] == [living.uuid]
    assert privacy.sweep_keys() == 0


def test_a_wrong_database_of_accounts_does_not_end_all_texts() -> None:
    for _ in range(sweeping.MOST + 1):
        keys.obtain(owner=uuid4(), now=NOW)
    with pytest.raises(TooManyOrphans) as refused:
        privacy.sweep_keys()
    assert refused.value.number == sweeping.MOST + 1
    assert str(refused.value) == (
        f"{sweeping.MOST + 1} keys have no owner. Is this the database of accounts that belongs to"
        " these keys? Nothing was destroyed."
    )
    with pytest.raises(CommandError, match="Nothing was destroyed"):
        call_command("sweep_keys")
    assert DataKey.objects.count() == sweeping.MOST + 1
    out = StringIO()
    call_command("sweep_keys", most=100, stdout=out)
    assert out.getvalue() == f"{sweeping.MOST + 1} keys destroyed.\n"
    assert not DataKey.objects.exists()


def test_as_many_as_are_allowed_go_in_pieces_and_it_is_written_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    living = make_reader()
    keys.obtain(owner=living.uuid, now=NOW)
    for _ in range(5):
        keys.obtain(owner=uuid4(), now=NOW)

    assert privacy.sweep_keys(most=5) == 5
    assert [row.owner for row in DataKey.objects.all()] == [living.uuid]
    assert caplog.messages == ["Destroyed 5 keys whose owners were erased earlier."]
    assert privacy.sweep_keys() == 0
    assert len(caplog.messages) == 1
