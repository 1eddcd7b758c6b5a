"""Erasures and rotations are killed before everything that lasts, and end well nevertheless."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connections

from courseapp import privacy
from courseapp.vault import keys, rotation, texts
from courseapp.vault.keys import Unreadable
from courseapp.vault.models import DataKey
from tests.courseapp.vault import notes
from tests.courseapp.vault.test_keyring import A, B, word
from tests.databases import with_keys_committed
from tests.factories import NOW, make_course, make_enrolment, make_reader

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [with_keys_committed, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[3]


def run(act: str, *, die_at: int, **more: Any) -> int | None:
    """How many boundaries it passed; nothing if it was killed."""
    told = {
        "databases": {one.alias: str(one.settings_dict["NAME"]) for one in connections.all()},
        "keys": django_settings.VAULT_KEYS,
        "act": act,
        "die_at": die_at,
        "now": NOW.isoformat(),
        **more,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.courseapp.vault.dying"],
        cwd=ROOT, input=json.dumps(told), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == -SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def has_key(owner: UUID) -> bool:
    return keys.of(owner).newest is not None


def test_an_erasure_cut_off_anywhere_took_nothing_or_is_finished_by_the_sweep() -> None:
    """Never is an account left whose texts do not open: the key goes last."""
    course, kept = make_course(modules=1, lessons=1), make_reader()
    keys.obtain(owner=kept.uuid, now=NOW)
    ends: list[tuple[bool, bool]] = []
    for die_at in range(1, 20):
        reader = make_reader()
        make_enrolment(reader, course)
        keys.obtain(owner=reader.uuid, now=NOW)
        passed = run("erase", die_at=die_at, owner=str(reader.uuid))
        reader.refresh_from_db()
        is_erased = not reader.is_active
        ends.append((is_erased, has_key(reader.uuid)))
        assert is_erased or has_key(reader.uuid), "an account without its key"
        assert privacy.sweep_keys() == int(is_erased and ends[-1][1])
        assert has_key(reader.uuid) == (not is_erased)
        if passed is not None:
            break
    # Before it is in the ledger and before the one commit; between that and the key; to the end.
    assert sorted(set(ends), key=ends.index) == [(False, True), (True, True), (True, False)]
    assert has_key(kept.uuid)


def test_wrapping_anew_is_killed_twice_and_every_text_opens_all_the_time(
    settings: Settings,
) -> None:
    settings.VAULT_KEYS = [word("2025", A)]
    owners = [uuid4() for _ in range(60)]
    for owner in owners:
        keys.obtain(owner=owner, now=NOW)
    settings.VAULT_KEYS = [word("2026", B), word("2025", A)]

    wrapped = []
    for _ in range(2):
        assert run("rewrap", die_at=2, batch=20) is None
        wrapped.append(DataKey.objects.filter(wrapped_by="2026").count())
        assert all(keys.of(owner).key(1) for owner in owners)
    assert wrapped == [20, 40], "each time one batch was committed, and none done twice"
    assert run("rewrap", die_at=0, batch=20) is not None

    settings.VAULT_KEYS = [word("2026", B)]
    assert all(keys.of(owner).key(1) for owner in owners)


def test_sealing_anew_is_killed_twice_and_every_text_opens_all_the_time(table: None) -> None:
    owner, later = uuid4(), NOW + rotation.SETTLED
    written = [notes.keep(owner, f"Tekst {number}") for number in range(12)]
    rotation.begin(owner=owner, now=NOW)
    for done in (4, 8):
        assert run("go on", die_at=5, owner=str(owner), batch=3, now=later.isoformat()) is None
        new = [note for note in written if notes.sealed(note)[2] == 2]
        assert len(new) == done
        assert [notes.opened(note) for note in written] == [note.text for note in written]
    assert DataKey.objects.filter(owner=owner).count() == 2
    run("go on", die_at=0, owner=str(owner), batch=3, now=later.isoformat())
    assert [row.generation for row in DataKey.objects.filter(owner=owner)] == [2]
    assert [notes.opened(note) for note in written] == [note.text for note in written]


def test_a_key_that_goes_too_early_would_be_noticed(table: None) -> None:
    """The control: what the tests above hold against is not true by itself."""
    owner = uuid4()
    note = notes.keep(owner, "Tekst")
    rotation.begin(owner=owner, now=NOW)
    DataKey.objects.filter(owner=owner, generation=1).delete()
    with pytest.raises(Unreadable):
        notes.opened(note)
    assert timedelta(minutes=30) <= rotation.SETTLED
    assert texts.open_for(viewer=owner, owner=owner)
