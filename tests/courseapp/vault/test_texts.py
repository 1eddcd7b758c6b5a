"""A reader's text is shown to that reader, whole, or to nobody."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from courseapp.errors import NotFound
from courseapp.vault import keyring, keys, sealing, texts
from courseapp.vault.keys import KeysUnavailable, Unreadable
from courseapp.vault.models import DataKey
from courseapp.vault.sealing import Place
from courseapp.vault.texts import NotYours
from tests.counting import counting
from tests.courseapp.vault.test_keyring import A, B, word
from tests.databases import with_keys, with_keys_committed
from tests.factories import NOW
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = with_keys

TEXT = "Soms wil ik weg, en dan weer niet."


def place() -> Place:
    return Place("lessons.Answer", "text", uuid4())


def write(owner: UUID, where: Place, text: str = TEXT) -> bytes:
    return texts.write(owner=owner, place=where, text=text, now=NOW)


def why_not(owner: UUID, where: Place, sealed: bytes) -> str:
    """For which reason it does not open; that the person is told nothing of it."""
    with pytest.raises(Unreadable) as refused:
        texts.read(viewer=owner, owner=owner, place=where, sealed=sealed)
    assert str(refused.value) == str(Unreadable(""))
    assert refused.value.__cause__ is None
    return refused.value.why


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(st.characters(), max_size=900))
def test_every_text_comes_back_as_it_was_written(text: str) -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where, text)
    assert texts.read(viewer=owner, owner=owner, place=where, sealed=sealed) == text
    assert texts.read(viewer=owner, owner=owner, place=where, sealed=memoryview(sealed)) == text


def test_half_a_pair_of_surrogates_is_kept_as_it_came() -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where, "\ud83d")
    assert texts.read(viewer=owner, owner=owner, place=where, sealed=sealed) == "\ud83d"


def test_nobody_else_is_shown_it_and_no_key_is_asked_for() -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    for viewer in (uuid4(), None):
        with counting() as count, pytest.raises(NotYours) as refused:
            texts.read(viewer=viewer, owner=owner, place=where, sealed=sealed)
        assert int(count) == 0
        assert isinstance(refused.value, NotFound)
        assert str(refused.value) == "Hier is niets."


def test_a_page_of_texts_asks_for_the_keys_once() -> None:
    owner = uuid4()
    rows = [
        (where, write(owner, where, f"{number}")) for number, where in enumerate([place(), place()])
    ]
    with counting() as count:
        opened = texts.open_for(viewer=owner, owner=owner)
        found = [opened.read(place=where, sealed=sealed) for where, sealed in rows]
    assert found == ["0", "1"]
    assert int(count) == 1, count


def test_a_first_text_makes_a_key_and_a_second_takes_it() -> None:
    owner = uuid4()
    write(owner, place())
    with counting() as count:
        write(owner, place())
    assert DataKey.objects.filter(owner=owner).count() == 1
    assert int(count) == 1, count


def test_a_key_that_is_there_already_is_not_made_anew() -> None:
    owner = uuid4()
    keys.make(owner=owner, generation=1, now=NOW)
    first = DataKey.objects.get(owner=owner)
    keys.make(owner=owner, generation=1, now=NOW)
    again = DataKey.objects.get(owner=owner)

    assert bytes(again.wrapped) == bytes(first.wrapped)
    assert (again.wrapped_by, again.made_at) == (keys.ring().current, NOW)


def test_every_reader_has_a_key_of_their_own() -> None:
    one, other, where = uuid4(), uuid4(), place()
    write(one, where)
    write(other, where)
    wrapped = [bytes(row.wrapped) for row in DataKey.objects.all()]
    assert len(set(wrapped)) == 2
    assert why_not(other, where, write(one, where)) == "damaged text"


@with_keys_committed
def test_eight_first_texts_at_one_moment_share_one_key_and_all_open() -> None:
    owner = uuid4()
    where = [place() for _ in range(8)]
    sealed = all_good(at_once(lambda number: write(owner, where[number], f"{number}")))
    assert DataKey.objects.filter(owner=owner).count() == 1
    opened = texts.open_for(viewer=owner, owner=owner)
    read = [opened.read(place=one, sealed=text) for one, text in zip(where, sealed, strict=True)]
    assert read == [f"{number}" for number in range(8)]


def test_without_its_key_a_text_does_not_open() -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    keys.destroy([owner])
    assert why_not(owner, where, sealed) == "no key"


def test_a_new_key_of_the_same_generation_does_not_open_what_the_lost_one_sealed() -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    keys.destroy([owner])
    write(owner, place())
    assert why_not(owner, where, sealed) == "damaged text"


@pytest.mark.parametrize("spoil", [lambda key: key[:-1], lambda key: bytes(60), lambda key: b""])
def test_a_damaged_key_opens_nothing_and_seals_nothing(
    spoil: object, caplog: pytest.LogCaptureFixture
) -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    row = DataKey.objects.get(owner=owner)
    row.wrapped = spoil(bytes(row.wrapped))  # type: ignore[operator]
    row.save()
    assert why_not(owner, where, sealed) == "damaged key"
    caplog.clear()
    with pytest.raises(KeysUnavailable):
        write(owner, place())
    assert caplog.messages == ["A text for lessons.Answer.text cannot be sealed: damaged key."]


def test_another_readers_key_put_in_place_opens_nothing() -> None:
    one, other, where = uuid4(), uuid4(), place()
    sealed = write(one, where)
    write(other, where)
    theirs = DataKey.objects.get(owner=other)
    DataKey.objects.filter(owner=one).update(wrapped=theirs.wrapped)
    assert why_not(one, where, sealed) == "damaged key"


def test_another_key_encryption_key_under_the_same_name_opens_nothing(settings: Settings) -> None:
    owner, where = uuid4(), place()
    settings.VAULT_KEYS = [word("2026", A)]
    sealed = write(owner, where)
    settings.VAULT_KEYS = [word("2026", B)]
    assert why_not(owner, where, sealed) == "damaged key"
    settings.VAULT_KEYS = [word("2027", B)]
    assert why_not(owner, where, sealed) == "unknown wrapper"
    settings.VAULT_KEYS = [word("2027", B), word("2026", A)]
    assert texts.read(viewer=owner, owner=owner, place=where, sealed=sealed) == TEXT


def test_without_a_usable_key_encryption_key_nothing_is_kept_or_shown(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    settings.VAULT_KEYS = []
    with pytest.raises(KeysUnavailable):
        write(owner, where)
    assert caplog.messages == ["VAULT_KEYS is empty: readers' keys could not be kept."]
    with pytest.raises(KeysUnavailable):
        texts.read(viewer=owner, owner=owner, place=where, sealed=sealed)


def test_what_opens_and_is_no_text_is_not_shown() -> None:
    owner, where = uuid4(), place()
    bunch = keys.obtain(owner=owner, now=NOW)
    bad = sealing.seal(b"\xff", key=bunch.key(1), generation=1, place=where, owner=owner)
    assert why_not(owner, where, bad) == "not our text"


def test_a_text_that_was_never_sealed_is_not_shown() -> None:
    owner = uuid4()
    write(owner, place())
    for plain in (b"", TEXT.encode(), TEXT.encode() * 20):
        assert why_not(owner, place(), plain) == "damaged text"


@with_keys_committed
def test_when_the_database_of_keys_is_lost_the_person_is_told_calmly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    table = DataKey._meta.db_table
    with connections["keys"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO gone")
    try:
        for act in (
            lambda: texts.read(viewer=owner, owner=owner, place=where, sealed=sealed),
            lambda: write(owner, where),
            lambda: write(uuid4(), where),
        ):
            with pytest.raises(KeysUnavailable) as refused:
                act()
            assert refused.value.status == 503
            assert table not in str(refused.value)
            told = caplog.records[-1]
            assert told.getMessage().startswith("The database of keys does not answer (")
            assert told.exc_info
            assert f"({told.exc_info[0].__name__})." in told.getMessage()  # type: ignore[union-attr]
    finally:
        with connections["keys"].cursor() as cursor:
            cursor.execute(f"ALTER TABLE gone RENAME TO {table}")
    assert texts.read(viewer=owner, owner=owner, place=where, sealed=sealed) == TEXT


def test_logs_say_where_something_is_wrong_and_nothing_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    with caplog.at_level(logging.DEBUG):
        why_not(owner, where, sealed[:-1])
        with pytest.raises(NotYours):
            texts.read(viewer=uuid4(), owner=owner, place=where, sealed=sealed)
    ours = [record.getMessage() for record in caplog.records if "courseapp.vault" in record.name]
    assert ours == [
        "A text of lessons.Answer.text does not open: damaged text.",
        "Somebody asked for another's text.",
    ]


def test_a_person_is_told_in_their_own_language() -> None:
    for make in (lambda: Unreadable("damaged text"), KeysUnavailable):
        told = set()
        for language in ("nl", "en"):
            with translation.override(language):
                told.add(str(make()))
        assert len(told) == 2
        assert all("damaged" not in sentence for sentence in told)


def test_an_unwrapped_key_is_not_kept_beyond_its_bunch(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, where = uuid4(), place()
    sealed = write(owner, where)
    unwrapped: list[int] = []
    unwrap = keyring.Keyring.unwrap

    def seen(self: keyring.Keyring, *args: object, **more: object) -> object:
        unwrapped.append(1)
        return unwrap(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(keyring.Keyring, "unwrap", seen)
    for _ in range(3):
        texts.read(viewer=owner, owner=owner, place=where, sealed=sealed)
    assert len(unwrapped) == 3
