"""A course twice: what staff are writing, and what readers see.

Both are read in the same few queries for one course and for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import F, OuterRef, Subquery

from lessons.content import pace
from lessons.content.models import Article, EditionModule, Lesson, Module, Revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from lessons.content.models import Course, Edition, Snapshot

Row = TypeVar("Row", Module, Lesson)


@dataclass(frozen=True)
class WorkingCopy:
    """All modules of a course that are not retired, in order, with their lessons in order.

    ``retired`` are the modules that were taken out, live or not.
    """

    course: Course
    modules: tuple[Module, ...]
    lessons: dict[UUID, tuple[Lesson, ...]]
    retired: tuple[Module, ...] = ()


@dataclass(frozen=True)
class Live:
    """What readers see now: the live edition and its snapshots, in order, by module."""

    edition: Edition | None = None
    snapshots: dict[UUID, Snapshot] = field(default_factory=dict)

    @property
    def manifest(self) -> dict[str, Any] | None:
        return self.edition.manifest if self.edition else None

    @property
    def contents(self) -> tuple[dict[str, Any], ...]:
        return tuple(snapshot.content for snapshot in self.snapshots.values())


@dataclass(frozen=True)
class Cited:
    """An article that a course is made from; ``newest`` is the key of its newest revision.

    ``behind``: what readers see of it is not what they should: its newest words, or nothing.
    """

    slug: str
    title: str
    newest: int | None
    behind: bool


@dataclass(frozen=True)
class Both:
    """A course's working copy beside what is live of it."""

    draft: WorkingCopy
    live: Live
    cited: tuple[Cited, ...] = ()

    @property
    def course(self) -> Course:
        return self.draft.course

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What a new edition would say about the course as a whole. Raises ``InvalidPace``."""
        return manifest_of(self.course, [one.slug for one in self.cited])

    def title_of(self, module: UUID) -> str:
        """What a module is called: in the working copy, else where it was published last."""
        for one in (*self.draft.modules, *self.draft.retired):
            if one.pk == module:
                return one.title
        return ""


def both_of(course: Course) -> Both:
    """The working copy and what is live, in four queries, however long the course."""
    return both_of_many([course])[0]


def both_of_many(courses: Sequence[Course]) -> list[Both]:
    """The same for several courses, in the same four queries."""
    drafts, editions, cited = _drafts(courses), _editions(courses), _cited(courses)
    return [
        Both(
            draft=drafts[course.pk],
            live=editions.get(course.live_edition_id or course.pk, Live()),
            cited=tuple(cited.get(course.pk, ())),
        )
        for course in courses
    ]


def working_copy(course: Course) -> WorkingCopy:
    """The working copy in its order; what the order does not name comes last, oldest slug first."""
    return _drafts([course])[course.pk]


def live(course: Course) -> Live:
    """The live edition and its snapshots, in one query."""
    return _editions([course]).get(course.live_edition_id or course.pk, Live())


def manifest_of(course: Course, articles: Iterable[str]) -> dict[str, Any]:
    """What an edition says about the course as a whole. Raises ``InvalidPace``."""
    return {
        "title": course.title,
        "tagline": course.tagline,
        "description": course.description,
        "access": course.access,
        "language": course.language,
        "pace": course.pace if pace.from_json(course.pace) else None,
        "articles": sorted(articles),
    }


def content_of(
    module: Module, lessons: Sequence[Lesson], since: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a snapshot holds of a module; ``since`` gives each lesson's first moment live."""
    since = since or {}
    return {
        "uuid": str(module.uuid),
        "slug": module.slug,
        "title": module.title,
        "description": module.description,
        "lessons": [
            {
                "uuid": str(lesson.uuid),
                "slug": lesson.slug,
                "title": lesson.title,
                "lead": lesson.lead,
                "minutes": lesson.minutes,
                "required": lesson.required,
                "open_to_all": lesson.open_to_all,
                "since": since.get(str(lesson.uuid), ""),
                "blocks": lesson.blocks,
            }
            for lesson in lessons
        ],
    }


def in_order(rows: Iterable[Row], order: Sequence[str]) -> list[Row]:
    place = {uuid: position for position, uuid in enumerate(order)}
    return sorted(rows, key=lambda row: (place.get(str(row.uuid), len(place)), row.slug))


def _drafts(courses: Sequence[Course]) -> dict[UUID, WorkingCopy]:
    modules: dict[UUID, list[Module]] = {course.pk: [] for course in courses}
    for module in Module.objects.select_related("publish_by").filter(course__in=list(modules)):
        modules[module.course_id].append(module)
    kept = [one.pk for rows in modules.values() for one in rows if one.retired_at is None]
    lessons: dict[UUID, list[Lesson]] = {module: [] for module in kept}
    for lesson in Lesson.objects.filter(retired_at__isnull=True, module__in=kept):
        lessons[lesson.module_id].append(lesson)
    return {course.pk: _draft(course, modules[course.pk], lessons) for course in courses}


def _draft(
    course: Course, modules: Sequence[Module], lessons: Mapping[UUID, Sequence[Lesson]]
) -> WorkingCopy:
    ordered = in_order(modules, course.module_order)
    kept = tuple(module for module in ordered if module.retired_at is None)
    return WorkingCopy(
        course=course,
        modules=kept,
        lessons={one.pk: tuple(in_order(lessons[one.pk], one.lesson_order)) for one in kept},
        retired=tuple(module for module in ordered if module.retired_at is not None),
    )


def _editions(courses: Sequence[Course]) -> dict[UUID, Live]:
    """The live editions of these courses by their key."""
    wanted = [course.live_edition_id for course in courses if course.live_edition_id]
    places = (
        EditionModule.objects.filter(edition__in=wanted)
        .select_related("snapshot", "edition")
        .order_by("edition", "position")
    )
    found: dict[UUID, Live] = {}
    for place in places if wanted else ():
        here = found.setdefault(place.edition_id, Live(edition=place.edition))
        here.snapshots[place.snapshot.module_id] = place.snapshot
    return found


def _cited(courses: Sequence[Course]) -> dict[UUID, list[Cited]]:
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = (
        Article.objects.filter(courses__in=[course.pk for course in courses])
        .annotate(newest=Subquery(newest), course=F("courses"))
        .order_by("slug")
    )
    found: dict[UUID, list[Cited]] = {}
    for row in rows.values_list(
        "course", "slug", "title", "public", "live_revision", "newest", named=True
    ):
        behind = row.live_revision != (row.newest if row.public else None)
        cited = Cited(slug=row.slug, title=row.title, newest=row.newest, behind=behind)
        found.setdefault(row.course, []).append(cited)
    return found
