"""Reading an edition: the published state of a course, as plain values.

Editions never change and their keys are never reused, so each process keeps the ones it has read.
Which edition is live is asked of the database anew by every request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from lessons.content import blocks
from lessons.content.models import EditionModule, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT_IN_MEMORY = 64


@dataclass(frozen=True)
class PublishedLesson:
    """A lesson as readers see it. ``since``: when it first came live (UTC)."""

    uuid: UUID
    slug: str
    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool
    since: datetime
    number: int
    module_number: int
    content: tuple[Mapping[str, Any], ...]

    @cached_property
    def blocks(self) -> tuple[blocks.Block, ...]:
        return blocks.many_from_json(list(self.content))


@dataclass(frozen=True)
class PublishedModule:
    uuid: UUID
    slug: str
    title: str
    description: str
    number: int
    lessons: tuple[PublishedLesson, ...]


@dataclass(frozen=True)
class PublishedCourse:
    """A whole edition. ``pace`` as reading.schedule reads it; ``articles`` are slugs."""

    edition: UUID
    title: str
    tagline: str
    description: str
    access: str
    language: str
    pace: Mapping[str, Any] | None
    articles: tuple[str, ...]
    modules: tuple[PublishedModule, ...]

    @cached_property
    def lessons(self) -> tuple[PublishedLesson, ...]:
        """All lessons in reading order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @cached_property
    def by_uuid(self) -> dict[UUID, PublishedLesson]:
        return {lesson.uuid: lesson for lesson in self.lessons}

    @cached_property
    def by_slug(self) -> dict[str, PublishedLesson]:
        return {lesson.slug: lesson for lesson in self.lessons}

    @cached_property
    def required(self) -> frozenset[UUID]:
        """The lessons a reader must finish to complete the course."""
        return frozenset(lesson.uuid for lesson in self.lessons if lesson.required)

    @cached_property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def load(edition: UUID) -> PublishedCourse:
    """The edition with this key, in one query the first time and none after.

    Raises ``LookupError`` when there is no such edition.
    """
    places = list(
        EditionModule.objects.filter(edition=edition)
        .select_related("snapshot", "edition")
        .order_by("position")
    )
    if not places:
        raise LookupError(f"There is no edition {edition}.")
    return read(
        places[0].edition.uuid, places[0].edition.manifest, [p.snapshot.content for p in places]
    )


def ever_held(course: UUID, lesson: UUID) -> bool:
    """Whether any edition of this course held this lesson; a snapshot is made for an edition."""
    snapshots = Snapshot.objects.filter(module__course=course)
    texts = snapshots.annotate(text=Cast("content", TextField()))
    return texts.filter(text__contains=str(lesson)).exists()


def read(
    edition: UUID, manifest: Mapping[str, Any], modules: list[dict[str, Any]]
) -> PublishedCourse:
    """An edition from its stored JSON; lessons are numbered through, modules from 1."""
    result: list[PublishedModule] = []
    before = 0
    for number, module in enumerate(modules, start=1):
        lessons = tuple(
            _read_lesson(lesson, before + place, number)
            for place, lesson in enumerate(module["lessons"], start=1)
        )
        before += len(lessons)
        result.append(
            PublishedModule(
                uuid=UUID(module["uuid"]),
                slug=module["slug"],
                title=module["title"],
                description=module["description"],
                number=number,
                lessons=lessons,
            )
        )
    return PublishedCourse(
        edition=edition,
        title=manifest["title"],
        tagline=manifest["tagline"],
        description=manifest["description"],
        access=manifest["access"],
        language=manifest["language"],
        pace=manifest["pace"],
        articles=tuple(manifest["articles"]),
        modules=tuple(result),
    )


def _read_lesson(lesson: Mapping[str, Any], number: int, module_number: int) -> PublishedLesson:
    return PublishedLesson(
        uuid=UUID(lesson["uuid"]),
        slug=lesson["slug"],
        title=lesson["title"],
        lead=lesson["lead"],
        minutes=lesson["minutes"],
        required=lesson["required"],
        open_to_all=lesson["open_to_all"],
        since=datetime.fromisoformat(lesson["since"]),
        number=number,
        module_number=module_number,
        content=tuple(lesson["blocks"]),
    )
