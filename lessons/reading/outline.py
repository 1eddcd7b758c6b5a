"""What a reader sees of a course: its outline with their own progress in it, and one lesson.

At most three queries for an outline and four for a lesson beyond session and user, however long the
course is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.utils.translation import gettext as _

from lessons.content import articles
from lessons.content.models import Course
from lessons.reading import access, progress, standing
from lessons.reading.models import Enrolment
from lessons.reading.standing import LessonNotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.blocks import Block
    from lessons.content.editions import PublishedLesson
    from lessons.reading.standing import Standing

LineState = Literal["finished", "started", "open", "later", "closed"]
STATES: dict[access.State, LineState] = {"opens_at": "later", "open": "open"}


@dataclass(frozen=True)
class CourseFace:
    """A course as it presents itself; ``description`` in the small Markdown."""

    uuid: UUID
    slug: str
    title: str
    tagline: str
    description: str
    access: str
    language: str
    minutes: int
    lesson_count: int
    article_slugs: tuple[str, ...]


class LessonLine(NamedTuple):
    """A lesson in the outline: what was published, and where this reader stands with it.

    ``state``: closed means not enrolled or not granted. ``opens_at`` (UTC) goes with "later".
    """

    published: PublishedLesson
    state: LineState
    opens_at: datetime | None
    is_new: bool

    @property
    def uuid(self) -> UUID:
        return self.published.uuid

    @property
    def slug(self) -> str:
        return self.published.slug

    @property
    def title(self) -> str:
        return self.published.title

    @property
    def lead(self) -> str:
        return self.published.lead

    @property
    def minutes(self) -> int:
        return self.published.minutes

    @property
    def required(self) -> bool:
        return self.published.required

    @property
    def open_to_all(self) -> bool:
        return self.published.open_to_all

    @property
    def number(self) -> int:
        """Its place in the course, from 1."""
        return self.published.number

    @property
    def module_number(self) -> int:
        return self.published.module_number


@dataclass(frozen=True)
class ModuleLines:
    uuid: UUID
    title: str
    description: str
    number: int
    lessons: tuple[LessonLine, ...]


@dataclass(frozen=True)
class Resume:
    """Where to go on; ``block`` None means the top of the lesson."""

    lesson: LessonLine
    block: UUID | None


@dataclass(frozen=True)
class Outline:
    """A course with one reader's progress; ``percent`` counts required lessons, completed: 100."""

    course: CourseFace
    edition: UUID
    modules: tuple[ModuleLines, ...]
    enrolled: bool
    granted: bool
    finished_count: int
    required_count: int
    percent: int
    enrolled_at: datetime | None
    completed_at: datetime | None
    resume: Resume | None

    @cached_property
    def lines(self) -> tuple[LessonLine, ...]:
        return tuple(line for module in self.modules for line in module.lessons)

    @property
    def has_started(self) -> bool:
        """Whether the reader has opened any lesson of it."""
        return any(line.state in {"finished", "started"} for line in self.lines)


@dataclass(frozen=True)
class LessonView:
    """One open lesson in its place."""

    course: CourseFace
    module: ModuleLines
    line: LessonLine
    edition: UUID
    published: PublishedLesson
    previous: LessonLine | None
    next: LessonLine | None
    outline: Outline
    finished: bool
    live_courses: frozenset[str]
    enrolment: int | None = None
    # Whether the reader's answers may be kept; None: never asked.
    keeps_answers: bool | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.published.blocks


def of_course(
    *,
    reader: User | None,
    now: datetime,
    slug: str | None = None,
    uuid: UUID | None = None,
) -> Outline:
    """The outline of a live course by its slug or its identity; raises ``CourseNotFound``."""
    if uuid is not None:
        return outline_of(standing.of_course_uuid(reader, uuid=uuid), now)
    return outline_of(standing.of_course(reader, slug=slug or ""), now)


def of_lesson(*, reader: User | None, lesson: UUID, now: datetime) -> LessonView:
    """An open lesson for this reader, recorded as opened the first time.

    Raises ``LessonNotFound`` and what ``access.require`` raises.
    """
    here = standing.of_lesson(reader, lesson=lesson)
    access.require(here, lesson, now)
    progress.record_opened(here, lesson, now)
    return view_of(here, lesson, now)


