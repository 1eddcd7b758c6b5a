"""Ten thousand ways to meddle with what is kept, in eight threads: all refused, nothing shown."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from courseapp.vault import sealing, texts
from courseapp.vault.keys import Unreadable
from courseapp.vault.models import DataKey
from courseapp.vault.sealing import Place
from tests.databases import with_keys_committed
from tests.factories import NOW
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [with_keys_committed, pytest.mark.slow]

# ruff: noqa: S311 -- these numbers choose what to meddle with, and keep no secret.
THREADS, EACH = 8, 1250
MODEL, FIELD = "lessons.Answer", "text"
SECRET = "GEHEIM"


class Kept:
    """One text, where it lies, and what lay there under the key before."""

    def __init__(self, owner: UUID, number: int) -> None:
        self.owner = owner
        self.place = Place(MODEL, FIELD, uuid4())
        self.text = f"{SECRET} {number} " + "woorden " * (number % 60)
        self.sealed = self._write()

    def _write(self) -> bytes:
        return texts.write(owner=self.owner, place=self.place, text=self.text, now=NOW)


Asked = tuple[UUID, Place, bytes]
Meddling = tuple[str, "Callable[[random.Random, Kept, Kept], Asked]"]


def _flip(chance: random.Random, one: Kept, _other: Kept) -> Asked:
    changed = bytearray(one.sealed)
    for _ in range(chance.randint(1, 3)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    # Two flips of one bit are none.
    changed = changed if bytes(changed) != one.sealed else bytearray(b"\0" + one.sealed)
    return one.owner, one.place, bytes(changed)


def _cut(chance: random.Random, one: Kept, _other: Kept) -> Asked:
    start, end = chance.choice([(0, chance.randrange(len(one.sealed))), (1, len(one.sealed))])
    return one.owner, one.place, one.sealed[start:end]


def _put_together(chance: random.Random, one: Kept, other: Kept) -> Asked:
    at = chance.randrange(3, min(len(one.sealed), len(other.sealed)) - 1)
    return one.owner, one.place, one.sealed[:at] + other.sealed[at:]


def _other_generation(chance: random.Random, one: Kept, _other: Kept) -> Asked:
    generation = chance.choice([0, 2, 3, 255, sealing.MOST_GENERATIONS])
    return one.owner, one.place, sealing.head(generation) + one.sealed[sealing.HEAD :]


MEDDLINGS: tuple[Meddling, ...] = (
    ("a bit flipped", _flip),
    ("cut", _cut),
    ("put together from two", _put_together),
    ("said to be of another generation", _other_generation),
    ("another row's", lambda _c, one, other: (one.owner, one.place, other.sealed)),
    ("moved to another row", lambda _c, one, _o: (
        one.owner, Place(MODEL, FIELD, uuid4()), one.sealed)),
    ("moved to another field", lambda _c, one, _o: (
        one.owner, Place(MODEL, "title", one.place.row), one.sealed)),
    ("moved to another table", lambda _c, one, _o: (
        one.owner, Place("lessons.Other", FIELD, one.place.row), one.sealed)),
    ("said to be another reader's", lambda _c, one, other: (
        other.owner, one.place, one.sealed)),
)  # fmt: skip


@pytest.fixture
def kept() -> list[Kept]:
    """Texts of six readers; the neighbour in the list is another reader's."""
    owners = [uuid4() for _ in range(6)]
    return [Kept(owners[number % 6], number) for number in range(60)]


def test_ten_thousand_ways_to_meddle_are_refused_and_show_nothing(kept: list[Kept]) -> None:
    def meddle(thread: int) -> Counter[str]:
        chance, seen = random.Random(thread), Counter[str]()
        for _ in range(EACH):
            number = chance.randrange(len(kept))
            one, other = kept[number], kept[(number + 1) % len(kept)]
            name, act = chance.choice(MEDDLINGS)
            owner, place, sealed = act(chance, one, other)
            with pytest.raises(Unreadable) as refused:
                texts.read(viewer=owner, owner=owner, place=place, sealed=sealed)
            told = f"{refused.value!r} {refused.value.__dict__} {refused.value.__cause__}"
            assert SECRET not in told
            seen[name] += 1
            # The control, in the same thread at the same time: what is whole opens.
            if chance.random() < 0.1:
                read = texts.read(
                    viewer=one.owner, owner=one.owner, place=one.place, sealed=one.sealed
                )
                assert read == one.text
                seen["whole"] += 1
        return seen

    found = sum(all_good(at_once(meddle, THREADS)), Counter[str]())
    assert found.total() - found["whole"] == 10_000
    assert min(found[name] for name, _act in MEDDLINGS) > 500
    assert found["whole"] > 500


def test_a_lock_bound_to_nothing_would_be_noticed(
    kept: list[Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the above: without associated data a text opens in any row of its owner."""
    monkeypatch.setattr(sealing, "_text_bound", lambda **_more: b"")
    one = Kept(kept[0].owner, 1)
    elsewhere = Place(MODEL, FIELD, uuid4())
    read = texts.read(viewer=one.owner, owner=one.owner, place=elsewhere, sealed=one.sealed)
    assert read == one.text


def test_a_key_changed_in_its_table_is_refused_bit_by_bit(kept: list[Kept]) -> None:
    one, chance = kept[0], random.Random(0)
    row = DataKey.objects.get(owner=one.owner)
    whole = bytes(row.wrapped)
    for _ in range(60):
        changed = bytearray(whole)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        DataKey.objects.filter(pk=row.pk).update(wrapped=bytes(changed))
        with pytest.raises(Unreadable):
            texts.read(viewer=one.owner, owner=one.owner, place=one.place, sealed=one.sealed)
    DataKey.objects.filter(pk=row.pk).update(wrapped=whole)
    read = texts.read(viewer=one.owner, owner=one.owner, place=one.place, sealed=one.sealed)
    assert read == one.text
