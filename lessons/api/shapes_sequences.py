"""What the staff's API answers and takes about mail over time, as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict, get_args

from courseapp.api.schema import Also
from lessons.api.shapes import TEXT, Id, Moment, Percent
from lessons.api.shapes_staff import CourseRef, Person
from lessons.drip import steps
from lessons.drip.comparing import Change
from lessons.drip.plan import Goal, Reason
from lessons.drip.rehearsing import Outcome

UUID = {"type": ["string", "null"], "format": "uuid"}
DAY = {"type": ["string", "null"], "format": "date"}
CONDITION = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": list(get_args(steps.ConditionKind))},
        "lesson": UUID,
    },
    "required": ["kind"],
}
FIELDS: dict[str, Any] = {
    "key": {
        **TEXT, "pattern": f"^{steps.KEY.pattern}$",
        "description": "Under one key a reader gets a mail once; it stays with the mail.",
    },
    "kind": {**TEXT, "enum": list(get_args(steps.Kind))},
    "trigger": {**TEXT, "enum": list(get_args(steps.Trigger))},
    "lesson": UUID,
    "date": DAY,
    "days": {"type": "integer", "minimum": 0, "maximum": steps.DAYS_MAX},
    "hours": {"type": "integer", "minimum": 0, "maximum": steps.HOURS_MAX},
    "at": {"type": ["string", "null"], "description": "On the reader's clock, such as 19:30."},
    "weekdays": {
        "type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}, "minItems": 1,
        "description": "1 is Monday.",
    },
    "conditions": {"type": "array", "items": CONDITION, "maxItems": steps.STEPS_MAX},
    "late_days": {"type": "integer", "minimum": 1, "maximum": steps.LATE_DAYS_MAX},
    "subject": {**TEXT, "maxLength": steps.SUBJECT_MAX, "minLength": 1},
    "preview": {**TEXT, "maxLength": steps.PREVIEW_MAX},
    "body": {
        **TEXT, "maxLength": steps.BODY_MAX, "minLength": 1,
        "description": f"In the small Markdown; may hold {{{{ {' }}, {{ '.join(steps.PLACEHOLDERS)} }}}}.",  # noqa: E501
    },
    "link": {**TEXT, "enum": list(get_args(steps.Link))},
    "label": {**TEXT, "maxLength": 60},
    "since": {
        "type": ["string", "null"], "format": "date-time",
        "description": "When this key was first published; what is sent of it is not kept.",
    },
}  # fmt: skip
SENT = {
    "type": "object",
    "properties": FIELDS,
    "required": ["body", "key", "kind", "subject", "trigger"],
}
# A step as it is stored: what is sent back unchanged, changes nothing.
StoredStep = Annotated[
    dict[str, Any], Also(type="object", properties=FIELDS, required=sorted(FIELDS))
]
Readers = Annotated[
    int | None,
    Also(description="Readers, or mails to them, to fives; null: fewer than five."),
]


class SequenceLine(TypedDict):
    """A sequence in the list. ``went``: mails of the past week; ``coming``: readers who get one in
    the next, as it is planned now."""

    uuid: Id
    slug: str
    title: str
    course: CourseRef
    state: Literal["running", "stopped"]
    version: int | None
    has_changes: bool
    mails: int
    readers: Readers
    went: Readers
    coming: Readers


class Sequences(TypedDict):
    results: list[SequenceLine]


class VersionLine(TypedDict):
    """A published version of a sequence."""

    number: int
    published_at: Moment
    published_by: Person | None
    note: str
    live: bool


class Sequence(TypedDict):
    """A sequence with its working copy; ``draft_no`` is what its ETag names."""

    uuid: Id
    slug: str
    title: str
    course: CourseRef
    sells: CourseRef | None
    goal: Goal
    state: Literal["running", "stopped"]
    draft: list[StoredStep]
    draft_no: int
    has_changes: bool
    changed_at: Moment
    changed_by: Person | None
    versions: list[VersionLine]


class Version(TypedDict):
    """A version with its steps."""

    number: int
    published_at: Moment
    published_by: Person | None
    note: str
    live: bool
    steps: list[StoredStep]


class ChangedStep(TypedDict):
    """A step that differs, and the readers ``before``, ``at`` and ``past`` it."""

    key: str
    changes: list[Change]
    fields: list[str]
    before: Readers
    at: Readers
    past: Readers


class SequenceChanges(TypedDict):
    """What publishing the working copy would do. ``first``: nothing was live, and ``readers`` are
    those who follow the course; else those who are in the sequence."""

    first: bool
    readers: Readers
    reordered: bool
    steps: list[ChangedStep]


class TimelineLine(TypedDict):
    """A mail and what becomes of it: on which ``day`` of the course, and at which moment."""

    key: str
    lesson: str
    outcome: Outcome
    reason: Reason
    at: Moment | None
    day: int | None
    moved: bool


class Timeline(TypedDict):
    """What an invented reader gets, in order; what never comes, last."""

    results: list[TimelineLine]


class StepFigures(TypedDict):
    """What became of the mails of one step; a null is fewer than five. The percentages are of what
    was sent."""

    key: str
    live: bool
    planned: Readers
    sent: Readers
    in_doubt: Readers
    failed: Readers
    withheld: Readers
    stopped: Readers
    opened: Readers
    bought: Readers
    opened_percent: Percent | None
    bought_percent: Percent | None


class SequenceFigures(TypedDict):
    results: list[StepFigures]


class SequenceState(TypedDict):
    """Whether mails go."""

    uuid: Id
    state: Literal["running", "stopped"]
