"""What the API answers, as types; its documentation is made of them (``courseapp.api.schema``).

The types are read while running, so all they name is imported.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from courseapp.api.schema import Also
from lessons.content import blocks
from lessons.reading.outline import LineState

Id = Annotated[str, Also(format="uuid")]
Moment = Annotated[str, Also(format="date-time")]
Link = Annotated[str, Also(format="uri")]
Percent = Annotated[int, Also(minimum=0, maximum=100)]
TEXT = {"type": "string"}
# The forms of a block's fields (see ``lessons.content.blocks``) as JSON Schema.
FORMS: dict[str, dict[str, Any]] = {
    "line": TEXT,
    "rich": {**TEXT, "description": "In the small Markdown; beside it, the same as HTML."},
    "lines": {"type": "array", "items": TEXT},
    "cards": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"title": TEXT, "body": TEXT, "body_html": TEXT},
            "required": ["title", "body", "body_html"],
        },
    },
    "choice": TEXT,
    "flag": {"type": "boolean"},
    "number": {"type": "integer"},
}


def _block(kind: type[blocks.Block]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": {"type": "string", "format": "uuid"},
        "type": {"type": "string", "const": kind.type},
    }
    for name, meta in blocks.fields_of(kind).items():
        properties[name] = dict(FORMS[meta["form"]])
        if meta["form"] == "choice":
            properties[name]["enum"] = list(meta["options"])
        if meta["form"] == "rich":
            properties[f"{name}_html"] = TEXT
    return {"type": "object", "properties": properties, "required": sorted(properties)}


# One of the kinds there are, told apart by ``type``.
AnyBlock = Annotated[dict[str, Any], Also(oneOf=[_block(kind) for kind in blocks.KINDS.values()])]


class CourseFace(TypedDict):
    """A course as it presents itself; ``access`` "granted" needs a right to it."""

    uuid: Id
    slug: str
    title: str
    tagline: str
    access: Literal["free", "granted"]
    language: str
    minutes: int
    lessons: int


class CoursePage(TypedDict):
    """Courses, by title."""

    next: Link | None
    previous: Link | None
    results: list[CourseFace]


class LessonFace(TypedDict):
    """A lesson as everybody may know it: without its text, unless it is open to all."""

    uuid: Id
    slug: str
    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool


class ModuleFace(TypedDict):
    """A part of a course, with its lessons in reading order."""

    uuid: Id
    title: str
    description: str
    lessons: list[LessonFace]


class Consent(TypedDict):
    """The words a reader agrees to by enrolling; show one of them word for word."""

    nl: str
    en: str


class Course(CourseFace):
    """A course before one begins it; the description in the small Markdown, and as HTML."""

    description: str
    description_html: str
    articles: list[str]
    consent: Consent
    modules: list[ModuleFace]


class CourseName(TypedDict):
    """The course that something belongs to."""

    slug: str
    title: str


class Resume(TypedDict):
    """Where to go on; without a block, at the top of the lesson."""

    lesson: Id
    block: Id | None


class OutlineLesson(TypedDict):
    """A lesson in the outline. A "closed" one waits for an enrolment or a right to the course."""

    uuid: Id
    title: str
    minutes: int
    required: bool
    state: LineState
    opens_at: Moment | None
    new: bool


class OutlineModule(TypedDict):
    """A part of a course in the outline."""

    uuid: Id
    title: str
    lessons: list[OutlineLesson]


class Outline(TypedDict):
    """A course with one reader's progress in it; ``percent`` counts the required lessons."""

    course: CourseName
    enrolled_at: Moment | None
    completed_at: Moment | None
    granted: bool
    finished: int
    required: int
    percent: Percent
    resume: Resume | None
    modules: list[OutlineModule]


class Enrolment(TypedDict):
    """A reader in a course, and how far they are."""

    course: CourseName
    enrolled_at: Moment | None
    completed_at: Moment | None
    finished: int
    required: int
    percent: Percent
    resume: Resume | None


class EnrolmentPage(TypedDict):
    """A reader's enrolments, the last begun first."""

    next: Link | None
    previous: Link | None
    results: list[Enrolment]


class ModuleName(TypedDict):
    """The module that a lesson is in."""

    uuid: Id
    number: int
    title: str


class Neighbour(TypedDict):
    """The lesson before or after, and whether it is open to this reader."""

    uuid: Id
    title: str
    state: LineState
    opens_at: Moment | None


class Lesson(TypedDict):
    """A lesson that is open to this reader; ``position`` is the block to go on from."""

    uuid: Id
    slug: str
    number: int
    title: str
    lead: str
    minutes: int
    required: bool
    course: CourseName
    module: ModuleName
    finished: bool
    position: Id | None
    previous: Neighbour | None
    next: Neighbour | None
    blocks: list[AnyBlock]


class Opened(TypedDict):
    """Since when a lesson counts as opened."""

    lesson: Id
    opened_at: Moment


class Finished(TypedDict):
    """Since when a lesson counts as finished, and the whole course, if it does."""

    lesson: Id
    finished_at: Moment
    completed_at: Moment | None


class Position(TypedDict):
    """What is remembered; a block that the lesson does not have is kept as the top, null."""

    lesson: Id
    block: Id | None


class EditionModule(TypedDict):
    """A module in an edition, with the number of its lessons."""

    uuid: Id
    title: str
    lessons: int


class Edition(TypedDict):
    """What is live now: the state of the whole course, as it was just published."""

    uuid: Id
    course: str
    number: int
    published_at: Moment
    note: str
    modules: list[EditionModule]
