"""Which blocks the article has moved away from: kept by hand, told with what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lessons.content import blocks, revisions
from lessons.content.models import Course, Lesson, Passage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lessons.content.blocks import Block


@dataclass(frozen=True)
class StaleBlock:
    """A block whose passages changed or vanished since it was last held against them.

    ``before`` is the wording it was held against ("" when that is no longer known), ``after`` the
    present one (None: the passage is gone). ``article``: whose passage it is or was.
    """

    lesson: Lesson
    block: UUID
    kind: str
    passage: str
    before: str
    after: str | None
    article: UUID | None = None


@dataclass(frozen=True)
class Coverage:
    """Passages no block names, and blocks that name no passage: (lesson, block)."""

    unused: tuple[str, ...]
    unsupported: tuple[tuple[Lesson, Block], ...]
    passages: int


def of_course(course: Course) -> list[StaleBlock]:
    """The stale blocks of the working copy, in the order of its lessons."""
    return of_courses([course])


def of_courses(courses: Iterable[Course]) -> list[StaleBlock]:
    """The same of several courses, one after the other, in five queries."""
    return _stale(lessons_of(courses))


def of_lesson(lesson: Lesson) -> list[StaleBlock]:
    """The stale blocks of one lesson, in their order."""
    return _stale([lesson])


def lessons_of(courses: Iterable[Course]) -> list[Lesson]:
    """The lessons of the working copies in reading order, with module and course, in one query."""
    rows = Lesson.objects.filter(
        course__in=list(courses), retired_at=None, module__retired_at=None
    ).select_related("course", "module")
    return sorted(rows, key=_place)


def _place(lesson: Lesson) -> tuple[object, ...]:
    course, module = lesson.course, lesson.module
    return (
        course.title,
        course.slug,
        _position(module.pk, course.module_order),
        module.slug,
        _position(lesson.pk, module.lesson_order),
        lesson.slug,
    )


def _position(uuid: UUID, order: list[str]) -> int:
    return order.index(str(uuid)) if str(uuid) in order else len(order)


def _stale(lessons: Sequence[Lesson]) -> list[StaleBlock]:
    current = _current({lesson.course_id for lesson in lessons})
    found = [
        (lesson, block, key)
        for lesson in lessons
        for block in lesson.blocks
        for key in block["passages"]
        if _is_stale(lesson, block, key, current[lesson.course_id])
    ]
    rows = Passage.objects.filter(key__in={key for _lesson, _block, key in found})
    wordings = _Wordings(rows.values_list("key", "digest", "text", "revision__article_id"))
    return [
        wordings.told(lesson, block, key, current[lesson.course_id].get(key))
        for lesson, block, key in found
    ]


class _Wordings:
    """Every wording that passages ever had, and whose they are."""

    def __init__(self, rows: Iterable[tuple[str, str, str, UUID]]) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        self.homes: dict[str, UUID] = {}
        for key, digest, text, home in rows:
            self.texts[key, digest] = text
            self.homes[key] = home

    def told(
        self, lesson: Lesson, block: Mapping[str, Any], key: str, digest: str | None
    ) -> StaleBlock:
        seen = _seen(lesson, block, key)
        return StaleBlock(
            lesson=lesson,
            block=UUID(block["id"]),
            kind=block["type"],
            passage=key,
            before=self.texts.get((key, seen), ""),
            after=None if digest is None else self.texts.get((key, digest), ""),
            article=self.homes.get(key),
        )


def _current(courses: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """The present wording of what each course cites, in three queries."""
    cites = list(
        Course.articles.through.objects.filter(course__in=courses).values_list(
            "course_id", "article_id"
        )
    )
    digests = revisions.digests_by_article({article for _course, article in cites})
    current: dict[UUID, dict[str, str]] = {course: {} for course in courses}
    for course, article in cites:
        current[course].update(digests.get(article, {}))
    return current


def _seen(lesson: Lesson, block: Mapping[str, Any], key: str) -> str:
    digest: str = lesson.seen.get(block["id"], {}).get(key, "")
    return digest


def _is_stale(
    lesson: Lesson, block: Mapping[str, Any], key: str, current: Mapping[str, str]
) -> bool:
    """Whether this passage is gone or reads otherwise than when the block was held against it."""
    return current.get(key) is None or _seen(lesson, block, key) != current[key]


def used_in(lessons: Iterable[Lesson]) -> set[str]:
    """The passages that blocks of these lessons name."""
    return {key for lesson in lessons for block in lesson.blocks for key in block["passages"]}


def unsupported_in(lessons: Iterable[Lesson]) -> list[tuple[Lesson, Block]]:
    """The blocks of these lessons that name no passage."""
    return [
        (lesson, blocks.from_json(block))
        for lesson in lessons
        for block in lesson.blocks
        if not block["passages"]
    ]


def coverage(course: Course) -> Coverage:
    """How the working copy and its articles cover each other."""
    current = revisions.digests_of(course.articles.all())
    lessons = lessons_of([course])
    used = used_in(lessons)
    return Coverage(
        unused=tuple(key for key in current if key not in used),
        unsupported=tuple(unsupported_in(lessons)),
        passages=len(current),
    )
