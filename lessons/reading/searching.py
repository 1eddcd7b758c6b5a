"""Finding words in the courses a reader follows, and in what that reader wrote.

A lesson is searched only while it is open to the reader; notes are opened for this one search.
Nothing of a search is kept: not the words, not what was found.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from lessons.content import blocks, richtext
from lessons.reading import access, journal, standing
from lessons.reading.models import Enrolment
from lessons.reading.replies import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedLesson
    from lessons.reading.answers import Reply
    from lessons.reading.journal import CourseNotes

Hit = TypeVar("Hit")

LONGEST = 100  # Characters of a question.
MOST_WORDS = 8
MOST = 40  # Of each sort; whoever finds more asks more exactly.
AROUND = 90  # Characters on either side of what was found.


@dataclass(frozen=True)
class Excerpt:
    """Where a word stands, with what is around it."""

    before: str
    word: str
    after: str


@dataclass(frozen=True)
class LessonHit:
    """A block that holds the words; ``block`` None: the title or what stands below it."""

    course: str
    language: str
    lesson: UUID
    number: int
    title: str
    block: UUID | None
    excerpt: Excerpt


@dataclass(frozen=True)
class NoteHit:
    """An answer of the reader's own that holds the words."""

    reply: Reply
    lesson_title: str
    language: str
    excerpt: Excerpt


@dataclass(frozen=True)
class Found:
    lessons: tuple[LessonHit, ...]
    notes: tuple[NoteHit, ...]
    has_more: bool
    # So many notes could not be looked into, because they do not open.
    closed: int


def search(*, reader: User, query: str, now: datetime) -> Found:
    """Where words that begin so stand together, whatever their case and accents.

    Raises ``keys.KeysUnavailable``. Two statements a course and two for the notes.
    """
    words = folded(query[:LONGEST]).split()[:MOST_WORDS]
    if not words:
        return Found((), (), has_more=False, closed=0)
    lessons = _some(_lessons(reader, words, now))
    courses = journal.of(reader=reader, now=now)
    notes = _some(_notes(courses, words))
    closed = sum(reply.content is None for _c, _l, reply in journal.replies_of(courses))
    return Found(
        lessons=tuple(lessons[:MOST]),
        notes=tuple(notes[:MOST]),
        has_more=len(lessons) > MOST or len(notes) > MOST,
        closed=closed,
    )


def folded(text: str) -> str:
    """Without case, accents and width, so that "één" is found by "een"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def excerpt(text: str, words: Sequence[str]) -> Excerpt | None:
    """The first place of the first word, if all of them begin a word there."""
    plain = folded(text)
    if not all(word in plain for word in words):
        return None
    starts = [re.search(rf"(?<!\w){re.escape(word)}", plain) for word in words]
    if not all(starts) or starts[0] is None:
        return None
    # Folding changes lengths: each sign of the plain text with the place it comes from.
    origin = [place for place, sign in enumerate(text) for _each in folded(sign)]
    first, last = origin[starts[0].start()], origin[starts[0].end() - 1]
    return Excerpt(
        before=_tail(text[:first]), word=text[first : last + 1], after=_head(text[last + 1 :])
    )


def _lessons(reader: User, words: Sequence[str], now: datetime) -> Iterator[LessonHit]:
    followed = Enrolment.objects.filter(reader=reader, course__live_edition__isnull=False)
    for slug in followed.order_by("-enrolled_at").values_list("course__slug", flat=True):
        here = standing.of_course(reader, slug=slug)
        for lesson in here.published.lessons:
            if access.decide(here, lesson.uuid, now).state != "open":
                continue
            for block, text in _texts(lesson):
                if found := excerpt(text, words):
                    yield LessonHit(
                        course=here.published.title,
                        language=here.published.language,
                        lesson=lesson.uuid,
                        number=lesson.number,
                        title=lesson.title,
                        block=block,
                        excerpt=found,
                    )


def _texts(lesson: PublishedLesson) -> Iterator[tuple[UUID | None, str]]:
    yield None, f"{lesson.title}\n{lesson.lead}"
    for block in lesson.blocks:
        yield block.id, richtext.to_plain(blocks.text_of(block))


def _notes(courses: Sequence[CourseNotes], words: Sequence[str]) -> Iterator[NoteHit]:
    for course, lesson, reply in journal.replies_of(courses):
        content = reply.content
        if content is None:
            continue
        text = content.text if isinstance(content, Written) else "\n".join(content.statements)
        if found := excerpt(text, words):
            yield NoteHit(
                reply=reply, lesson_title=lesson.title, language=course.language, excerpt=found
            )


def _some(hits: Iterator[Hit]) -> list[Hit]:
    return list(islice(hits, MOST + 1))


def _tail(text: str) -> str:
    """The end of what stands before, in whole words."""
    if len(text) <= AROUND:
        return text
    return "…" + text[-AROUND:].partition(" ")[2]


def _head(text: str) -> str:
    if len(text) <= AROUND:
        return text
    return text[:AROUND].rpartition(" ")[0] + "…"
