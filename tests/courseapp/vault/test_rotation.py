"""Both kinds of key are replaced while readers read and write."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from courseapp.vault import keys, rotation, sealing, texts
from courseapp.vault.keys import Unreadable
from courseapp.vault.models import DataKey
from courseapp.vault.rotation import SETTLED, Renewed, Rewrapped
from tests.courseapp.vault import notes
from tests.courseapp.vault.test_keyring import A, B, word
from tests.databases import with_keys
from tests.factories import NOW

if TYPE_CHECKING:
    from pytest_django import Settings

    from courseapp.vault.holding import Holder

pytestmark = with_keys
LATER = NOW + SETTLED
HOLDER = cast("Holder", notes)


def go_on(owner: UUID, **more: object) -> Renewed:
    return rotation.go_on(owner=owner, holders=[HOLDER], **{"now": LATER, **more})  # type: ignore[arg-type]


def generations(owner: UUID) -> list[int]:
    return [row.generation for row in DataKey.objects.of(owner)]


def test_wrapping_anew_leaves_what_no_key_opens_and_says_so(settings: Settings) -> None:
    settings.VAULT_KEYS = [word("2025", A)]
    good, damaged, foreign = uuid4(), uuid4(), uuid4()
    for owner in (good, damaged, foreign):
        keys.obtain(owner=owner, now=NOW)
    DataKey.objects.filter(owner=damaged).update(wrapped=bytes(60))
    DataKey.objects.filter(owner=foreign).update(wrapped_by="2019")
    settings.VAULT_KEYS = [word("2026", B), word("2025", A)]

    assert rotation.rewrap(batch=1) == Rewrapped(done=1, refused=2)
    assert rotation.rewrap() == Rewrapped(done=0, refused=2)
    names = dict(DataKey.objects.values_list("owner", "wrapped_by"))
    assert names == {good: "2026", damaged: "2025", foreign: "2019"}
    with pytest.raises(
        CommandError, match="2 keys, 0 secrets of second steps and 0 texts do not open"
    ):
        call_command("rotate_keys", stdout=StringIO())


def test_a_renewed_key_seals_what_is_new_and_then_what_was_there(table: None) -> None:
    owner, other = uuid4(), uuid4()
    old = [notes.keep(owner, f"Oud {number}") for number in range(5)]
    theirs = notes.keep(other, "Van een ander")
    rotation.begin(owner=owner, now=NOW)
    new = notes.keep(owner, "Nieuw")
    kept = notes.sealed(old[0])

    assert sealing.generation_of(notes.sealed(new)) == 2
    assert go_on(owner, batch=2) == Renewed(resealed=5, retired=1)
    assert generations(owner) == [2]
    assert [notes.opened(note) for note in [*old, new]] == [note.text for note in [*old, new]]
    assert (generations(other), notes.opened(theirs)) == ([1], theirs.text)
    # What was put back from before opens no more.
    with pytest.raises(Unreadable):
        texts.read(viewer=owner, owner=owner, place=old[0].place, sealed=kept)


def test_a_key_is_renewed_once_at_a_time_and_who_has_none_gets_none(table: None) -> None:
    owner, nobody = uuid4(), uuid4()
    keys.obtain(owner=owner, now=NOW)
    for _ in range(2):
        rotation.begin(owner=owner, now=NOW)
    rotation.begin(owner=nobody, now=NOW)
    assert (generations(owner), generations(nobody)) == ([2, 1], [])
    assert go_on(nobody) == Renewed()


def test_the_old_key_stays_while_somebody_may_still_write_with_it(table: None) -> None:
    owner = uuid4()
    late = keys.obtain(owner=owner, now=NOW)  # Fetched, and not used yet.
    rotation.begin(owner=owner, now=NOW)
    assert go_on(owner, now=LATER - timedelta(seconds=1)) == Renewed()
    note = notes.keep(owner, "Net op tijd")
    key = late.key(1)
    sealed = sealing.seal(
        note.text.encode(), key=key, generation=1, place=note.place, owner=owner
    )  # fmt: skip
    (row,) = notes.rows(owner=owner, after=None, most=9)
    assert notes.replace(row=row, sealed=sealed)

    assert go_on(owner) == Renewed(resealed=1, retired=1)
    assert notes.opened(note) == note.text


def test_a_text_that_does_not_open_keeps_the_key_it_may_need(table: None) -> None:
    owner = uuid4()
    good, bad = notes.keep(owner, "Goed"), notes.keep(owner, "Kapot")
    (row,) = [one for one in notes.rows(owner=owner, after=None, most=9) if one.id == bad.row]
    notes.replace(row=row, sealed=row.sealed[:-1] + bytes([row.sealed[-1] ^ 1]))
    rotation.begin(owner=owner, now=NOW)

    assert go_on(owner) == Renewed(resealed=1, refused=1)
    assert generations(owner) == [2, 1]
    assert notes.opened(good) == good.text


def test_what_a_reader_saved_meanwhile_is_not_written_over(
    table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = uuid4()
    note = notes.keep(owner, "Eerst")
    rotation.begin(owner=owner, now=NOW)
    rows = notes.rows

    def saved_in_between(**asked: object) -> object:
        found = rows(**asked)  # type: ignore[arg-type]
        for row in found:
            text = texts.write(owner=owner, place=note.place, text="Anders", now=NOW)
            notes.replace(row=row, sealed=text)
        return found

    monkeypatch.setattr(notes, "rows", saved_in_between)
    assert go_on(owner) == Renewed(changed=1)
    monkeypatch.undo()
    assert notes.opened(note) == "Anders"
    assert go_on(owner) == Renewed(retired=1)


def test_begun_again_with_the_same_moment_nobody_gets_a_third_key(table: None) -> None:
    owners = [uuid4() for _ in range(3)]
    for owner in owners:
        keys.obtain(owner=owner, now=NOW)
    moment, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    rotation.begin(owner=owners[0], now=later)  # As far as a run came that was cut off.

    assert rotation.begin_all(made_before=moment, now=later) == 2
    assert rotation.begin_all(made_before=moment, now=later) == 0
    assert [generations(owner) for owner in owners] == [[2, 1]] * 3
    assert rotation.go_on_all(now=later + SETTLED, holders=[HOLDER]) == Renewed(retired=3)
    assert rotation.begin_all(made_before=moment, now=later) == 0


def test_the_command_tells_what_it_did(settings: Settings) -> None:
    settings.VAULT_KEYS = [word("2025", A)]
    keys.obtain(owner=uuid4(), now=NOW)
    settings.VAULT_KEYS = [word("2026", B), word("2025", A)]
    out = StringIO()
    call_command("rotate_keys", "--renew-made-before", "2999-01-01T00:00Z", stdout=out)
    assert out.getvalue().splitlines() == [
        "1 keys wrapped anew.",
        "0 secrets of second steps sealed anew.",
        "1 readers were given a new key.",
        "0 texts sealed anew, 0 old keys taken away.",
    ]
    with pytest.raises(CommandError, match="renew-made-before"):
        call_command("rotate_keys", "--renew-made-before", "2026-11-26", stdout=out)
