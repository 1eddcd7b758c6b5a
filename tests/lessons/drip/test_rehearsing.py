"""The timeline is what the sender does: the same mails at the same moments, in whatever course."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courseapp.accounts import consents
from courseapp.accounts.models import Consent
from lessons.content.pace import Pace
from lessons.drip import catching_up, inventing, noticing, plan, pump
from lessons.drip.models import Mail, Place
from lessons.drip.rehearsing import Invented, rehearse
from lessons.drip.steps import Condition
from lessons.reading import access, progress, rhythm
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.drip.conftest import make_sequence
from tests.lessons.drip.test_plan import make_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from lessons.content.models import Course
    from lessons.drip.models import Sequence
    from lessons.drip.plan import Goal
    from lessons.drip.rehearsing import Rehearsal
    from lessons.drip.steps import Step
    from lessons.reading.models import Enrolment

LESSONS = tuple(UUID(int=number) for number in range(1, 5))
MONDAY = datetime(2026, 11, 2, 19, 15, tzinfo=UTC)
DAY = timedelta(days=1)


def make_invented(**fields: Any) -> Invented:
    given = {
        "enrolled_at": MONDAY, "zone": "Europe/Amsterdam", "lessons": LESSONS,
        "required": frozenset(LESSONS), "pace": Pace(2, time(19, 30)),
    }  # fmt: skip
    return Invented(**{**given, **fields})


def told(played: Rehearsal) -> list[tuple[int, str]]:
    return [(played.day_of(one.at), one.step.key) for one in played.sent if one.at]


def reason_of(played: Rehearsal, key: str) -> str:
    (line,) = [one for one in played.lines if one.step.key == key]
    return line.reason


# --- What a timeline tells ------------------------------------------------------------------------


def test_a_welcome_and_a_mail_per_lesson_come_on_their_days() -> None:
    steps = [make_step("welkom"), make_step("les", trigger="lesson")]
    played = rehearse(steps, make_invented())
    assert told(played) == [(0, "welkom"), (2, "les"), (4, "les"), (6, "les")]
    # The first lesson is open already: its mail is left out, and the timeline says so.
    assert [one.reason for one in played.lines if one.outcome == "skipped"] == ["at_enrolment"]


def test_who_finishes_nothing_gets_the_reminder_and_who_reads_on_does_not() -> None:
    steps = [make_step("rustig", kind="nudge", trigger="idle", days=4, at=time(19, 30))]
    quiet = make_invented(pace=None)
    assert told(rehearse(steps, quiet)) == [(4, "rustig")]
    reading = rehearse(steps, replace(quiet, finishes_every=3))
    assert told(reading) == []
    assert [one.what for one in reading.events][-2:] == ["finished", "completed"]
    assert told(rehearse(steps, replace(quiet, finishes_every=3, stops_after=1))) == [(7, "rustig")]


def test_the_offer_goes_to_who_said_yes_until_they_have_the_training() -> None:
    steps = [
        make_step(
            f"aanbod-{days}", kind="offer", trigger="completed", days=days, at=time(19),
            conditions=(Condition("not_bought"),),
        )
        for days in (3, 10)
    ]  # fmt: skip
    reader = make_invented(pace=None, finishes_every=1)
    assert told(rehearse(steps, reader)) == [(7, "aanbod-3"), (14, "aanbod-10")]
    buys = rehearse(steps, replace(reader, bought_on=9))
    assert told(buys) == [(7, "aanbod-3")]
    assert reason_of(buys, "aanbod-10") == "bought"
    no = rehearse(steps, replace(reader, wants=frozenset({"lesson", "nudge", "thanks"})))
    assert {one.reason for one in no.lines} == {"not_wanted"}


def test_a_pause_moves_the_lessons_and_their_mails_as_many_days() -> None:
    steps = [make_step("les", trigger="lesson")]
    played = rehearse(steps, make_invented(pauses=((3, 7),)))
    assert told(played) == [(2, "les"), (11, "les"), (13, "les")]
    assert [one.what for one in played.events if one.what in {"paused", "goes_on"}] == [
        "paused", "goes_on",
    ]  # fmt: skip


def test_another_hour_is_the_hour_of_lessons_and_mails() -> None:
    steps = [make_step("les", trigger="lesson"), make_step("dag", days=1, at=time(9))]
    played = rehearse(steps, make_invented(hour=time(7, 45)))
    home = ZoneInfo("Europe/Amsterdam")
    assert {one.at.astimezone(home).time() for one in played.sent if one.at} == {time(7, 45)}


def test_two_mails_for_one_day_and_the_second_says_that_it_moved() -> None:
    steps = [
        make_step("les", days=1, at=time(9)), make_step("dank", kind="thanks", days=1, at=time(8)),
    ]  # fmt: skip
    played = rehearse(steps, make_invented())
    assert told(played) == [(1, "les"), (2, "dank")]
    assert [one.moved for one in played.sent] == [False, True]


def test_a_goal_ends_it() -> None:
    steps = [make_step(f"d{days}", days=days, at=time(9)) for days in (2, 20)]
    played = rehearse(steps, make_invented(pace=None, finishes_every=1), goal="completed")
    assert told(played) == [(2, "d2")]
    assert reason_of(played, "d20") == "goal"


def test_what_comes_after_a_year_waits_and_what_never_comes_says_so() -> None:
    steps = [
        make_step("ver", days=700, at=time(9)),
        make_step("klaar", kind="thanks", trigger="completed", days=1, at=time(9)),
    ]
    played = rehearse(steps, make_invented())
    assert {one.step.key: (one.outcome, one.at is None) for one in played.lines} == {
        "ver": ("waiting", False), "klaar": ("waiting", True),
    }  # fmt: skip


def test_the_longest_sequence_of_the_longest_course_takes_few_looks() -> None:
    lessons = tuple(UUID(int=number) for number in range(1, 61))
    steps = [make_step(f"d{number}", days=number * 6, at=time(8)) for number in range(1, 58)]
    steps += [
        make_step("les", trigger="lesson"),
        make_step("rustig", kind="nudge", trigger="idle", days=4, at=time(19)),
    ]
    reader = make_invented(
        lessons=lessons, required=frozenset(lessons), finishes_every=5, pauses=((30, 7), (90, 9))
    )
    looks = []
    real = plan.plan

    def counted(*args: Any, **rest: Any) -> Any:
        looks.append(args)
        return real(*args, **rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "plan", counted)
        played = rehearse(steps, reader)
    assert len(played.sent) > 60
    # What may not grow is how often it looks.
    assert len(looks) < 400


# --- The sender itself ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    key: str
    lesson: str
    at: datetime
    due_at: datetime


def played_for(sequence: Sequence, steps: list[Step], reader: Invented) -> list[Sent]:
    goal: Goal = inventing.goal_of(sequence)
    return [
        Sent(one.step.key, one.occurrence, one.at, one.due_at)
        for one in rehearse(steps, reader, goal=goal).sent
        if one.at and one.due_at
    ]


def really_sent(sequence: Sequence, reader: Invented, until: datetime) -> list[Sent]:
    """The sender and the rooms that readers act in, on the database, moment by moment."""
    person = make_reader(time_zone=reader.zone)
    at = reader.enrolled_at
    if "offer" in reader.wants:
        consents.give(
            user=person, purpose=Consent.Purpose.OFFERS, wording="Ja", place="test", now=at
        )
    enrolment = make_enrolment(person, sequence.course, now=at)
    if reader.hour is not None:
        rhythm.choose(enrolment=enrolment, hour=reader.hour, zone=reader.zone, now=at)
    deeds = deeds_of(sequence, reader, enrolment)
    days = (at + DAY * number for number in range((until - at).days))
    moments = sorted({*deeds, *days, at})
    while moments:
        now = moments.pop(0)
        for deed in deeds.get(now, []):
            deed(now)
        catching_up.catch_up(now=now)
        while pump.look(now=now).claimed:
            pass
        due = Place.objects.filter(next_at__isnull=False).values_list("next_at", flat=True).first()
        if due is not None and due <= until and due not in moments:
            moments = sorted([*moments, due])
    return [
        Sent(one.step_key, one.occurrence, one.decided_at, one.due_at)
        for one in Mail.objects.filter(reader=person).order_by("decided_at", "pk")
    ]


def _finish(enrolment: Enrolment, lesson: UUID | None, now: datetime) -> None:
    assert lesson is not None
    progress.finish(reader=enrolment.reader, lesson=lesson, now=now)


def _buy(enrolment: Enrolment, sequence: Sequence, now: datetime) -> None:
    assert sequence.sells is not None
    access.grant(reader=enrolment.reader, course=sequence.sells, source="order:1", now=now)


def deeds_of(
    sequence: Sequence, reader: Invented, enrolment: Any
) -> dict[datetime, list[Callable[[datetime], object]]]:
    """What this reader does, at the moments at which the rehearsal says that they do it."""
    found: dict[datetime, list[Callable[[datetime], object]]] = {}
    pauses = sorted(reader.pauses)
    for event in rehearse([], reader).events:
        if event.what == "finished":
            found.setdefault(event.at, []).append(partial(_finish, enrolment, event.lesson))
        elif event.what == "bought":
            found.setdefault(event.at, []).append(partial(_buy, enrolment, sequence))
        elif event.what == "paused":
            _from, days = pauses.pop(0)
            found.setdefault(event.at, []).append(partial(paused, enrolment, days))
    return found


def paused(enrolment: Any, days: int, now: datetime) -> None:
    until = now.astimezone(ZoneInfo(enrolment.time_zone)).date() + timedelta(days=days)
    rhythm.pause(enrolment=enrolment, until_day=until, now=now)
    noticing.look_again(enrolment=enrolment.pk, now=now)


TRIGGERS = ("enrolled", "lesson", "finished", "completed", "idle", "date")


@st.composite
def sequences(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few steps of all kinds; a lesson is a number, since the course is made later."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        trigger = draw(st.sampled_from(TRIGGERS))
        days = draw(st.integers(1 if trigger == "idle" else 0, 9))
        kind = "nudge" if trigger == "idle" else draw(
            st.sampled_from(["lesson", "lesson", "thanks", "offer"])
        )  # fmt: skip
        fields: dict[str, Any] = {
            "key": f"s{number}", "kind": kind, "trigger": trigger,
            "late_days": draw(st.integers(1, 5)),
            "weekdays": draw(st.sampled_from([frozenset(range(1, 8)), frozenset({2, 5})])),
        }  # fmt: skip
        if trigger == "date":
            fields |= {"date": (MONDAY + days * DAY).date(), "at": time(9)}
        elif days:
            fields |= {"days": days, "at": time(draw(st.integers(6, 22)), 15)}
        elif draw(st.booleans()):
            fields["hours"] = draw(st.integers(1, 30))
        if trigger == "finished":
            fields["lesson"] = draw(st.integers(0, 3))
        if kind == "offer":
            fields["conditions"] = (Condition("not_bought"),)
        found.append(fields)
    return found


@st.composite
def habits(draw: st.DrawFn) -> dict[str, Any]:
    starts = draw(st.integers(0, 24 * 7))
    return {
        "enrolled_at": datetime(2027, 3, 22, 0, 7, tzinfo=UTC) + timedelta(hours=starts),
        "zone": draw(st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Tokyo"])),
        "hour": draw(st.sampled_from([None, None, time(8, 30)])),
        "finishes_every": draw(st.sampled_from([None, 1, 3, 5])),
        "stops_after": draw(st.sampled_from([None, None, 2])),
        "bought_on": draw(st.sampled_from([None, None, 6, 12])),
        "pauses": draw(st.sampled_from([(), (), ((3, 7),), ((1, 2), (9, 5))])),
    }


def set_up(
    fields: list[dict[str, Any]], habit: dict[str, Any], paced: bool, goal: str
) -> tuple[Sequence, list[Step], Invented]:
    pace = {"every_days": 2, "at": "19:30"} if paced else None
    course: Course = make_course(modules=1, lessons=4, pace=pace)
    training = make_course(access="granted")
    order = [lesson.pk for lesson in lessons_of(course)]
    steps = []
    for one in fields:
        lesson = order[one["lesson"]] if "lesson" in one else None
        late = {"date": one["date"].replace(year=2027, month=3)} if "date" in one else {}
        if late:
            late["date"] = habit["enrolled_at"].date() + (one["date"] - MONDAY.date())
        steps.append(make_step(**{**one, **late, "lesson": lesson}))
    sequence = make_sequence(*steps, course=course, sells=training, goal=goal)
    reader = Invented(
        lessons=tuple(order), required=frozenset(order),
        pace=Pace(2, time(19, 30)) if paced else None, **habit,
    )  # fmt: skip
    return sequence, steps, reader


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    fields=sequences(), habit=habits(), paced=st.booleans(),
    goal=st.sampled_from(["none", "none", "completed", "bought"]),
)  # fmt: skip
def test_the_sender_does_what_the_timeline_said(
    fields: list[dict[str, Any]], habit: dict[str, Any], paced: bool, goal: str
) -> None:
    with transaction.atomic():
        sequence, steps, reader = set_up(fields, habit, paced, goal)
        # So long that all of it has come: the last lesson, its mails, the reminders.
        until = reader.enrolled_at + 60 * DAY

        said = [one for one in played_for(sequence, steps, reader) if one.at <= until]

        assert really_sent(sequence, reader, until) == said
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_control_a_timeline_of_another_reader_is_not_what_was_sent() -> None:
    fields = [{"key": "les", "kind": "lesson", "trigger": "lesson"}]
    habit = {"enrolled_at": MONDAY, "zone": "Europe/Amsterdam"}
    sequence, steps, reader = set_up(fields, habit, True, "none")
    other = replace(reader, hour=time(8))

    sent = really_sent(sequence, reader, MONDAY + 20 * DAY)

    assert sent == played_for(sequence, steps, reader)
    assert sent != played_for(sequence, steps, other)
