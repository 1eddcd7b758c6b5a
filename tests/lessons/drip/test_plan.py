"""Which mail when: by the reader's clock, once, one a day, whatever is edited meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.drip import steps
from lessons.drip.plan import Facts, Pause, Planned, next_at, plan
from lessons.drip.spreading import spread
from lessons.drip.steps import Condition, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.once
ZONE = "Europe/Amsterdam"
HOME = ZoneInfo(ZONE)
NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)  # Monday noon in Amsterdam.
DAY = timedelta(days=1)
LESSONS = tuple(UUID(int=number) for number in range(1, 6))


def make_step(key: str = "een", **fields: Any) -> Step:
    given = {"kind": "lesson", "trigger": "enrolled", "subject": "Een bericht", "body": "Dag."}
    return Step(key=key, **{**given, **fields})


def make_facts(**fields: Any) -> Facts:
    return Facts(**{"zone": ZONE, "enrolled_at": NOON, "active_at": NOON, **fields})


def every_two_days() -> dict[UUID, datetime]:
    evening = datetime(2026, 11, 2, 19, 30, tzinfo=HOME).astimezone(UTC)
    return {
        lesson: NOON if place == 0 else evening + place * 2 * DAY
        for place, lesson in enumerate(LESSONS)
    }


def only(planned: Sequence[Planned]) -> Planned:
    (one,) = planned
    return one


def local(one: Planned) -> datetime:
    assert one.at is not None
    return one.at.astimezone(HOME)


# --- Moments --------------------------------------------------------------------------------------


def test_a_welcome_goes_at_once_also_at_night() -> None:
    night = datetime(2026, 11, 3, 2, 0, tzinfo=HOME).astimezone(UTC)
    one = only(plan([make_step()], make_facts(enrolled_at=night), night))

    assert (one.state, one.at, one.day) == ("due", night, None)


def test_days_are_counted_on_the_calendar_and_the_hour_is_the_clocks() -> None:
    one = only(plan([make_step(days=3, at=time(8))], make_facts(), NOON))

    assert local(one) == datetime(2026, 11, 5, 8, 0, tzinfo=HOME)
    assert one.state == "coming"


def test_the_hour_the_reader_chose_goes_before_the_steps() -> None:
    one = only(plan([make_step(days=1, at=time(8))], make_facts(hour=time(21, 15)), NOON))

    assert local(one).time() == time(21, 15)


def test_an_hour_already_past_that_day_means_the_next_day() -> None:
    one = only(plan([make_step(at=time(8))], make_facts(), NOON))

    assert local(one) == datetime(2026, 11, 3, 8, 0, tzinfo=HOME)


def test_hours_later_in_the_night_is_the_next_morning() -> None:
    one = only(plan([make_step(hours=12)], make_facts(), NOON))

    assert local(one) == datetime(2026, 11, 3, 7, 0, tzinfo=HOME)


def test_on_other_days_it_waits_for_one_that_is_allowed() -> None:
    weekend = make_step(days=1, at=time(8), weekdays=frozenset({6, 7}))
    one = only(plan([weekend], make_facts(), NOON))

    assert local(one).date() == date(2026, 11, 7)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25)])
def test_the_hour_stays_the_same_across_both_clock_changes(day: date) -> None:
    start = datetime.combine(day - 2 * DAY, time(12), tzinfo=HOME).astimezone(UTC)
    many = [make_step(f"d{days}", days=days, at=time(19, 30)) for days in range(1, 5)]

    planned = plan(many, make_facts(enrolled_at=start), start)

    assert {local(one).time() for one in planned} == {time(19, 30)}
    assert [local(one).date() for one in planned] == [day + n * DAY for n in range(-1, 3)]


def test_an_hour_that_does_not_exist_moves_forward_and_one_that_comes_twice_is_the_first() -> None:
    spring = make_step("lente", trigger="date", date=date(2027, 3, 28), at=time(2, 30))
    autumn = make_step("herfst", trigger="date", date=date(2026, 10, 25), at=time(2, 30))

    forward = only(plan([spring], make_facts(), NOON))
    first = only(plan([autumn], make_facts(), NOON))

    assert local(forward).time() == time(3, 30)
    assert first.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_each_lesson_has_its_mail_when_it_opens_and_the_first_none() -> None:
    opens = every_two_days()
    planned = plan([make_step(trigger="lesson")], make_facts(opens=opens), NOON)
    told = {one.occurrence: one for one in planned}

    assert told[str(LESSONS[0])].reason == "at_enrolment"
    assert [told[str(lesson)].at for lesson in LESSONS[1:]] == [
        opens[lesson] for lesson in LESSONS[1:]
    ]


def test_a_lesson_may_have_a_mail_of_its_own_instead_of_the_one_for_all() -> None:
    own = make_step("derde", trigger="lesson", lesson=LESSONS[2])
    planned = plan([make_step(trigger="lesson"), own], make_facts(opens=every_two_days()), NOON)

    assert [(one.step.key, one.occurrence) for one in planned] == [
        ("derde" if lesson == LESSONS[2] else "een", str(lesson)) for lesson in LESSONS
    ]


def test_mails_of_their_own_supersede_each_other_in_whatever_order_they_are_written() -> None:
    own = [make_step(f"les-{lesson.int}", trigger="lesson", lesson=lesson) for lesson in LESSONS]
    now = NOON + 7 * DAY

    planned = plan([*reversed(own)], make_facts(opens=every_two_days()), now)

    assert [(one.occurrence, one.reason) for one in planned if one.state == "skipped"] == [
        (str(LESSONS[0]), "at_enrolment"), (str(LESSONS[1]), "late"),
        (str(LESSONS[2]), "late"),
    ]  # fmt: skip
    assert [one.state for one in planned[3:]] == ["due", "coming"]


def test_who_asked_for_everything_at_once_is_not_told_eleven_times() -> None:
    opened = NOON + DAY
    facts = make_facts(opens=dict.fromkeys(LESSONS, opened), opened_all_at=opened)

    planned = plan([make_step(trigger="lesson")], facts, opened)

    assert {one.reason for one in planned} == {"asked"}


def test_a_silence_is_counted_from_the_last_thing_the_reader_did() -> None:
    nudge = make_step(kind="nudge", trigger="idle", days=4, at=time(10))
    facts = make_facts(active_at=NOON + 3 * DAY)

    one = only(plan([nudge], facts, NOON + 3 * DAY))

    assert local(one) == datetime(2026, 11, 9, 10, 0, tzinfo=HOME)


def test_nobody_is_called_silent_while_there_is_nothing_to_read() -> None:
    nudge = make_step(kind="nudge", trigger="idle", days=4, at=time(10))
    later = NOON + 9 * DAY
    facts = make_facts(opens={LESSONS[0]: NOON, LESSONS[1]: later}, finished={LESSONS[0]: NOON})

    one = only(plan([nudge], facts, NOON))

    assert local(one).date() == later.astimezone(HOME).date() + 4 * DAY


def test_a_reader_is_reminded_three_times_at_most_and_not_within_two_weeks() -> None:
    nudge = make_step(kind="nudge", trigger="idle", days=4, at=time(10))
    sent = {("een", f"2026-0{month}-01"): NOON - 100 * DAY for month in (1, 2, 3)}
    often = plan([nudge], make_facts(sent=sent), NOON)[-1]
    lately = plan([nudge], make_facts(sent={("een", "2026-10-25"): NOON - DAY}), NOON)[-1]

    assert often.reason == lately.reason == "often"


# --- What stands in the way -----------------------------------------------------------------------


def test_conditions_are_held_against_the_facts_as_they_stand() -> None:
    conditions = (Condition("not_finished", LESSONS[0]),)
    step = make_step(days=1, at=time(8), conditions=conditions)
    done = make_facts(finished={LESSONS[0]: NOON})

    assert only(plan([step], make_facts(), NOON)).state == "coming"
    assert only(plan([step], done, NOON)).reason == "finished"


def test_without_the_consent_no_offer_is_due() -> None:
    offer = make_step(kind="offer", days=1, at=time(8), conditions=(Condition("not_bought"),))
    unwilling = make_facts(wants=frozenset({"lesson"}))

    assert only(plan([offer], unwilling, NOON + 2 * DAY)).reason == "not_wanted"
    assert only(plan([offer], make_facts(bought_at=NOON), NOON + DAY)).reason == "bought"


def test_the_goal_ends_what_would_come_after_it() -> None:
    early, late = make_step("vroeg"), make_step("laat", days=5, at=time(8))
    facts = make_facts(completed_at=NOON + DAY)

    planned = {
        one.step.key: one for one in plan([early, late], facts, NOON + DAY, goal="completed")
    }

    assert planned["laat"].reason == "goal"
    assert planned["vroeg"].state == "due"


def test_a_step_added_later_is_not_sent_to_who_is_past_it() -> None:
    added = make_step(days=1, at=time(8), since=NOON + 5 * DAY)

    assert only(plan([added], make_facts(), NOON + 5 * DAY)).reason == "came_later"


def test_what_is_much_too_late_is_left_out() -> None:
    step = make_step(days=1, at=time(8))

    assert only(plan([step], make_facts(), NOON + 2 * DAY)).state == "due"
    assert only(plan([step], make_facts(), NOON + 9 * DAY)).reason == "late"


def test_after_five_days_away_only_the_newest_lesson_is_told_of() -> None:
    opens = {lesson: NOON + place * DAY for place, lesson in enumerate(LESSONS)}
    patient = make_step(trigger="lesson", late_days=30)

    planned = plan([patient], make_facts(opens=opens), NOON + 5 * DAY)

    assert [one.occurrence for one in planned if one.state == "due"] == [str(LESSONS[-1])]
    assert [one.reason for one in planned].count("superseded") == 3


def test_in_a_pause_nothing_goes_and_after_it_at_the_same_hour() -> None:
    pause = Pause(begins=NOON, ends=NOON + 7 * DAY)
    one = only(plan([make_step(days=2, at=time(8))], make_facts(pauses=(pause,)), NOON))

    assert local(one) == datetime(2026, 11, 10, 8, 0, tzinfo=HOME)


# --- Whatever the sequence, the zone and the edits ------------------------------------------------


ZONES = ["Europe/Amsterdam", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "UTC"]
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 -- the zone is said below.
    datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


one_lesson = st.sampled_from(LESSONS)
lessons = {"finished": one_lesson, "lesson": st.none() | one_lesson}


@st.composite
def sequences(draw: st.DrawFn) -> list[Step]:
    made = []
    for place in range(draw(st.integers(1, 6))):
        trigger = draw(st.sampled_from(["enrolled", "lesson", "finished", "completed", "idle"]))
        days = draw(st.integers(1 if trigger == "idle" else 0, 6))
        made.append(
            make_step(
                f"s{place}",
                kind=draw(st.sampled_from(["lesson", "nudge", "offer", "thanks"])),
                trigger=trigger,
                lesson=draw(lessons[trigger]) if trigger in lessons else None,
                days=days,
                at=draw(hours) if days else draw(st.none() | hours),
                weekdays=frozenset(draw(st.sets(st.integers(1, 7), min_size=1))),
                late_days=draw(st.integers(1, 10)),
            )
        )
    return made


@st.composite
def histories(draw: st.DrawFn) -> Facts:
    start = draw(moments)
    every = draw(st.integers(1, 5)) * DAY
    opens = {lesson: start + place * every for place, lesson in enumerate(LESSONS)}
    finished = {
        lesson: at + timedelta(hours=draw(st.integers(0, 200)))
        for lesson, at in opens.items()
        if draw(st.booleans())
    }
    begins = start + draw(st.integers(0, 20)) * DAY
    pauses = (Pause(begins, begins + draw(st.integers(1, 14)) * DAY),)
    return Facts(
        zone=draw(st.sampled_from(ZONES)),
        hour=draw(st.none() | hours),
        enrolled_at=start,
        active_at=start,
        opens=opens,
        finished=finished,
        completed_at=max(finished.values()) if len(finished) == len(LESSONS) else None,
        pauses=draw(st.sampled_from([(), pauses])),
    )


def lived(made: Sequence[Step], facts: Facts, *, days: int) -> list[tuple[datetime, Planned]]:
    """What the sender does over these days: looks when the plan says so, sends what is due."""
    now, told = facts.enrolled_at, []
    assert now is not None
    until = now + days * DAY
    taken: set[date] = set()
    while now is not None and now <= until:
        (planned,) = spread([plan(made, facts, now)], taken=taken, zone=facts.zone, now=now)
        due = [one for one in planned if one.state == "due"]
        for one in due:
            told.append((now, one))
            facts = replace(facts, sent={**facts.sent, one.identity: now})
            if one.day is not None:
                taken.add(one.day)
        now = next_at(planned) if not due else now
    return told


@pytest.mark.slow
@settings(max_examples=300)
@given(made=sequences(), facts=histories())
def test_nothing_goes_early_or_twice_or_two_on_a_day(made: list[Step], facts: Facts) -> None:
    told = lived(made, facts, days=60)
    here = ZoneInfo(facts.zone)

    identities = [one.identity for _at, one in told]
    assert len(identities) == len(set(identities))
    days = [now.astimezone(here).date() for now, one in told if one.day is not None]
    assert len(days) == len(set(days))
    for now, one in told:
        assert one.at is not None
        assert one.at <= now
        if one.step.trigger == "lesson":
            assert facts.opens[UUID(one.occurrence)] <= now
        for pause in facts.pauses:
            assert one.day is None or not pause.begins <= now < pause.ends


@pytest.mark.slow
@settings(max_examples=300)
@given(made=sequences(), facts=histories(), ahead=st.integers(0, 40))
def test_what_is_shown_before_is_what_is_sent(made: list[Step], facts: Facts, ahead: int) -> None:
    """Nothing happens in between: then the plan of today is what the days bring."""
    assert facts.enrolled_at is not None
    (shown,) = spread(
        [plan(made, facts, facts.enrolled_at)], taken=(), zone=facts.zone, now=facts.enrolled_at
    )
    until = facts.enrolled_at + ahead * DAY
    expected = {
        one.identity: one.at
        for one in shown
        if one.state in {"due", "coming"} and one.at is not None and one.at <= until
    }

    told = {one.identity: now for now, one in lived(made, facts, days=ahead)}

    assert {name: max(at, facts.enrolled_at) for name, at in expected.items()} == {
        name: at for name, at in told.items() if name in expected
    }


@pytest.mark.slow
@settings(max_examples=200)
@given(made=sequences(), facts=histories(), after=st.integers(0, 30))
def test_whatever_is_edited_no_step_goes_twice_and_nothing_of_the_past(
    made: list[Step], facts: Facts, after: int
) -> None:
    assert facts.enrolled_at is not None
    edited_at = facts.enrolled_at + after * DAY
    before = {one.identity: now for now, one in lived(made, facts, days=after)}
    new = make_step("nieuw", days=2, at=time(9))
    edited = steps.published((new, *reversed(made)), tuple(made), edited_at)

    later = replace(facts, sent=before)
    planned = plan(edited, later, edited_at)

    assert not {one.identity for one in planned if one.state != "sent"} & set(before)
    one = next(one for one in planned if one.step.key == "nieuw")
    assert one.at is None or one.at >= edited_at or one.reason


def test_an_unrelated_lesson_changes_nothing() -> None:
    other = make_facts(finished={uuid4(): NOON})

    assert plan([make_step()], other, NOON) == plan([make_step()], make_facts(), NOON)
