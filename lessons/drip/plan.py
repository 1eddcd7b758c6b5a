"""Which mail when: one decision, from a version's steps and the facts about one reader.

Pure, in the reader's own wall-clock time. The sender asks it what is due, the reader's planning and
the staff's timeline ask it for all of it, so that what is shown is what is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from lessons.drip import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
    from uuid import UUID

    from lessons.drip.steps import Kind, Step

State = Literal["sent", "due", "coming", "waiting", "skipped"]
Reason = Literal[
    "", "not_wanted", "came_later", "finished", "completed", "bought", "at_enrolment", "asked",
    "superseded", "late", "goal", "often", "ended",
]  # fmt: skip
Goal = Literal["none", "completed", "bought"]

# Of two mails for one day the first of these goes on that day.
PRIORITY: Mapping[Kind, int] = {"lesson": 0, "thanks": 1, "nudge": 2, "offer": 3}
# The reader's night, in which nothing is sent that they did not just ask for.
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)
# When a step on a date has no hour of its own.
MORNING = time(9)
# How often a reader is reminded at most, and how long not again.
REMINDERS = 3
BETWEEN_REMINDERS = timedelta(days=14)


@dataclass(frozen=True)
class Pause:
    """No mail from ``begins`` until ``ends`` (UTC); the reader asked for it."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a plan follows from: one reader in one course, as it stands. Moments in UTC.

    ``opens`` holds the lessons in reading order, each with the moment it was promised for; empty in
    a course without a pace. ``granted_at`` is since when this course may be read by a right;
    ``bought_at`` since when the training could be that offers are about, also where that was taken
    back. ``hour`` is the time of day the reader chose, ``opened_all_at`` when they asked for
    everything at once. ``sent`` says of each key and occurrence when it was decided on.
    """

    zone: str
    hour: time | None = None
    enrolled_at: datetime | None = None
    granted_at: datetime | None = None
    opens: Mapping[UUID, datetime] = field(default_factory=dict)
    opened_all_at: datetime | None = None
    finished: Mapping[UUID, datetime] = field(default_factory=dict)
    active_at: datetime | None = None
    completed_at: datetime | None = None
    bought_at: datetime | None = None
    wants: frozenset[Kind] = frozenset(PRIORITY)
    pauses: tuple[Pause, ...] = ()
    sent: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Planned:
    """A mail of a plan: ``at`` (UTC) is null while what it waits for did not happen.

    ``wanted`` is the moment it would have had if no other mail had wanted that day. ``day`` is the
    reader's calendar day that it takes; null for one that answers an act at once.
    """

    step: Step
    occurrence: str
    state: State
    at: datetime | None = None
    reason: Reason = ""
    day: date | None = None
    wanted: datetime | None = None
    pauses: tuple[Pause, ...] = ()

    @property
    def identity(self) -> tuple[str, str]:
        return (self.step.key, self.occurrence)


def plan(
    steps: Sequence[Step], facts: Facts, now: datetime, *, goal: Goal = "none"
) -> list[Planned]:
    """Every mail of the sequence for this reader, in the order of their moments.

    What has no moment yet comes last. Conditions are held against the facts as they stand, also for
    mails of later: `spread` then gives each a day of its own.
    """
    local = ZoneInfo(facts.zone)
    own = {step.lesson for step in steps if step.trigger == "lesson" and step.lesson}
    found = [
        _one(step, occurrence, moment, facts, now, local, goal)
        for step in steps
        for occurrence, moment in _occurrences(step, facts, local, own)
    ]
    return sorted(_without_superseded(found, facts), key=order)


def next_at(planned: Iterable[Planned]) -> datetime | None:
    """When this plan has to be looked at again; None: not until something happens."""
    return min(
        (one.at for one in planned if one.at and one.state in {"due", "coming"}), default=None
    )


# --- Moments ------------------------------------------------------------------------------------


def _occurrences(
    step: Step, facts: Facts, local: ZoneInfo, own: Set[UUID]
) -> Iterator[tuple[str, datetime | None]]:
    """How often this step comes, each with the moment it follows from (UTC; None: not yet).

    Lessons that have a mail of their ``own`` do not get the one for all lessons as well.
    """
    if step.trigger == "lesson":
        for lesson, opens_at in facts.opens.items():
            if step.lesson == lesson or (step.lesson is None and lesson not in own):
                yield str(lesson), _after(step, opens_at, facts, local)
        return
    if step.trigger == "idle":
        yield from _quiet_periods(step, facts, local)
        return
    begins = _begins(step, facts, local)
    yield "", None if begins is None else _after(step, begins, facts, local)


def _begins(step: Step, facts: Facts, local: ZoneInfo) -> datetime | None:
    if step.trigger == "enrolled":
        return facts.enrolled_at
    if step.trigger == "bought":
        return facts.granted_at
    if step.trigger == "completed":
        return facts.completed_at
    if step.trigger == "finished" and step.lesson is not None:
        return facts.finished.get(step.lesson)
    if step.trigger == "date" and step.date is not None:
        return clock.at(step.date, step.at or MORNING, local)
    return None


def _quiet_periods(
    step: Step, facts: Facts, local: ZoneInfo
) -> Iterator[tuple[str, datetime | None]]:
    """The reminders that were sent, and the one of the silence that lasts now.

    Silence is counted from the last thing the reader did, or from when there was something to do
    again: the next lesson had to open, a pause had to end.
    """
    before = [name for key, name in facts.sent if key == step.key]
    for name in sorted(before):
        yield name, facts.sent[step.key, name]
    if facts.active_at is None or facts.completed_at is not None:
        if not before:
            yield "", None
        return
    waiting = [at for lesson, at in facts.opens.items() if lesson not in facts.finished]
    begins = max(
        facts.active_at,
        min(waiting, default=facts.active_at),
        *(pause.ends for pause in facts.pauses),
    )
    name = begins.astimezone(local).date().isoformat()
    if name not in before:
        yield name, _after(step, begins, facts, local)


def _after(step: Step, begins: datetime, facts: Facts, local: ZoneInfo) -> datetime:
    """The moment of a step that follows from ``begins``, by the reader's clock and calendar."""
    if step.trigger == "date":
        return begins
    if step.at is None:
        moment = begins + timedelta(hours=step.hours)
        is_promised = _is_at_once(step) or step.trigger == "lesson"
        return moment if is_promised else _by_day(moment, step, local)
    at = facts.hour or step.at
    day = begins.astimezone(local).date() + timedelta(days=step.days)
    moment = clock.at(clock.allowed(day, step.weekdays), at, local)
    if moment < begins:
        moment = clock.at(clock.allowed(day + timedelta(days=1), step.weekdays), at, local)
    return moment


