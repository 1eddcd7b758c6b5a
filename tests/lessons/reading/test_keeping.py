"""Answers are kept after a yes of their own, which is taken back as easily, and at once."""

from __future__ import annotations

from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.utils import translation

from courseapp.accounts.models import Consent
from courseapp.vault import texts
from lessons.messages import ANSWERS_CONSENT
from lessons.reading import answers, keeping, standing
from lessons.reading.answers import NotKept
from lessons.reading.models import Answer
from tests.databases import with_keys, with_keys_committed
from tests.factories import NOW, make_reader
from tests.lessons.reading.writing import agree, decline, make_desk
from tests.racing import at_once

LATER = NOW + timedelta(days=1)


@with_keys
def test_the_yes_is_recorded_once_in_its_own_words() -> None:
    reader = make_reader()
    for _again in range(2):
        keeping.agree(reader=reader, wording=str(ANSWERS_CONSENT), place="les", now=NOW)
    (said,) = Consent.objects.filter(user=reader)
    assert (said.purpose, said.act, said.place) == ("answers", "given", "les")
    assert said.wording == str(ANSWERS_CONSENT)
    assert keeping.holds(reader=reader)


@with_keys
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_say_what_is_kept_what_it_may_be_about_and_how_to_stop(language: str) -> None:
    with translation.override(language):
        said = str(ANSWERS_CONSENT)
    words = {
        "nl": ("bewaren", "gezondheid", "Versleuteld", "beheer", "stoppen", "verwijderen"),
        "en": ("keep", "health", "encrypted", "back office", "stop", "deleted"),
    }[language]
    assert [word for word in words if word.lower() not in said.lower()] == []


@with_keys
def test_a_no_is_recorded_too_so_that_nobody_asks_again() -> None:
    desk = make_desk(agreed=False)
    here = standing.of_course(desk.reader, slug=desk.course.slug)
    assert here.keeps_answers is None
    for _again in range(2):
        decline(desk.reader)
    assert [said.act for said in Consent.objects.filter(purpose="answers")] == ["withdrawn"]
    here = standing.of_course(desk.reader, slug=desk.course.slug)
    assert here.keeps_answers is False
    agree(desk.reader, now=LATER)
    here = standing.of_course(desk.reader, slug=desk.course.slug)
    assert here.keeps_answers is True
    assert standing.of_course(None, slug=desk.course.slug).keeps_answers is None
    assert standing.of_course(make_reader(), slug=desk.course.slug).keeps_answers is None


@with_keys
def test_taking_it_back_stops_at_once_and_leaves_what_was_kept() -> None:
    desk = make_desk()
    first = desk.wrote()
    decline(desk.reader, now=LATER)
    with pytest.raises(NotKept):
        desk.write("Nog iets.", tag=first.tag)
    (reply,) = answers.opened(desk.reader, Answer.objects.all())
    assert reply.content == first.content
    answers.delete(reader=desk.reader, answer=first.id)


@with_keys
def test_taking_it_back_can_take_along_what_was_kept() -> None:
    desk, other = make_desk(), make_desk()
    desk.write()
    desk.tick(1)
    other.write()
    number = keeping.decline_and_delete(
        reader=desk.reader, wording="Bewaar niets.", place="test", now=LATER
    )
    assert number == 2
    assert [row.enrolment_id for row in Answer.objects.all()] == [other.enrolment.pk]
    assert not keeping.holds(reader=desk.reader)


def save_while_taking_back() -> tuple[bool, int]:
    """One reader saves and takes the consent back and deletes, at one moment.

    Returns whether the save was refused, and how many answers are left.
    """
    desk = make_desk()

    def act(number: int) -> object:
        if number:
            return keeping.decline_and_delete(
                reader=desk.reader, wording="Bewaar niets.", place="test", now=LATER
            )
        return desk.write()

    save, taken_back = at_once(act, times=2)
    assert not isinstance(taken_back, Exception), taken_back
    assert not isinstance(save, Exception) or isinstance(save, NotKept), save
    left = Answer.objects.filter(enrolment__reader=desk.reader).count()
    return isinstance(save, NotKept), left


@with_keys_committed
def test_a_save_at_the_moment_of_a_withdrawal_is_refused_or_deleted_with_the_rest() -> None:
    """Whichever came first: nothing is left behind a withdrawal that deletes."""
    assert {left for _refused, left in (save_while_taking_back() for _ in range(10))} == {0}


@with_keys_committed
def test_the_control_without_the_lock_an_answer_outlives_the_withdrawal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The race is real: a save that looks at the consent before its transaction loses it."""
    seal = texts.write

    def slowly(**said: Any) -> bytes:
        sleep(0.3)
        return seal(**said)

    class NoTransaction:
        def __enter__(self) -> None: ...
        def __exit__(self, *_args: object) -> None: ...

    class Unguarded:
        atomic = NoTransaction

    monkeypatch.setattr(answers, "transaction", Unguarded)
    monkeypatch.setattr(keeping, "hold", lambda _reader: None)
    monkeypatch.setattr(texts, "write", slowly)
    # On a busy machine the withdrawal may come first, and first again.
    assert any(left for _refused, left in (save_while_taking_back() for _ in range(12)))


@with_keys_committed
def test_eight_first_saves_at_once_are_one_answer_and_nobody_is_written_over() -> None:
    desk = make_desk()
    told = at_once(lambda number: desk.write(f"Venster {number}."))
    kept = [one for one in told if not isinstance(one, Exception)]
    assert len(kept) == 1
    assert {type(one).__name__ for one in told if isinstance(one, Exception)} == {"Changed"}
    assert Answer.objects.count() == 1
