"""What the staff's API answers about articles, as types."""

from __future__ import annotations

from typing import TypedDict

from lessons.api.shapes import Id, Link, Moment
from lessons.api.shapes_staff import ArticleRef, CourseRef, Named, Person, StoredBlock
from lessons.content.article import Form, Kind


class StaffArticleLine(TypedDict):
    """An article in the list. ``public``: for everybody, once a course that cites it is published.

    ``shown``: readers see it now. ``revisions``: how many wordings were imported.
    """

    uuid: Id
    slug: str
    title: str
    description: str
    public: bool
    shown: bool
    revisions: int


class StaffArticlePage(TypedDict):
    """Articles by title."""

    next: Link | None
    previous: Link | None
    results: list[StaffArticleLine]


class Passage(TypedDict):
    """A heading, paragraph, quote or list item, under a key that outlives edits.

    ``recognised`` is what it was taken for, where a person knew better; else "". ``section`` is
    the key of the heading it stands under.
    """

    key: str
    kind: Kind
    recognised: str
    section: str
    text: str
    level: int


class LeftOut(TypedDict):
    """Text of the source that is in no passage, and why.

    ``passage`` is the key under which it becomes a passage again, where a person left it out
    ("by hand"); else "".
    """

    text: str
    reason: str
    passage: str


class Revision(TypedDict):
    """One imported wording of an article."""

    number: int
    form: Form
    imported_at: Moment
    imported_by: Person | None
    passages: list[Passage]
    left_out: list[LeftOut]


class OfferedBlock(TypedDict):
    """A block that no lesson has; ``after`` is the block it would follow, null: it would lead."""

    after: Id | None
    block: StoredBlock


class MergePlace(TypedDict):
    """A lesson that would get blocks. Without ``lesson`` it would be a new one, of this title.

    A new lesson without ``module`` would stand in the new module.
    """

    lesson: Named | None
    title: str
    module: Named | None
    blocks: list[OfferedBlock]


class MergeProposal(TypedDict):
    """What a course could take from an article; ``new_module`` is its title, "" without one."""

    course: CourseRef
    article: ArticleRef
    new_module: str
    places: list[MergePlace]


class Merged(TypedDict):
    """How many blocks a course took, the lessons that got some and the lessons that are new."""

    course: CourseRef
    blocks: int
    changed: list[Named]
    added: list[Named]


class StaffArticle(StaffArticleLine):
    """An article with its newest wording and the courses that cite it."""

    courses: list[CourseRef]
    revision: Revision | None