def _is_at_once(step: Step) -> bool:
    return step.is_at_once and step.trigger not in {"lesson", "date"}


def _by_day(moment: datetime, step: Step, local: ZoneInfo) -> datetime:
    """The same moment, or the end of the night it falls in; on a day that is allowed."""
    here = moment.astimezone(local)
    day, hour = here.date(), here.time()
    if hour >= NIGHT_BEGINS:
        day, hour = day + timedelta(days=1), NIGHT_ENDS
    elif hour < NIGHT_ENDS:
        hour = NIGHT_ENDS
    allowed = clock.allowed(day, step.weekdays)
    return (
        moment if (allowed, hour) == (here.date(), here.time()) else clock.at(allowed, hour, local)
    )


# --- What stands in the way ---------------------------------------------------------------------


def _one(
    step: Step, occurrence: str, moment: datetime | None, facts: Facts, now: datetime,
    local: ZoneInfo, goal: Goal,
) -> Planned:  # fmt: skip
    sent = facts.sent.get((step.key, occurrence))
    if sent is not None:
        return Planned(step, occurrence, "sent", at=sent)
    if moment is None:
        return Planned(step, occurrence, "waiting", reason=closed(step, "", None, facts, goal))
    wanted = _after_pauses(step, moment, facts, local)
    at = _held_back(step, wanted, facts, now, local)
    reason = closed(step, occurrence, moment, facts, goal)
    goes = at if at > wanted else now
    if not reason and clock.days_late(wanted, goes, local) > step.late_days:
        reason = "late"
    state: State = "skipped" if reason else "due" if at <= now else "coming"
    day = None if _is_at_once(step) else at.astimezone(local).date()
    return Planned(
        step, occurrence, state, at=at, reason=reason, day=None if reason else day,
        pauses=facts.pauses,
    )  # fmt: skip


