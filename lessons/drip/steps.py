"""What a sequence is made of: steps, each a mail with its moment, its conditions and its words.

Pure. A version of a sequence is a list of steps that never changes; a step keeps its ``key`` from
version to version, and under one key a reader gets a mail once (a ``lesson`` step: once a lesson).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Literal, TypeVar, get_args
from uuid import UUID

from django.utils.translation import gettext as _

from courseapp.errors import Refused

T = TypeVar("T")
Kind = Literal["lesson", "nudge", "offer", "thanks"]
Trigger = Literal["enrolled", "lesson", "finished", "completed", "idle", "bought", "date"]
Link = Literal["none", "lesson", "course", "plan", "training"]
ConditionKind = Literal["not_finished", "not_completed", "not_bought"]

KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
# What may stand between double braces in a subject, a preview or a body.
PLACEHOLDERS = ("plan", "number", "total", "next")
EVERY_DAY = frozenset(range(1, 8))
STEPS_MAX = 60
DAYS_MAX = 730
HOURS_MAX = 24 * 14
SUBJECT_MAX = 120
BODY_MAX = 20_000
# Seen before the mail is opened, over whatever shoulder: the shorter of two sensible figures.
PREVIEW_MAX = 140
# A mail more days later than planned says something that is no longer so. At least one, or two
# mails for one day could not both go.
LATE_DAYS, LATE_DAYS_MAX = 2, 60


class InvalidStep(Refused):
    """A step that cannot be sent; ``where`` is its key or place, ``field`` what is wrong in it."""

    code = "invalid_step"

    def __init__(self, message: str, *, where: str, field: str) -> None:
        super().__init__(message)
        self.where = where
        self.field = field


@dataclass(frozen=True)
class Condition:
    """What must hold when the mail goes out; ``lesson`` goes with ``not_finished``."""

    kind: ConditionKind
    lesson: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One mail of a sequence, and when it is due.

    ``days`` after its trigger at the hour ``at`` of the reader's clock; without an hour, ``hours``
    after it. ``idle`` counts its days from the last thing the reader did. ``lesson`` is sent when a
    lesson opens: for the one it names, else for each that has no step of its own. After
    ``late_days`` calendar days a mail is left out. ``since`` is when this key was first published:
    what would have been due before then was promised to nobody.
    """

    key: str
    kind: Kind
    trigger: Trigger
    lesson: UUID | None = None
    date: date | None = None
    days: int = 0
    hours: int = 0
    at: time | None = None
    weekdays: frozenset[int] = EVERY_DAY
    conditions: tuple[Condition, ...] = ()
    late_days: int = LATE_DAYS
    subject: str
    preview: str = ""
    body: str
    link: Link = "none"
    label: str = ""
    since: datetime | None = field(default=None)

    @property
    def is_at_once(self) -> bool:
        """An answer to what the reader just did: it waits for no hour, day or quiet night."""
        return self.at is None and not self.hours and self.trigger != "idle"

    def as_json(self) -> dict[str, Any]:
        """The stored form; ``from_json`` reads it back to an equal step."""
        return {
            "key": self.key,
            "kind": self.kind,
            "trigger": self.trigger,
            "lesson": str(self.lesson) if self.lesson else None,
            "date": self.date.isoformat() if self.date else None,
            "days": self.days,
            "hours": self.hours,
            "at": self.at.isoformat("minutes") if self.at else None,
            "weekdays": sorted(self.weekdays),
            "conditions": [
                {"kind": one.kind, "lesson": str(one.lesson) if one.lesson else None}
                for one in self.conditions
            ],
            "late_days": self.late_days,
            "subject": self.subject,
            "preview": self.preview,
            "body": self.body,
            "link": self.link,
            "label": self.label,
            "since": self.since.isoformat() if self.since else None,
        }


def many_from_json(data: object) -> tuple[Step, ...]:
    """The steps of a version; raises ``InvalidStep`` with the place of the first that is wrong."""
    if not isinstance(data, list) or len(data) > STEPS_MAX:
        raise InvalidStep(
            _("A sequence is a list of at most %(most)s steps.") % {"most": STEPS_MAX},
            where="", field="steps",
        )  # fmt: skip
    steps = tuple(from_json(each, place) for place, each in enumerate(data, start=1))
    keys = [step.key for step in steps]
    for step in steps:
        if keys.count(step.key) > 1:
            raise InvalidStep(_("Two steps have the same key."), where=step.key, field="key")
    return steps


def from_json(data: object, place: int = 1) -> Step:
    """One step, its shape and its limits checked; what it refers to is `checking`'s."""
    if not isinstance(data, Mapping):
        raise InvalidStep(_("A step has named fields."), where=str(place), field="")
    read = _Reading(data, str(data.get("key") or place))
    step = Step(
        key=read.key(),
        kind=read.one_of("kind", get_args(Kind)),
        trigger=read.one_of("trigger", get_args(Trigger)),
        lesson=read.uuid("lesson"),
        date=read.day("date"),
        days=read.number("days", DAYS_MAX),
        hours=read.number("hours", HOURS_MAX),
        at=read.hour("at"),
        weekdays=read.weekdays(),
        conditions=read.conditions(),
        late_days=read.number("late_days", LATE_DAYS_MAX, least=1, unsaid=LATE_DAYS),
        subject=read.line("subject", SUBJECT_MAX, required=True),
        preview=read.line("preview", PREVIEW_MAX),
        body=read.text("body", BODY_MAX),
        link=read.one_of("link", get_args(Link), unsaid="none"),
        label=read.line("label", 60),
        since=read.moment("since"),
    )
    _refuse_contradictions(step)
    return step


