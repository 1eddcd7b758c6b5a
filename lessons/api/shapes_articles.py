"""What the staff's API answers about articles, as types."""

from __future__ import annotations

from typing import TypedDict

from lessons.api.shapes import Id, Link, Moment
from lessons.api.shapes_staff import CourseRef, Person
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
    """Text of the source that is in no passage, and why."""

    text: str
    reason: str


class Revision(TypedDict):
    """One imported wording of an article."""

    number: int
    form: Form
    imported_at: Moment
    imported_by: Person | None
    passages: list[Passage]
    left_out: list[LeftOut]


class StaffArticle(StaffArticleLine):
    """An article with its newest wording and the courses that cite it."""

    courses: list[CourseRef]
    revision: Revision | None
