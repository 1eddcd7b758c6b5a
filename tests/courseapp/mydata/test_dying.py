"""A leaving is killed before everything that lasts, and comes to its end when it is done again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courseapp import privacy
from courseapp.accounts.models import Leaving
from courseapp.mydata import letting_go
from courseapp.post.models import Letter
from courseapp.vault import keys, ledger
from lessons.reading.models import Enrolment
from tests.courseapp.vault.test_dying import has_key, run
from tests.databases import with_keys_committed
from tests.factories import NOW, make_course, make_enrolment, make_reader

pytestmark = [with_keys_committed, pytest.mark.slow]
LATER = NOW + timedelta(minutes=20)


def test_cut_off_anywhere_it_is_untouched_or_finished_by_the_next_task() -> None:
    course, stages = make_course(modules=1, lessons=1), []
    for die_at in range(1, 30):
        reader = make_reader()
        make_enrolment(reader, course)
        keys.obtain(owner=reader.uuid, now=NOW)
        passed = run("leave", die_at=die_at, owner=str(reader.uuid))
        reader.refresh_from_db()
        is_locked = not reader.is_active
        assert is_locked == (
            Leaving.objects.filter(person=reader).exists() or "erased" in reader.email
        ), "locked without a row that brings it to an end"
        stages.append((is_locked, "erased" in reader.email, has_key(reader.uuid)))

        letting_go.finish_due(now=LATER)
        privacy.sweep_keys()

        reader.refresh_from_db()
        assert ("erased" in reader.email) == is_locked
        assert Enrolment.objects.filter(reader=reader).exists() != is_locked
        assert has_key(reader.uuid) != is_locked
        assert (reader.uuid in ledger.owners()) == is_locked
        assert not Letter.objects.filter(to=reader.email).exists()
        if passed is not None:
            break
    assert sorted(set(stages), key=stages.index) == [
        (False, False, True), (True, False, True), (True, True, True), (True, True, False),
    ]  # fmt: skip


def test_an_erasure_by_command_that_was_cut_off_is_finished_from_the_ledger() -> None:
    ends: list[tuple[bool, bool]] = []
    for die_at in range(1, 20):
        reader = make_reader()
        passed = run("erase", die_at=die_at, owner=str(reader.uuid))
        reader.refresh_from_db()
        is_noted, was_erased = reader.uuid in ledger.owners(), "erased" in reader.email
        ends.append((is_noted, was_erased))
        assert privacy.replay_erasures(now=LATER) == int(is_noted and not was_erased)
        reader.refresh_from_db()
        assert ("erased" in reader.email) == is_noted
        if passed is not None:
            break
    assert sorted(set(ends), key=ends.index) == [(False, False), (True, False), (True, True)]