def published(steps: tuple[Step, ...], before: tuple[Step, ...], now: datetime) -> tuple[Step, ...]:
    """The steps as a version published ``now`` keeps them: a key keeps the moment it was new."""
    known = {step.key: step.since for step in before}
    return tuple(replace(step, since=known.get(step.key) or now) for step in steps)


def _refuse_contradictions(step: Step) -> None:
    amiss = {
        "lesson": (
            step.trigger == "finished" and step.lesson is None,
            _("Say after which lesson."),
        ),
        "date": (step.trigger == "date" and step.date is None, _("Say on which date.")),
        "days": (step.trigger == "idle" and not step.days, _("Say after how many quiet days.")),
        "hours": (
            bool(step.hours and (step.days or step.at)),
            _("Either hours after it, or days and a time of day."),
        ),
        "at": (bool(step.days and step.at is None), _("Say at what time of day.")),
        "label": (step.link != "none" and not step.label, _("A button needs words.")),
    }
    for name, (is_so, message) in amiss.items():
        if is_so:
            raise InvalidStep(message, where=step.key, field=name)
    _refuse_unknown_placeholders(step)


def _refuse_unknown_placeholders(step: Step) -> None:
    for name in ("subject", "preview", "body", "label"):
        for meant in PLACEHOLDER.findall(getattr(step, name)):
            if meant not in PLACEHOLDERS:
                raise InvalidStep(
                    _("“%(name)s” between double braces means nothing here; known are: %(known)s.")
                    % {"name": meant[:40], "known": ", ".join(PLACEHOLDERS)},
                    where=step.key,
                    field=name,
                )


@dataclass(frozen=True)
class _Reading:
    """Reading the fields of one step; each refusal names the step and the field."""

    data: Mapping[str, object]
    where: str

    def key(self) -> str:
        value = self.data.get("key")
        if not isinstance(value, str) or not KEY.fullmatch(value):
            raise self._amiss("key", _("A key is small letters, digits and hyphens."))
        return value

    def one_of(self, name: str, known: tuple[Any, ...], *, unsaid: str | None = None) -> Any:
        value = self.data.get(name, unsaid)
        if value not in known:
            raise self._amiss(name, _("Choose one of: %(known)s.") % {"known": ", ".join(known)})
        return value

    def number(self, name: str, most: int, *, least: int = 0, unsaid: int = 0) -> int:
        value = self.data.get(name, unsaid)
        if type(value) is not int or not least <= value <= most:
            raise self._amiss(
                name,
                _("A whole number from %(least)s to %(most)s.") % {"least": least, "most": most},
            )
        return value

    def line(self, name: str, most: int, *, required: bool = False) -> str:
        value = self.text(name, most, required=required)
        if any(not char.isprintable() for char in value):
            raise self._amiss(name, _("One line, without control characters."))
        return value

    def text(self, name: str, most: int, *, required: bool = True) -> str:
        value = self.data.get(name) or ""
        if not isinstance(value, str) or "\0" in value:
            raise self._amiss(name, _("This is text."))
        if len(value) > most:
            raise self._amiss(name, _("At most %(most)s characters.") % {"most": most})
        if required and not value.strip():
            raise self._amiss(name, _("This may not be empty."))
        return value.strip()

    def uuid(self, name: str) -> UUID | None:
        return self._parsed(name, UUID)

    def day(self, name: str) -> date | None:
        return self._parsed(name, date.fromisoformat)

    def hour(self, name: str) -> time | None:
        value = self._parsed(name, time.fromisoformat)
        if value is not None and value.tzinfo is not None:
            raise self._amiss(name, _("A time of day without a zone."))
        return value

    def moment(self, name: str) -> datetime | None:
        value = self._parsed(name, datetime.fromisoformat)
        if value is not None and value.tzinfo is None:
            raise self._amiss(name, _("A moment with its zone."))
        return value

    def weekdays(self) -> frozenset[int]:
        value = self.data.get("weekdays")
        if value is None:
            return EVERY_DAY
        if not isinstance(value, list) or not value or not {*map(str, value)} <= set("1234567"):
            raise self._amiss("weekdays", _("Days are numbers, 1 for Monday to 7; at least one."))
        return frozenset(int(one) for one in value)

    def conditions(self) -> tuple[Condition, ...]:
        value = self.data.get("conditions") or []
        if not isinstance(value, list) or len(value) > STEPS_MAX:
            raise self._amiss("conditions", _("Conditions are a list."))
        return tuple(self._condition(each) for each in value)

    def _condition(self, data: object) -> Condition:
        if not isinstance(data, Mapping) or data.get("kind") not in get_args(ConditionKind):
            raise self._amiss("conditions", _("This condition is not known."))
        lesson = _Reading(data, self.where).uuid("lesson")
        if (data["kind"] == "not_finished") != (lesson is not None):
            raise self._amiss("conditions", _("Say which lesson, and only with that condition."))
        return Condition(kind=data["kind"], lesson=lesson)

    def _parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        value = self.data.get(name)
        if value in (None, ""):
            return None
        try:
            return parse(str(value))
        except ValueError:
            raise self._amiss(name, _("This could not be read.")) from None

    def _amiss(self, name: str, message: str) -> InvalidStep:
        return InvalidStep(message, where=self.where, field=name)
