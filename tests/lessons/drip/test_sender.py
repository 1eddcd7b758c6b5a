"""The whole way of a mail over weeks: noticing, planning, the outbox, a mailbox.

Whatever readers do and staff edit meanwhile, what arrives keeps the promises.

The promises are held against the rows that readers and staff left, not against the plan; only
`test_what_is_shown_is_what_comes` asks that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as mailbox
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from courseapp.accounts import consents
from courseapp.accounts.models import Consent
from courseapp.post import pump as outbox
from courseapp.post.models import Letter
from lessons.drip import catching_up, drafting, gathering, noticing, publishing, pump, steps
from lessons.drip.models import Mail, Place
from lessons.drip.plan import Pause as Rest
from lessons.drip.plan import plan
from lessons.reading import rhythm
from lessons.reading.models import Completed, Finished, Pause, Unlock
from tests.factories import lessons_of, make_enrolment, make_reader
from tests.lessons.drip.test_plan import make_facts, make_step
from tests.lessons.drip.test_rehearsing import deeds_of, habits, sequences, set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lessons.drip.models import Sequence
    from lessons.drip.plan import Planned
    from lessons.drip.rehearsing import Invented
    from lessons.drip.steps import Step
    from lessons.reading.models import Enrolment

    Acts = dict[datetime, list[Callable[[datetime], object]]]

BEGIN = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
DAY, SOON = timedelta(days=1), timedelta(seconds=5)
LONG = 35
EDITS = ("words", "order", "out", "in", "later", "sooner")


@dataclass
class Life:
    """What happened to one reader. ``stirred`` are the moments at which somebody did something."""

    enrolment: Enrolment
    stirred: set[datetime]
    came: list[tuple[datetime, Mail]] = field(default_factory=list)
    # Of each moment at which time alone had passed: what was shown to come by then, and what came.
    foretold: list[tuple[set[str], set[str]]] = field(default_factory=list)


def edited(made: list[Step], kind: str) -> list[Step]:
    """The working copy after somebody worked on it."""
    first, *rest = made
    others = [one for one in made if one.key != "erbij"]
    found: dict[str, list[Step]] = {
        "words": [replace(first, subject="Anders gezegd"), *rest],
        "order": [*reversed(made)],
        "out": rest or made,
        "in": [make_step("erbij", days=2, at=time(9)), *others],
        "later": [replace(first, days=first.days + 3) if first.days else first, *rest],
        "sooner": [replace(first, days=min(first.days, 1)), *rest],
    }
    return found[kind]


def edit(sequence: Sequence, kind: str, now: datetime) -> None:
    """Write and publish; nobody tells the sender."""
    sequence.refresh_from_db()
    made = [one.as_json() for one in edited(drafting.steps_of(sequence), kind)]
    drafting.write(sequence=sequence.pk, draft=made, draft_no=sequence.draft_no, by=None, now=now)
    sequence.refresh_from_db()
    try:
        publishing.publish(sequence=sequence, by=None, now=now)
    except publishing.NothingToPublish:
        assert made == [one.as_json() for one in drafting.steps_of(sequence)]


def lived(
    sequence: Sequence, reader: Invented, edits: dict[int, str], move: tuple[int, str] | None
) -> Life:
    """Five weeks of a reader, with the worker ringing whenever there may be something to do.

    ``edits``: on which day something is published; ``move``: on which day the reader chooses
    another clock.
    """
    enrolment, acts = begun(sequence, reader)
    at = reader.enrolled_at
    for day, kind in edits.items():
        moment = at + day * DAY + timedelta(hours=5)
        acts.setdefault(moment, []).append(partial(edit, sequence, kind))
    if move:
        moment = at + move[0] * DAY + timedelta(hours=7)
        acts.setdefault(moment, []).append(partial(moved, enrolment, reader.hour, move[1]))
    until = at + LONG * DAY
    life = Life(enrolment, stirred={moment for moment in {at, *acts} if moment <= until})
    moments = sorted(life.stirred)
    shown: list[Planned] = []
    while moments:
        now = moments.pop(0)
        for act in acts.get(now, []):
            act(now)
        came = ring(life, now)
        if now not in life.stirred:
            by_now = {name_of(one) for one in shown if one.at and one.at <= now}
            life.foretold.append((by_now, {one.step_key + one.occurrence for one in came}))
        shown = planned_for(enrolment.reader_id, now)
        due = Place.objects.filter(next_at__gt=now, next_at__lte=until).order_by("next_at")
        moments = sorted({*moments, *(one.next_at for one in due[:1] if one.next_at)})
    return life


def begun(sequence: Sequence, reader: Invented) -> tuple[Enrolment, Acts]:
    """A reader who begins, and what they will do."""
    sequence.draft = sequence.live.steps if sequence.live else []
    sequence.save()
    at = reader.enrolled_at
    person = make_reader(time_zone=reader.zone)
    if "offer" in reader.wants:
        consents.give(
            user=person, purpose=Consent.Purpose.OFFERS, wording="Ja", place="test", now=at
        )
    enrolment = make_enrolment(person, sequence.course, now=at)
    if reader.hour is not None:
        rhythm.choose(enrolment=enrolment, hour=reader.hour, zone=reader.zone, now=at)
    return enrolment, deeds_of(sequence, reader, enrolment)


def moved(enrolment: Enrolment, hour: time | None, zone: str, now: datetime) -> None:
    rhythm.choose(enrolment=enrolment, hour=hour, zone=zone, now=now)
    noticing.look_again(enrolment=enrolment.pk, now=now)


def ring(life: Life, now: datetime) -> list[Mail]:
    """Both pumps until nothing is due; what lay in the mailbox afterwards and not before."""
    before = {one.extra_headers["Message-ID"] for one in mailbox.outbox}
    catching_up.catch_up(now=now)
    while pump.look(now=now).claimed:
        pass
    while outbox.send_due(now=now).claimed:
        pass
    fresh = [one.extra_headers["Message-ID"] for one in mailbox.outbox]
    letters = Letter.objects.filter(message_id__in={*fresh} - before)
    keys = [one.key.removeprefix("drip:") for one in letters if one.key.startswith("drip:")]
    came = list(Mail.objects.filter(letter__in=keys).select_related("version"))
    life.came += [(now, one) for one in came]
    return came


def planned_for(person: int, now: datetime) -> list[Planned]:
    """What the reader and staff are shown to come."""
    (reader,) = gathering.of_readers([person])
    plans = pump.plans_of(reader, now)
    return [one for planned in plans for one in planned if one.state == "coming"]


def name_of(one: Planned) -> str:
    return one.step.key + one.occurrence


# --- The promises ---------------------------------------------------------------------------------


def hold_promises(life: Life, reader: Invented, *, has_one_zone: bool) -> None:
    names = [(one.step_key, one.occurrence) for _now, one in life.came]
    assert len(names) == len(set(names)), "a step twice"
    ids = [one.extra_headers["Message-ID"] for one in mailbox.outbox]
    assert len(ids) == len(set(ids)), "a mail twice"
    decided = Mail.objects.filter(reader=life.enrolment.reader)
    missing = decided.exclude(pk__in=[one.pk for _now, one in life.came])
    letters = Letter.objects.filter(key__in=[f"drip:{one.letter}" for one in missing])
    assert not missing, [(one.state, one.withheld, one.error) for one in letters]
    keep_lessons_in_order(life)
    for now, one in life.came:
        step = step_of(one)
        assert one.due_at <= now, "before its time"
        assert_after_what_it_waits_for(life.enrolment, one, step, now)
        assert one.day is None or not in_pause(life.enrolment, now), "in a pause"
        if has_one_zone:
            assert_at_its_hour(life, one, step, reader, now)
    if has_one_zone:
        here = ZoneInfo(reader.zone)
        days = [now.astimezone(here).date() for now, one in life.came if one.day is not None]
        assert len(days) == len(set(days)), "two on a day"


def step_of(one: Mail) -> Step:
    """The step as it was decided on."""
    return next(
        step for step in steps.many_from_json(one.version.steps) if step.key == one.step_key
    )


def keep_lessons_in_order(life: Life) -> None:
    order = [str(lesson.pk) for lesson in lessons_of(life.enrolment.course)]
    by_step: dict[str, list[int]] = {}
    for _now, one in life.came:
        if one.occurrence in order:
            by_step.setdefault(one.step_key, []).append(order.index(one.occurrence))
    assert all(places == sorted(places) for places in by_step.values()), "out of order"


def assert_after_what_it_waits_for(
    enrolment: Enrolment, one: Mail, step: Step, now: datetime
) -> None:
    """By the rows alone: it happened, and so many days or hours ago."""
    begins = [*beginnings(enrolment, one, step)]
    if not begins:
        assert step.trigger in {"date", "idle"}
        return
    here = ZoneInfo(enrolment.time_zone)
    assert any(
        at <= now
        # A clock elsewhere may be a calendar day ahead of the one it was counted on.
        and now.astimezone(here).date() - at.astimezone(here).date() >= (step.days - 1) * DAY
        and (not step.hours or at + timedelta(hours=step.hours) <= now)
        for at in begins
    ), f"{step.trigger}: too early"


def beginnings(enrolment: Enrolment, one: Mail, step: Step) -> Iterable[datetime]:
    match step.trigger:
        case "enrolled":
            return [enrolment.enrolled_at]
        case "completed":
            return Completed.objects.filter(enrolment=enrolment).values_list("at", flat=True)
        case "finished":
            found = Finished.objects.filter(enrolment=enrolment, lesson=step.lesson)
            return found.values_list("at", flat=True)
        case "lesson":
            opened = Unlock.objects.filter(enrolment=enrolment, lesson=UUID(one.occurrence))
            return opened.values_list("opens_at", flat=True)
    return []


def in_pause(enrolment: Enrolment, now: datetime) -> bool:
    rows = Pause.objects.filter(enrolment=enrolment, asked_at__lt=now)
    return rows.filter(begins_at__lte=now, ends_at__gt=now).exists()


def assert_at_its_hour(life: Life, one: Mail, step: Step, reader: Invented, now: datetime) -> None:
    """On the reader's own clock, also after the nights in which all clocks change."""
    if step.at is None:
        return
    hour = step.at if step.trigger == "date" else reader.hour or step.at
    assert one.due_at.astimezone(ZoneInfo(reader.zone)).time() == hour, "another hour"
    # Later only where somebody's act brought it: then it goes at once.
    assert now - one.due_at < SOON or now in life.stirred, "late for no reason"


