"""What the API answers about what a reader wrote, as types."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from courseapp.api.schema import Also
from lessons.api.shapes import Consent, Id, Link, Moment

Count = Annotated[int, Also(minimum=0)]


class KeptAnswer(TypedDict):
    """A text (`text`, below `question`), or one taking of a self-check (`recognised` of
    `statements`, by their numbers from 1); the other is null.

    `opens` false: it does not open, and says nothing. `tag` names this state: send it along to
    change it. `lesson_title` is what the lesson was called then; it may have gone since.
    """

    uuid: Id
    lesson: Id
    lesson_title: str
    block: Id
    kind: Literal["reflection", "exercise", "selfcheck"]
    occurrence: int
    tag: str
    began_at: Moment
    saved_at: Moment
    opens: bool
    heading: str
    question: str
    text: str | None
    statements: list[str] | None
    recognised: list[int] | None


class KeptAnswerPage(TypedDict):
    """What a reader wrote, by course and lesson."""

    next: Link | None
    previous: Link | None
    results: list[KeptAnswer]


class AnswersAtBlock(TypedDict):
    """What a reader wrote at one block: a text, or each taking of a self-check, first to last."""

    results: list[KeptAnswer]


class SavedText(TypedDict):
    """What is kept now; null after a blank text, which deletes."""

    answer: KeptAnswer | None


class AnswersDeleted(TypedDict):
    """How many answers went, for good."""

    deleted: Count


class AnswersConsent(TypedDict):
    """Whether answers are kept: null is "never asked". `wording` is what a yes agrees to."""

    given: bool | None
    wording: Consent


class WordsFound(TypedDict):
    """The word as it stands there, with what is around it."""

    before: str
    word: str
    after: str


class FoundInLesson(TypedDict):
    """A block of a lesson that is open to the reader; null is its title or what is below that."""

    lesson: Id
    number: int
    title: str
    course_title: str
    block: Id | None
    excerpt: WordsFound


class FoundInAnswer(TypedDict):
    """Something the reader wrote."""

    answer: Id
    lesson_title: str
    excerpt: WordsFound


class Found(TypedDict):
    """Where words that begin so stand together; `closed` answers did not open to be looked into."""

    lessons: list[FoundInLesson]
    answers: list[FoundInAnswer]
    has_more: bool
    closed: Count