def closed(
    step: Step, occurrence: str, moment: datetime | None, facts: Facts, goal: Goal
) -> Reason:
    """Why this mail does not go, as things stand; empty: nothing stands in its way.

    ``moment`` is when it follows from what it waits for. The sender asks this once more, with the
    present moment, before a letter leaves (`lessons.drip.gate`).
    """
    if facts.ended_at is not None:
        return "ended"
    if step.kind not in facts.wants:
        return "not_wanted"
    reached = {"none": None, "completed": facts.completed_at, "bought": facts.bought_at}[goal]
    if reached is not None and (moment is None or reached <= moment):
        return "goal"
    if moment is not None and step.since is not None and moment < step.since:
        return "came_later"
    return _unmet(step, facts) or _needless(step, occurrence, moment, facts)


def _unmet(step: Step, facts: Facts) -> Reason:
    for one in step.conditions:
        if one.kind == "not_finished" and one.lesson in facts.finished:
            return "finished"
        if one.kind == "not_completed" and facts.completed_at is not None:
            return "completed"
        if one.kind == "not_bought" and facts.bought_at is not None:
            return "bought"
    return ""


def _needless(step: Step, occurrence: str, moment: datetime | None, facts: Facts) -> Reason:
    """What the reader knows already: their first lesson, or what they opened themselves."""
    if step.trigger == "idle":
        times = [at for (key, _name), at in facts.sent.items() if key == step.key]
        lately = moment is not None and any(moment - at < BETWEEN_REMINDERS for at in times)
        return "often" if lately or len(times) >= REMINDERS else ""
    if step.trigger != "lesson":
        return ""
    lesson = next((one for one in facts.opens if str(one) == occurrence), None)
    if lesson is None:
        return ""
    opens_at = facts.opens[lesson]
    if facts.enrolled_at is not None and opens_at <= facts.enrolled_at:
        return "at_enrolment"
    if facts.opened_all_at is not None and opens_at == facts.opened_all_at:
        return "asked"
    return "finished" if lesson in facts.finished else ""


def _after_pauses(step: Step, moment: datetime, facts: Facts, local: ZoneInfo) -> datetime:
    """The moment, or the same hour on the first day after the pauses it falls in."""
    if _is_at_once(step):
        return moment
    for pause in sorted(facts.pauses, key=lambda one: one.begins):
        if pause.begins <= moment < pause.ends:
            moment = _after_pause(pause, moment, local)
    return moment


def _held_back(step: Step, at: datetime, facts: Facts, now: datetime, local: ZoneInfo) -> datetime:
    """Where it was due before a pause began and did not go, it waits for the end of the pause."""
    if at > now or _is_at_once(step):
        return at
    lasting = [pause for pause in facts.pauses if pause.begins <= now < pause.ends]
    return max((_after_pause(pause, at, local) for pause in lasting), default=at)


def _after_pause(pause: Pause, at: datetime, local: ZoneInfo) -> datetime:
    """The same hour, on the first day after the pause on which there is time for it."""
    hour, day = at.astimezone(local).time(), pause.ends.astimezone(local).date()
    after = clock.at(day, hour, local)
    return after if after >= pause.ends else clock.at(day + timedelta(days=1), hour, local)


def series(step: Step) -> tuple[object, ...]:
    """Mails that come equally long after their lessons opened are one series, whoever words them.

    Only such keep to the order of the lessons.
    """
    return (step.days, step.hours, step.at, step.weekdays, step.late_days)


def _without_superseded(found: Iterable[Planned], facts: Facts) -> list[Planned]:
    """Of lessons that opened while no mail could go, or at one moment, only the last is told of."""
    places = {str(lesson): place for place, lesson in enumerate(facts.opens)}
    result = []
    # Going back through the lessons of a series: when the soonest mail of a later one goes.
    soonest: dict[object, datetime] = {}
    gone: set[object] = set()
    for one in sorted(found, key=lambda one: -places.get(one.occurrence, -1)):
        kin, is_open = series(one.step), one.state in {"due", "coming"}
        if one.step.trigger != "lesson" or one.at is None:
            result.append(one)
            continue
        needless = one.at >= soonest.get(kin, datetime.max.replace(tzinfo=UTC))
        if is_open and (needless or (one.state == "due" and kin in gone)):
            result.append(replace(one, state="skipped", reason="superseded", day=None))
            continue
        if is_open:
            soonest[kin] = min(one.at, soonest.get(kin, one.at))
        if one.state in {"due", "sent"}:
            gone.add(kin)
        result.append(one)
    return result


def order(one: Planned) -> tuple[bool, datetime, str, str]:
    at = one.at or datetime.max.replace(tzinfo=UTC)
    return (one.at is None, at, one.step.key, one.occurrence)