@pytest.mark.once
def test_what_did_not_go_before_a_pause_waits_for_its_end_or_is_too_late_then() -> None:
    """The sender was away when it was due; looking in the pause must not use it up."""
    due = BEGIN + 2 * DAY
    step = make_step(days=2, at=time(12), late_days=4)
    for length, state in ((3, "coming"), (9, "skipped")):
        ends = due + timedelta(hours=1) + length * DAY
        facts = make_facts(pauses=(Rest(due + timedelta(hours=1), ends),))
        (one,) = plan([step], facts, due + timedelta(hours=2))
        assert one.state == state
        assert one.at is not None
        assert one.at >= ends
        if state == "coming":
            (after,) = plan([step], facts, one.at)
            assert after.state == "due"


# Not shrunk: each example is five weeks of a database.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONE_A_LESSON: list[dict[str, Any]] = [
    {"key": "s0", "kind": "lesson", "trigger": "lesson"},
    {"key": "s1", "kind": "lesson", "trigger": "enrolled", "days": 6, "at": time(19, 15)},
]
READER: dict[str, Any] = {
    "enrolled_at": datetime(2027, 3, 26, 9, 0, tzinfo=UTC),
    "zone": "Europe/Amsterdam",
}


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=8, phases=PHASES, suppress_health_check=SLOW)
@given(
    fields=sequences(),
    habit=habits(),
    paced=st.booleans(),
    edits=st.dictionaries(st.integers(0, 20), st.sampled_from(EDITS), max_size=3),
    move=st.none() | st.tuples(st.integers(1, 12), st.sampled_from(["Asia/Tokyo", "UTC"])),
)
@example(fields=ONE_A_LESSON, habit=READER, paced=True, edits={3: "sooner"}, move=None)
def test_whatever_readers_do_and_staff_edit_what_arrives_keeps_the_promises(
    fields: list[dict[str, Any]],
    habit: dict[str, Any],
    paced: bool,
    edits: dict[int, str],
    move: tuple[int, str] | None,
) -> None:
    with transaction.atomic():
        mailbox.outbox = []
        sequence, _steps, reader = set_up(fields, habit, paced, "none")
        life = lived(sequence, reader, edits, move)
        hold_promises(life, reader, has_one_zone=move is None)
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=6, phases=PHASES, suppress_health_check=SLOW)
@given(
    fields=sequences(),
    habit=habits(),
    edits=st.dictionaries(st.integers(0, 20), st.sampled_from(EDITS), max_size=2),
)
@example(fields=ONE_A_LESSON, habit=READER, edits={3: "sooner"})
def test_what_is_shown_is_what_comes(
    fields: list[dict[str, Any]], habit: dict[str, Any], edits: dict[int, str]
) -> None:
    with transaction.atomic():
        mailbox.outbox = []
        sequence, _steps, reader = set_up(fields, habit, True, "none")
        life = lived(sequence, reader, edits, None)
        assert [shown for shown, _came in life.foretold] == [came for _, came in life.foretold]
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_weeks_are_not_empty() -> None:
    sequence, _steps, reader = set_up(ONE_A_LESSON, READER, True, "none")
    life = lived(sequence, reader, {3: "in"}, None)
    assert {one.step_key for _now, one in life.came} == {"s0", "s1"}
    assert len(life.foretold) > 3
    assert any(came for _shown, came in life.foretold)


@pytest.mark.django_db
def test_the_control_a_sender_that_goes_early_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = pump.plans_of

    def hasty(reader: Any, now: datetime) -> list[list[Planned]]:
        return [
            [replace(one, state="due") if one.state == "coming" else one for one in planned]
            for planned in honest(reader, now)
        ]

    monkeypatch.setattr(pump, "plans_of", hasty)
    sequence, _steps, reader = set_up(ONE_A_LESSON, READER, True, "none")
    life = lived(sequence, reader, {}, None)
    with pytest.raises(AssertionError, match=r"order|time|wait"):
        hold_promises(life, reader, has_one_zone=True)
