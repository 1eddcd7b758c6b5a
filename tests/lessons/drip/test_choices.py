"""What a reader wants of our mails: rows are added, the last one counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lessons.drip import choices, gathering, offers, tokens
from lessons.drip.models import Choice, Place
from tests.factories import NOW, make_reader
from tests.lessons.drip.writing import make_following, place_of

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from lessons.drip.tokens import About
    from lessons.reading.models import Enrolment

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=5)
LESSONS, NUDGES = Choice.About.LESSONS, Choice.About.NUDGES


def wants(reader: User) -> frozenset[str]:
    """What the sender takes this reader to want, of their only course."""
    (found,) = gathering.of_readers([reader.pk])
    return found.situations[0].facts.wants


def say(enrolment: Enrolment, about: Choice.About, *, wanted: bool) -> bool:
    return choices.choose(
        reader=enrolment.reader, course=enrolment.course_id, about=about, wanted=wanted,
        way="page", now=SOON,
    )  # fmt: skip


def test_mails_of_a_course_come_with_it_and_offers_do_not() -> None:
    enrolment = make_following()

    (one,) = choices.of(reader=enrolment.reader).courses

    assert (one.lessons, one.nudges, choices.of(reader=enrolment.reader).offers) == (
        *(True, True),
        False,
    )
    assert wants(enrolment.reader) == {"lesson", "thanks", "nudge"}


def test_without_the_lessons_no_reminder_comes_either() -> None:
    enrolment = make_following()

    assert say(enrolment, LESSONS, wanted=False)

    assert wants(enrolment.reader) == frozenset()
    (one,) = choices.of(reader=enrolment.reader).courses
    assert (one.lessons, one.nudges) == (False, False)


def test_with_the_lessons_comes_back_what_was_said_of_reminders() -> None:
    enrolment = make_following()
    for lessons, nudges in ((True, True), (True, False)):
        say(enrolment, NUDGES, wanted=nudges)
        say(enrolment, LESSONS, wanted=False)

        say(enrolment, LESSONS, wanted=True)

        (one,) = choices.of(reader=enrolment.reader).courses
        assert (one.lessons, one.nudges) == (lessons, nudges)


def test_saying_the_same_twice_adds_nothing() -> None:
    enrolment = make_following()

    assert not say(enrolment, NUDGES, wanted=True)
    assert say(enrolment, NUDGES, wanted=False)
    assert not say(enrolment, NUDGES, wanted=False)

    assert Choice.objects.count() == 1


def test_the_last_word_counts_and_all_of_them_are_kept() -> None:
    enrolment = make_following()

    for wanted in (False, True, False, True):
        say(enrolment, NUDGES, wanted=wanted)

    assert "nudge" in wants(enrolment.reader)
    assert Choice.objects.count() == 4


def test_after_no_mails_at_all_one_course_can_be_wanted_again() -> None:
    enrolment = make_following()
    choices.stop_all(reader=enrolment.reader, way="page", now=SOON)
    assert wants(enrolment.reader) == frozenset()

    say(enrolment, LESSONS, wanted=True)

    assert "lesson" in wants(enrolment.reader)


def test_one_course_s_mails_stop_without_the_other_s() -> None:
    enrolment = make_following()
    other = make_following()
    Place.objects.filter(enrolment=other).update(reader=enrolment.reader)

    say(enrolment, LESSONS, wanted=False)

    found = {one.course: one.lessons for one in choices.of(reader=enrolment.reader).courses}
    assert found == {enrolment.course_id: False, other.course_id: True}


def test_the_sender_looks_again_after_a_choice() -> None:
    enrolment = make_following()
    Place.objects.update(next_at=None)

    say(enrolment, LESSONS, wanted=False)

    assert place_of(enrolment).next_at == SOON


@pytest.mark.parametrize(
    ("about", "left"),
    [("lessons", frozenset()), ("nudges", frozenset({"lesson", "thanks"}))],
)
def test_a_stop_stops_what_the_mail_was_about(about: About, left: frozenset[str]) -> None:
    enrolment = make_following()
    what = tokens.Stop(reader=enrolment.reader_id, course=enrolment.course_id, about=about)

    choices.stop(what=what, way="one-click", now=SOON)
    choices.stop(what=what, way="one-click", now=SOON)

    assert wants(enrolment.reader) == left
    assert Choice.objects.get().way == "one-click"


def test_a_stop_of_offers_takes_the_consent_back() -> None:
    enrolment = make_following()
    offers.ask(reader=enrolment.reader, place="begin", now=NOW)
    what = tokens.Stop(reader=enrolment.reader_id, course=enrolment.course_id, about="offers")

    choices.stop(what=what, way="one-click", now=SOON)

    assert not offers.agreed(reader=enrolment.reader)
    assert not Choice.objects.exists()


def test_a_stop_for_who_is_gone_or_never_followed_does_nothing() -> None:
    enrolment = make_following()
    gone = make_reader(is_active=False)
    for reader in (gone.pk, 0, make_reader().pk):
        what = tokens.Stop(reader=reader, course=enrolment.course_id, about="lessons")
        choices.stop(what=what, way="one-click", now=SOON)

    assert not Choice.objects.exists()
