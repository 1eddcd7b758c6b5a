"""A whole sequence played for an invented reader, by the plan that the sender follows.

Pure: time is only a variable. Where the sender waits for a place's next moment or for what a reader
does, this jumps there, so that a year takes a moment. What is due counts as sent at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from lessons.drip import plan as planning
from lessons.drip import spreading
from lessons.drip.comparing import without_since
from lessons.drip.plan import PRIORITY, Facts, Pause
from lessons.reading import schedule
from lessons.reading.schedule import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from lessons.content.pace import Pace
    from lessons.drip.plan import Goal, Planned, Reason
    from lessons.drip.steps import Kind, Step

YEAR = timedelta(days=366)
SECOND = timedelta(seconds=1)
# When an invented reader reads, buys, and asks for a pause.
READS_AT, ACTS_AT = time(21), time(12)
What = Literal["enrolled", "opens", "finished", "completed", "bought", "paused", "goes_on"]
Outcome = Literal["sent", "skipped", "waiting"]


@dataclass(frozen=True, kw_only=True)
class Invented:
    """Somebody who might follow a course, and what they do.

    ``lessons`` are those of the course in reading order. ``finishes_every``: a lesson every so many
    days (None: never one), until ``stops_after`` lessons. ``bought_on``: the training, so many days
    after enrolling. ``pauses``: from which day, how many days. ``has_right``: the course is one
    that is bought, and was. ``hour``: the time of day they chose.
    """

    enrolled_at: datetime
    zone: str
    lessons: tuple[UUID, ...] = ()
    required: frozenset[UUID] = frozenset()
    pace: Pace | None = None
    hour: time | None = None
    finishes_every: int | None = None
    stops_after: int | None = None
    bought_on: int | None = None
    pauses: tuple[tuple[int, int], ...] = ()
    has_right: bool = False
    wants: frozenset[Kind] = frozenset(PRIORITY)


@dataclass(frozen=True)
class Line:
    """A mail of the sequence and what became of it: ``at`` (UTC) it went, or would have.

    ``moved``: its day was taken, so it went on another than it wanted. ``reason`` is why it was
    left out, or would be.
    """

    step: Step
    occurrence: str
    outcome: Outcome
    at: datetime | None = None
    due_at: datetime | None = None
    reason: Reason = ""
    moved: bool = False


@dataclass(frozen=True)
class Event:
    """Something that happened to the course or that the reader did."""

    at: datetime
    what: What
    lesson: UUID | None = None


@dataclass(frozen=True)
class Rehearsal:
    """What this reader got and when, in order; what never came last."""

    reader: Invented
    lines: tuple[Line, ...]
    events: tuple[Event, ...]

    @property
    def sent(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.outcome == "sent")

    def day_of(self, at: datetime) -> int:
        """Which day of the course a moment falls on; the day of enrolling is 0."""
        clock = Clock(self.reader.zone)
        return (clock.day(at) - clock.day(self.reader.enrolled_at)).days


def rehearse(steps: Sequence[Step], reader: Invented, *, goal: Goal = "none") -> Rehearsal:
    """Play it until nothing is to come any more, at most a year."""
    world = _World.begun(reader)
    written = [without_since(step) for step in steps]
    now, end = reader.enrolled_at, reader.enrolled_at + YEAR
    while True:
        planned = _planned(written, world, now, goal)
        for one in planned:
            if one.state == "due":
                world.send(one, now)
            elif one.state == "skipped" and one.at is not None and one.at <= now:
                world.skipped.setdefault(one.identity, one)
        after = [one for one in planned if one.state != "due"]
        at = min(_moments(planning.next_at(after), world.next_deed(now), now), default=None)
        if at is None or at > end:
            break
        now = at
        world.happen(now)
    return _told(reader, world, _planned(written, world, now, goal))


def _planned(steps: Sequence[Step], world: _World, now: datetime, goal: Goal) -> list[Planned]:
    facts = world.facts()
    (result,) = spreading.spread(
        [planning.plan(steps, facts, now, goal=goal)], taken=world.taken, zone=facts.zone, now=now
    )
    return result


def _moments(coming: datetime | None, deed: datetime | None, now: datetime) -> Iterator[datetime]:
    """When to look again: as the sender does, or when the reader does something."""
    if coming is not None:
        yield max(coming, now + SECOND)
    if deed is not None:
        yield deed


def _told(reader: Invented, world: _World, last: Sequence[Planned]) -> Rehearsal:
    lines = list(world.sent_lines)
    gone = set(world.sent)
    for one in last:
        if one.identity in gone:
            continue
        known = world.skipped.get(one.identity, one)
        outcome: Outcome = "skipped" if known.state == "skipped" else "waiting"
        lines.append(Line(one.step, one.occurrence, outcome, at=known.at, reason=known.reason))
    far = reader.enrolled_at + 10 * YEAR
    lines.sort(key=lambda one: (one.outcome == "waiting", one.at or far, one.step.key))
    events = [Event(at, "opens", lesson) for lesson, at in world.opens.items()]
    events = [one for one in events if one.at > reader.enrolled_at] + world.events
    return Rehearsal(reader, tuple(lines), tuple(sorted(events, key=lambda one: one.at)))


# --- The invented reader's world ------------------------------------------------------------------


@dataclass
class _World:
    """All that is so at a moment; only what happened by then."""

    reader: Invented
    clock: Clock
    opens: dict[UUID, datetime]
    finished: dict[UUID, datetime] = field(default_factory=dict)
    completed_at: datetime | None = None
    bought_at: datetime | None = None
    active_at: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    asked: int = 0
    sent: dict[tuple[str, str], datetime] = field(default_factory=dict)
    taken: set[date] = field(default_factory=set)
    sent_lines: list[Line] = field(default_factory=list)
    skipped: dict[tuple[str, str], Planned] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @classmethod
    def begun(cls, reader: Invented) -> _World:
        clock = Clock(reader.zone, reader.hour or (reader.pace.at if reader.pace else None))
        at = reader.enrolled_at
        promised = schedule.dates(reader.pace, reader.lessons, at, reader.zone)
        if reader.hour is not None:
            promised |= schedule.moved(promised, days=0, read_in=reader.zone, clock=clock, now=at)
        world = cls(reader, clock, schedule.opening(reader.lessons, promised), active_at=at)
        world.events.append(Event(at, "enrolled"))
        world.happen(at)
        return world

    def facts(self) -> Facts:
        return Facts(
            zone=self.reader.zone,
            hour=self.reader.hour,
            enrolled_at=self.reader.enrolled_at,
            granted_at=self.reader.enrolled_at if self.reader.has_right else None,
            opens=self.opens,
            finished=self.finished,
            active_at=self.active_at,
            completed_at=self.completed_at,
            bought_at=self.bought_at,
            wants=self.reader.wants,
            pauses=tuple(self.pauses),
            sent=self.sent,
        )

    def send(self, one: Planned, now: datetime) -> None:
        self.sent[one.identity] = now
        if one.day is not None:
            self.taken.add(one.day)
        self.sent_lines.append(
            Line(
                one.step, one.occurrence, "sent", at=now, due_at=one.at,
                moved=one.wanted is not None,
            )
        )  # fmt: skip

    def next_deed(self, now: datetime) -> datetime | None:
        """When the reader does something next."""
        return min((at for at in self._deeds() if at > now), default=None)

    def happen(self, now: datetime) -> None:
        """Let happen what happens at this moment."""
        finishes, buys, pauses, goes_on = self._deeds_by_kind()
        if pauses == now:
            self._pause(now)
        if goes_on == now:
            self.events.append(Event(now, "goes_on"))
        if buys == now:
            self.bought_at = now
            self.events.append(Event(now, "bought"))
        if finishes == now:
            self._finish(now)

    def _deeds(self) -> Iterator[datetime]:
        yield from (at for at in self._deeds_by_kind() if at is not None)

    def _deeds_by_kind(
        self,
    ) -> tuple[datetime | None, datetime | None, datetime | None, datetime | None]:
        bought = None
        if self.reader.bought_on is not None and self.bought_at is None:
            bought = self._day(self.reader.bought_on)
        pauses = sorted(self.reader.pauses)
        pause = self._day(pauses[self.asked][0]) if self.asked < len(pauses) else None
        return (self._finishing(), bought, pause, self.pauses[-1].ends if self.pauses else None)

    def _day(self, number: int) -> datetime:
        """The hour at which the reader does things, so many days after enrolling."""
        day = self.clock.day(self.reader.enrolled_at) + timedelta(days=number)
        at = schedule.moment(day, ACTS_AT, self.reader.zone)
        return max(at, self.reader.enrolled_at)

    def _finishing(self) -> datetime | None:
        """When the reader finishes their next lesson: on an evening, once it is open."""
        every, done = self.reader.finishes_every, len(self.finished)
        most = len(self.reader.lessons)
        if self.reader.stops_after is not None:
            most = min(most, self.reader.stops_after)
        if every is None or done >= most:
            return None
        last = max(self.finished.values(), default=self.reader.enrolled_at)
        wanted = self._evening(self.clock.day(last) + timedelta(days=every))
        ready = self.opens.get(self.reader.lessons[done], wanted)
        for pause in self.pauses:
            if pause.begins <= max(wanted, ready) < pause.ends:
                ready = max(ready, pause.ends)
        if ready <= wanted:
            return wanted
        at = self._evening(self.clock.day(ready))
        return at if at >= ready else self._evening(self.clock.day(ready) + timedelta(days=1))

    def _evening(self, day: date) -> datetime:
        return schedule.moment(day, READS_AT, self.reader.zone)

    def _finish(self, now: datetime) -> None:
        lesson = self.reader.lessons[len(self.finished)]
        self.finished[lesson] = self.active_at = now
        self.events.append(Event(now, "finished", lesson))
        if self.completed_at is None and self.reader.required <= set(self.finished):
            self.completed_at = now
            self.events.append(Event(now, "completed"))

    def _pause(self, now: datetime) -> None:
        """As `reading.rhythm` does it: what is to come opens as many days later."""
        _from, days = sorted(self.reader.pauses)[self.asked]
        self.asked += 1
        until = self.clock.day(now) + timedelta(days=days)
        begins = self.clock.day(now)
        if self.pauses and self.pauses[-1].ends > now:
            begins = self.clock.day(self.pauses[-1].ends)
            self.pauses[-1] = replace(self.pauses[-1], ends=now)
        self.opens |= schedule.moved(
            self.opens, days=(until - begins).days, read_in=self.reader.zone, clock=self.clock,
            now=now,
        )  # fmt: skip
        self.pauses.append(Pause(now, self.clock.midnight(until)))
        self.events.append(Event(now, "paused"))