def of_open_lesson(*, course: str, slug: str, now: datetime) -> LessonView:
    """A lesson open to everybody, by its public address, as a visitor sees it."""
    here = standing.of_course(None, slug=course)
    lesson = here.published.by_slug.get(slug)
    if lesson is None or not lesson.open_to_all:
        raise LessonNotFound(_("This lesson does not exist."))
    return view_of(here, lesson.uuid, now)


def of_reader(*, reader: User, now: datetime) -> list[Outline]:
    """The outlines of the courses a reader began, the last begun first; two queries a course."""
    slugs = (
        Enrolment.objects.filter(reader=reader, course__live_edition__isnull=False)
        .order_by("-enrolled_at")
        .values_list("course__slug", flat=True)
    )
    return [outline_of(standing.of_course(reader, slug=slug), now) for slug in slugs]


def public_courses() -> list[CourseFace]:
    """Every live course, by title, each with those of its articles that are public."""
    shown = articles.public_slugs()
    rows = Course.objects.filter(live_edition__isnull=False).values_list(
        "pk", "slug", "live_edition_id"
    )
    faces = [
        _face(standing.Standing(course=pk, slug=slug, edition=edition or pk, granted=False))
        for pk, slug, edition in rows
    ]
    faces = [
        replace(face, article_slugs=tuple(slug for slug in face.article_slugs if slug in shown))
        for face in faces
    ]
    return sorted(faces, key=lambda face: face.title)


def view_of(here: Standing, lesson: UUID, now: datetime) -> LessonView:
    """A lesson as it shows to who stands here. It asks no door and records nothing."""
    outline = outline_of(here, now)
    lines = outline.lines
    place = here.published.by_uuid[lesson].number - 1
    line = lines[place]
    return LessonView(
        course=outline.course,
        module=outline.modules[line.module_number - 1],
        line=line,
        edition=here.edition,
        published=here.published.by_uuid[lesson],
        previous=lines[place - 1] if place else None,
        next=lines[place + 1] if place + 1 < len(lines) else None,
        outline=outline,
        finished=lesson in here.facts.finished,
        live_courses=here.live_courses,
        enrolment=here.enrolment,
        keeps_answers=here.keeps_answers,
    )


def outline_of(here: Standing, now: datetime) -> Outline:
    """The outline as it shows to who stands here."""
    published = here.published
    modules = tuple(
        ModuleLines(
            uuid=module.uuid,
            title=module.title,
            description=module.description,
            number=module.number,
            lessons=tuple(_line(here, lesson, now) for lesson in module.lessons),
        )
        for module in published.modules
    )
    required = published.required
    lines = [line for module in modules for line in module.lessons]
    done = sum(line.state == "finished" for line in lines if line.required)
    percent = 100 * done // len(required) if required else 0
    return Outline(
        course=_face(here),
        edition=here.edition,
        modules=modules,
        enrolled=here.enrolled,
        granted=here.granted,
        finished_count=sum(line.state == "finished" for line in lines),
        required_count=len(required),
        percent=100 if here.completed_at else percent,
        enrolled_at=here.enrolled_at,
        completed_at=here.completed_at,
        resume=_resume(here, modules),
    )


def _face(here: Standing) -> CourseFace:
    published = here.published
    return CourseFace(
        uuid=here.course,
        slug=here.slug,
        title=published.title,
        tagline=published.tagline,
        description=published.description,
        access=published.access,
        language=published.language,
        minutes=published.minutes,
        lesson_count=len(published.lessons),
        article_slugs=published.articles,
    )


def _line(here: Standing, lesson: PublishedLesson, now: datetime) -> LessonLine:
    answer = access.decide_live(here, lesson, now)
    if lesson.uuid in here.facts.finished:
        return LessonLine(lesson, "finished", answer.when, is_new=False)
    state = STATES.get(answer.state, "closed")
    if state == "open" and lesson.uuid in here.facts.opened:
        state = "started"
    return LessonLine(lesson, state, answer.when, _is_new(here, lesson))


def _is_new(here: Standing, lesson: PublishedLesson) -> bool:
    """New since the reader completed the course."""
    return here.completed_at is not None and lesson.since > here.completed_at


def _resume(here: Standing, modules: tuple[ModuleLines, ...]) -> Resume | None:
    """Where the reader stopped, unless that lesson is finished or gone: then the next open one."""
    if not here.enrolled:
        return None
    first: Resume | None = None
    for module in modules:
        for line in module.lessons:
            if line.state in {"open", "started"}:
                if line.uuid == here.last_lesson:
                    return Resume(lesson=line, block=here.last_block)
                first = first or Resume(lesson=line, block=None)
    return first
