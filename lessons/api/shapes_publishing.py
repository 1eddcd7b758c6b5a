"""What the staff's API answers about publishing: changes, editions and who did what, as types."""

from __future__ import annotations

from typing import Any, TypedDict

from lessons.api.shapes import Edition, Id, Link, Moment  # noqa: TC001 -- read while running.
from lessons.api.shapes_staff import Named, Person  # noqa: TC001 -- read while running.
from lessons.content.changes import BlockChange, LessonChange  # noqa: TC001 -- read while running.


class ChangedBlock(TypedDict):
    """A block's words before ("" when added) and after ("" when removed)."""

    block: Id
    kind: str
    change: BlockChange
    before: str
    after: str


class ChangedLesson(TypedDict):
    """What changed about a lesson; ``flags`` names fields that did, such as minutes."""

    uuid: Id
    title: str
    changes: list[LessonChange]
    flags: list[str]
    blocks: list[ChangedBlock]


class Changes(TypedDict):
    """What publishing these modules would change; ``any`` is false when it is nothing.

    ``modules`` are those that would be published, with modules that lessons moved to or from;
    ``course`` names what changes for the whole course, ``renamed`` the modules whose title,
    description or address does; ``reordered``: live modules change places.
    """

    any: bool
    modules: list[Id]
    lessons: list[ChangedLesson]
    course: list[str]
    renamed: list[Id]
    reordered: bool


class Live(TypedDict):
    """The edition of a course that readers see now; null: none."""

    course: Id
    edition: Edition | None


class EditionLine(TypedDict):
    """An edition in the history of its course."""

    uuid: Id
    number: int
    published_at: Moment
    published_by: Person | None
    note: str
    live: bool


class EditionPage(TypedDict):
    """Editions of a course, the last first."""

    next: Link | None
    previous: Link | None
    results: list[EditionLine]


class Act(TypedDict):
    """One act of a member of staff: who did what to which thing.

    Without ``by`` it was the server; ``token`` names the machine token it was done through.
    ``before`` and ``after`` are small values or references, such as a version.
    """

    act: str
    kind: str
    target: str
    name: str
    by: Person | None
    token: str
    before: Any
    after: Any
    at: Moment


class Acts(TypedDict):
    """The last acts on a course and on what is in it, the newest first; at most 200."""

    results: list[Act]


class PublishedModule(TypedDict):
    """A module in an edition with its lessons, in reading order."""

    uuid: Id
    title: str
    lessons: list[Named]
