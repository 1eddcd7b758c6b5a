"""What the staff's API answers about publishing: changes, editions and who did what, as types."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from lessons.api.shapes import Edition, Id, Link, Moment, Percent
from lessons.api.shapes_staff import Named, Person
from lessons.content.changes import BlockChange, LessonChange


class ChangedBlock(TypedDict):
    """A block's words before ("" when added) and after ("" when removed).

    ``fields`` names what else changed of it, such as a picture's address.
    """

    block: Id
    kind: str
    change: BlockChange
    before: str
    after: str
    fields: list[str]


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
    description or address does; ``reordered``: live modules change places; ``articles`` are the
    titles of those whose newer words readers would see.
    """

    any: bool
    modules: list[Id]
    lessons: list[ChangedLesson]
    course: list[str]
    renamed: list[Id]
    reordered: bool
    articles: list[str]


class ReaderGroups(TypedDict):
    """The readers of a course; each is in one of ``waiting``, ``midway`` and ``completed``.

    ``by_this`` of the first two have finished all that is left: the publication completes them.
    The percentages say how far those midway are, on average.
    """

    total: int
    waiting: int
    midway: int
    completed: int
    by_this: int
    percent_before: Percent
    percent_after: Percent


class GoneLesson(TypedDict):
    """A lesson that goes: who finished it keeps that, who stopped there goes on elsewhere."""

    lesson: Named
    finished: int
    stopped: int


class ComingLesson(TypedDict):
    """A lesson that comes: for ``later`` readers it opens between two moments, else at once."""

    lesson: Named
    later: int
    earliest: Moment | None
    latest: Moment | None


class Consequences(TypedDict):
    """What each group of readers will notice. Dates that were promised do not move.

    ``first``: nothing was live before. ``pace_changed`` is for who begins later. ``mails``: how
    many go out by the publication itself.
    """

    first: bool
    readers: ReaderGroups
    gone: list[GoneLesson]
    coming: list[ComingLesson]
    pace_changed: bool
    mails: int


class Finding(TypedDict):
    """One thing to look at before publishing; what "stops" is refused, the rest may be left.

    ``pieces`` are the words it is about. ``soft``: a matter of style.
    """

    code: str
    level: Literal["stops", "look"]
    soft: bool
    sentence: str
    lesson: Named | None
    block: Id | None
    kind: str
    pieces: list[str]


class Preview(TypedDict):
    """What a publication would do, told before: the changes, the readers, and the checklist.

    ``edition`` is the number of the live edition (0: none). Sent back as `shown`, ``digest`` makes
    the publication refuse when anything of it is another by then.
    """

    edition: int
    digest: str
    changes: Changes
    consequences: Consequences
    checklist: list[Finding]


class Comparison(TypedDict):
    """What makes one edition of a course into another; both by their numbers."""

    before: int
    after: int
    changes: Changes


class Planned(TypedDict):
    """When a module is to be published; null: nothing is planned."""

    module: Id
    publish_at: Moment | None


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
