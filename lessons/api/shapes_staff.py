"""What the staff's API answers about courses and lessons of the working copy, as types."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from courseapp.api.schema import Also
from lessons.api.shapes import TEXT, Id, Link, Moment
from lessons.content import blocks, editing

ACCESS = Literal["free", "granted"]
# What no text of a block may hold; see ``lessons.content.blocks.fields``.
PRINTABLE = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x85\u2028\u2029]*$"
LINE = {**TEXT, "maxLength": blocks.LINE_MAX, "pattern": PRINTABLE}
RICH = {
    **TEXT,
    "maxLength": blocks.RICH_MAX,
    "pattern": PRINTABLE,
    "description": "In the small Markdown. No line begins with `:::`.",
}
CARD = {
    "type": "object",
    "properties": {"title": LINE, "body": RICH},
    "required": ["body", "title"],
    "additionalProperties": False,
}
# The forms of a block's fields as they are stored and sent.
FORMS: dict[str, dict[str, Any]] = {
    "line": LINE,
    "rich": RICH,
    "lines": {"type": "array", "items": LINE, "maxItems": blocks.LIST_MAX},
    "cards": {"type": "array", "items": CARD, "maxItems": blocks.LIST_MAX},
    "choice": TEXT,
    "flag": {"type": "boolean"},
    "number": {"type": "integer", "minimum": 0, "maximum": editing.MINUTES_MAX},
}


def _stored(kind: type[blocks.Block]) -> dict[str, Any]:
    key = {**TEXT, "pattern": f"^{blocks.KEY.pattern}$"}
    properties: dict[str, Any] = {
        "id": {"type": "string", "format": "uuid"},
        "type": {"type": "string", "const": kind.type},
        "passages": {"type": "array", "items": key, "maxItems": blocks.PASSAGES_MAX},
    }
    for name, meta in blocks.fields_of(kind).items():
        properties[name] = dict(FORMS[meta["form"]])
        if meta["form"] == "choice":
            properties[name]["enum"] = list(meta["options"])
    return {"type": "object", "properties": properties, "required": sorted(properties)}


STORED = [_stored(kind) for kind in blocks.KINDS.values()]
# What may be left out of a block that is sent: all but what it is.
SENT = [{**one, "required": ["id", "type"], "additionalProperties": False} for one in STORED]
# A block as it is stored: what is sent back unchanged, changes nothing.
StoredBlock = Annotated[dict[str, Any], Also(oneOf=STORED)]


class CourseRef(TypedDict):
    """A course by its identity."""

    uuid: Id
    slug: str
    title: str


class ArticleRef(TypedDict):
    """An article by its identity."""

    uuid: Id
    slug: str
    title: str


class Named(TypedDict):
    """A module or a lesson by its identity."""

    uuid: Id
    title: str


class Person(TypedDict):
    """A member of staff."""

    uuid: Id
    email: str


class StaffCourseLine(TypedDict):
    """A course in the list; ``edition`` is the number of the one that is live, if one is."""

    uuid: Id
    slug: str
    title: str
    access: ACCESS
    edition: int | None
    modules: int
    lessons: int


class StaffCoursePage(TypedDict):
    """Courses, live or not, by title."""

    next: Link | None
    previous: Link | None
    results: list[StaffCourseLine]


class Pace(TypedDict):
    """A lesson every so many days, at a time of day on the reader's clock."""

    every_days: int
    at: str


class DraftLesson(TypedDict):
    """A lesson of the working copy without its text; ``blocks`` says how many it has."""

    uuid: Id
    slug: str
    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool
    version: int
    blocks: int


class DraftModule(TypedDict):
    """A module of the working copy; ``publish_at`` when a publication is planned.

    ``publish_error`` says why the last planned one did not happen.
    """

    uuid: Id
    slug: str
    title: str
    description: str
    publish_at: Moment | None
    publish_error: str
    lessons: list[DraftLesson]


class StaffCourse(TypedDict):
    """The working copy of a course in its order, without what was taken out of it."""

    uuid: Id
    slug: str
    title: str
    tagline: str
    description: str
    access: ACCESS
    language: str
    pace: Pace | None
    edition: int | None
    articles: list[ArticleRef]
    modules: list[DraftModule]


class StaffLesson(TypedDict):
    """A lesson of the working copy. ``retired``: it was taken out of the course."""

    uuid: Id
    slug: str
    course: CourseRef
    module: Named
    version: int
    retired: bool
    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool
    blocks: list[StoredBlock]


class LessonText(TypedDict):
    """All of a lesson that is edited as one text."""

    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool
    blocks: list[StoredBlock]


class Unsaved(TypedDict):
    """A text of one's own that was not saved over the lesson, and why.

    "changed": somebody saved in between; "shorter": much of the text would be gone. ``based_on``
    is the version it was written on.
    """

    uuid: Id
    lesson: Id
    reason: Literal["changed", "shorter"]
    based_on: int
    at: Moment
    text: LessonText


class UnsavedTexts(TypedDict):
    """What one wrote in a lesson and did not get saved, the last first."""

    results: list[Unsaved]


class Dropped(TypedDict):
    """The lesson whose unsaved text was let go."""

    lesson: Id


class StaleBlock(TypedDict):
    """A block that an article moved away from.

    ``before`` is the wording it was held against ("" when that is not known any more), ``after``
    the present one; null: the passage is gone. ``version`` is the lesson's. ``accepted`` is the
    block as accepting would leave it; null: it is in own words, and changed by hand. ``goes``:
    nothing of it would be left.
    """

    lesson: Named
    block: Id
    kind: str
    passage: str
    before: str
    after: str | None
    version: int
    accepted: StoredBlock | None
    goes: bool


class StaleBlocks(TypedDict):
    """The stale blocks of a course's working copy, lesson by lesson."""

    results: list[StaleBlock]


class Unsupported(TypedDict):
    """A block that rests on no passage."""

    lesson: Named
    block: Id
    kind: str


class Coverage(TypedDict):
    """How a course and its articles cover each other.

    ``unused`` are the keys of the passages, out of so many, that no block names.
    """

    passages: int
    unused: list[str]
    unsupported: list[Unsupported]
