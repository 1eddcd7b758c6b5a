"""Just before a letter leaves: whoever changed their mind meanwhile does not get it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from courseapp.accounts import consents
from courseapp.accounts.models import Consent
from courseapp.post import outbox
from courseapp.post.models import Letter
from lessons.drip import catching_up, choices, gate, offers, pump, tokens
from lessons.drip.models import Choice, Mail, Sequence
from lessons.drip.steps import Condition
from lessons.reading import access, progress, rhythm
from lessons.staff import release
from tests.counting import counting
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import (
    PACE,
    decided,
    each_lesson,
    make_following,
    make_sequence,
    make_step,
    place_of,
    second_lesson,
)

if TYPE_CHECKING:
    from lessons.reading.models import Enrolment

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)  # Monday noon in Amsterdam.
OPENS = datetime(2026, 11, 4, 18, 30, tzinfo=UTC)  # Half past seven, two days later.
SOON = OPENS + timedelta(minutes=2)


def lesson_mail(**fields: Any) -> tuple[Enrolment, Mail, Letter]:
    """The mail of a lesson that opened just now, waiting in the outbox."""
    enrolment = make_following(now=BEGUN, **fields)
    return (enrolment, *decided(enrolment, now=OPENS))


def test_what_is_still_wanted_goes() -> None:
    _enrolment, mail, letter = lesson_mail()

    assert gate.withheld([letter], SOON) == {}
    mail.refresh_from_db()
    assert mail.state == Mail.State.QUEUED


def test_who_stopped_meanwhile_does_not_get_what_was_queued() -> None:
    enrolment, mail, letter = lesson_mail()
    word = tokens.read_stop(tokens.stop(place_of(enrolment), "lesson"))
    choices.stop(what=word, way="one-click", now=SOON)

    assert gate.withheld([letter], SOON) == {letter.uuid: "not_wanted"}
    mail.refresh_from_db()
    assert mail.state == Mail.State.WITHHELD


def test_who_took_a_pause_meanwhile_is_left_in_peace() -> None:
    enrolment, _mail, letter = lesson_mail()
    until = rhythm.a_week_on(enrolment=enrolment, now=SOON)
    rhythm.pause(enrolment=enrolment, until_day=until, now=SOON)

    assert gate.withheld([letter], SOON) == {letter.uuid: "paused"}


def test_who_finished_the_lesson_already_is_not_told_of_it() -> None:
    enrolment, _mail, letter = lesson_mail()
    progress.finish(reader=enrolment.reader, lesson=second_lesson(enrolment).uuid, now=SOON)

    assert gate.withheld([letter], SOON) == {letter.uuid: "finished"}


def test_a_right_that_ended_ends_its_mails() -> None:
    course = make_course(access="granted", modules=1, lessons=2, pace=PACE)
    make_sequence(course, each_lesson(), now=BEGUN)
    reader = make_reader()
    right = access.grant(reader=reader, course=course, source="staff:test", now=BEGUN)
    enrolment = make_enrolment(reader, course, now=BEGUN)
    catching_up.begin(enrolment=enrolment, now=BEGUN)
    _mail, letter = decided(enrolment, now=OPENS)
    assert gate.withheld([letter], SOON) == {}
    access.revoke(access=right, now=SOON)

    assert gate.withheld([letter], SOON) == {letter.uuid: "not_wanted"}


def offered(goal: str = "none") -> tuple[Enrolment, Letter, Any]:
    """An offer to somebody who agreed to them, in the outbox, and the training it is about."""
    training = make_course(access="granted")
    step = make_step(
        "aanbod", kind="offer", days=1, at=time(9),
        conditions=() if goal == "bought" else (Condition("not_bought"),),
    )  # fmt: skip
    course = make_course(modules=1, lessons=2)
    make_sequence(course, step, now=BEGUN, sells=training, goal=goal)
    enrolment = make_enrolment(make_reader(), course, now=BEGUN)
    consents.give(
        user=enrolment.reader, purpose=Consent.Purpose.OFFERS, wording="Ja", place="t", now=BEGUN
    )
    catching_up.begin(enrolment=enrolment, now=BEGUN)
    _mail, letter = decided(enrolment, now=BEGUN + timedelta(days=1))
    return enrolment, letter, training


@pytest.mark.parametrize(("goal", "reason"), [("none", "bought"), ("bought", "goal")])
def test_who_bought_in_the_meantime_gets_no_offer(goal: str, reason: str) -> None:
    enrolment, letter, training = offered(goal)
    now = BEGUN + timedelta(days=1, minutes=5)
    assert gate.withheld([letter], now) == {}
    access.grant(reader=enrolment.reader, course=training, source="order:1", now=now)

    assert gate.withheld([letter], now) == {letter.uuid: reason}


def test_who_took_back_their_yes_gets_no_offer() -> None:
    enrolment, letter, _training = offered()
    now = BEGUN + timedelta(days=1, minutes=5)
    offers.withdraw(reader=enrolment.reader, place="test", now=now)

    assert gate.withheld([letter], now) == {letter.uuid: "not_wanted"}


def nudged() -> tuple[Enrolment, Letter, datetime]:
    """A reminder after four quiet days, in the outbox."""
    nudge = make_step("stil", kind="nudge", trigger="idle", days=4, at=time(10))
    enrolment = make_following(nudge, now=BEGUN, pace=None)
    now = BEGUN + timedelta(days=4)
    _mail, letter = decided(enrolment, now=now)
    return enrolment, letter, now + timedelta(minutes=5)


def test_a_reminder_goes_and_its_own_row_does_not_hold_it_back() -> None:
    _enrolment, letter, now = nudged()

    assert gate.withheld([letter], now) == {}


def test_who_came_back_meanwhile_is_not_reminded() -> None:
    enrolment, letter, now = nudged()
    progress.finish(reader=enrolment.reader, lesson=second_lesson(enrolment).uuid, now=now)

    assert gate.withheld([letter], now) == {letter.uuid: "active"}


def test_a_sequence_that_staff_stopped_sends_nothing_more() -> None:
    enrolment, _mail, letter = lesson_mail()
    Sequence.objects.filter(course=enrolment.course_id).update(state=Sequence.State.STOPPED)

    assert gate.withheld([letter], SOON) == {letter.uuid: "stopped"}


def test_a_place_that_was_ended_gets_nothing_more() -> None:
    enrolment, _mail, letter = lesson_mail()
    enrolment.places.update(ended_at=SOON)

    assert gate.withheld([letter], SOON) == {letter.uuid: "ended"}


def test_a_mail_that_is_no_more_takes_its_letter_along() -> None:
    _enrolment, mail, letter = lesson_mail()
    mail.delete()

    assert gate.withheld([letter], SOON) == {letter.uuid: "gone"}


def test_a_lesson_taken_out_meanwhile_is_not_told_of() -> None:
    enrolment, _mail, letter = lesson_mail()
    lesson = second_lesson(enrolment)
    lesson.retired_at = SOON
    lesson.save()
    release.publish(course=enrolment.course, modules=[lesson.module_id], by=None, now=SOON)

    assert gate.withheld([letter], SOON) == {letter.uuid: "gone"}


def test_a_step_edited_since_is_asked_as_it_was_decided_on() -> None:
    enrolment, _mail, letter = lesson_mail()
    sequence = Sequence.objects.get(course=enrolment.course_id)
    other = make_sequence(make_course(), make_step("anders"), now=SOON)
    Sequence.objects.filter(pk=sequence.pk).update(live=other.live)

    assert gate.withheld([letter], SOON) == {}


def test_letters_of_others_are_none_of_its_business() -> None:
    other = outbox.put(
        stream=Letter.Stream.RECEIPT, key="order:7", to="noor@example.org", subject="x",
        text="x", html="x", now=SOON,
    )  # fmt: skip

    assert gate.withheld([other], SOON) == {}


def test_a_mail_that_went_stays_as_sent() -> None:
    enrolment, mail, letter = lesson_mail()
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT)
    choices.choose(
        reader=enrolment.reader, course=enrolment.course_id, about=Choice.About.LESSONS,
        wanted=False, way="page", now=SOON,
    )  # fmt: skip

    gate.withheld([letter], SOON)

    mail.refresh_from_db()
    assert mail.state == Mail.State.SENT


def statements(readers: int) -> int:
    course = make_course(modules=1, lessons=3, pace=PACE)
    make_sequence(course, each_lesson(), now=BEGUN)
    for _ in range(readers):
        enrolment = make_enrolment(make_reader(), course, now=BEGUN)
        catching_up.begin(enrolment=enrolment, now=BEGUN)
    pump.look(now=OPENS)
    letters = list(Letter.objects.filter(key__startswith="drip:"))
    assert len(letters) >= readers
    with counting() as count:
        assert gate.withheld(letters, SOON) == {}
    return int(count)


def test_statements_do_not_grow_with_the_letters() -> None:
    few, many = statements(2), statements(20)

    assert few == many
    assert many <= 14
