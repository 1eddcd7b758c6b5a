"""The ledger of erasures: who, when last, in which order; and as a file that can be read again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from courseapp.vault import ledger
from tests.databases import with_keys
from tests.factories import NOW

pytestmark = with_keys

DAY = timedelta(days=1)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def test_it_tells_whom_in_the_order_of_their_erasures() -> None:
    ledger.note(owner=THREE, now=NOW)
    ledger.note(owner=TWO, now=NOW + DAY)
    ledger.note(owner=ONE, now=NOW + DAY)

    assert ledger.owners() == [THREE, ONE, TWO]
    day, next_day = NOW.isoformat(), (NOW + DAY).isoformat()
    assert list(ledger.lines()) == [f"{day} {THREE}", f"{next_day} {ONE}", f"{next_day} {TWO}"]


def test_of_an_erasure_that_was_done_again_the_last_time_counts() -> None:
    ledger.note(owner=ONE, now=NOW)
    ledger.note(owner=TWO, now=NOW)
    ledger.note(owner=ONE, now=NOW + DAY)

    assert list(ledger.lines()) == [f"{NOW.isoformat()} {TWO}", f"{(NOW + DAY).isoformat()} {ONE}"]


def test_it_tells_the_first_after_a_moment() -> None:
    assert ledger.first_since(None) is None
    ledger.note(owner=ONE, now=NOW + DAY)
    ledger.note(owner=TWO, now=NOW)

    assert ledger.first_since(None) == NOW
    assert ledger.first_since(NOW - DAY) == NOW
    assert ledger.first_since(NOW) == NOW + DAY
    assert ledger.first_since(NOW + DAY) is None


def test_what_was_not_done_is_struck_and_nothing_else() -> None:
    ledger.note(owner=ONE, now=NOW)
    ledger.note(owner=TWO, now=NOW)
    ledger.strike(owner=ONE)

    assert ledger.owners() == [TWO]


def test_its_file_is_read_again_also_with_empty_lines() -> None:
    assert ledger.read([f"{NOW.isoformat()} {ONE}\n", "\n", f"{NOW.isoformat()} {TWO}"]) == [
        ONE,
        TWO,
    ]


@pytest.mark.parametrize("line", ["alone", f"{NOW.isoformat()} nobody"])
def test_a_file_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ledger.NotALedger) as refused:
        ledger.read([line])
    assert str(refused.value) == str(refused.value.__cause__) != ""


def test_it_forgets_when_no_backup_can_bring_anybody_back() -> None:
    ledger.note(owner=ONE, now=NOW - ledger.KEPT)
    ledger.note(owner=TWO, now=NOW)

    assert ledger.forget_old(now=NOW) == 0
    assert ledger.forget_old(now=NOW + timedelta(seconds=1)) == 1
    assert ledger.owners() == [TWO]
