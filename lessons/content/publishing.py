"""Publishing: one new edition of a course, one pointer moved, in one transaction.

A publication names modules. Modules that exchanged lessons with them come along, so that no lesson
is live twice or nowhere; all other modules keep the snapshot they had. The number of statements
does not grow with lessons, blocks or readers. What a publication means for readers is added by
`lessons.staff.release`, which is the only caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.content import articles, blocks, pace
from lessons.content.models import Course, Edition, EditionModule, Lesson, Module, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from courseapp.accounts.models import User


Row = TypeVar("Row", Module, Lesson)


class NothingToPublish(Refused):
    code = "nothing_to_publish"
    status = 409


class EmptyModule(Refused):
    code = "empty_module"
    status = 409


class EmptyCourse(Refused):
    code = "empty_course"
    status = 409


class UnfinishedLesson(Refused):
    """A block lacks what readers need; ``lesson`` is the identity of the lesson it is in."""

    code = "unfinished_lesson"
    status = 409

    def __init__(self, lesson: Lesson) -> None:
        super().__init__(
            _("In the lesson “%(title)s” a block is not finished yet.") % {"title": lesson.title}
        )
        self.lesson = lesson.uuid


class SlugTakenLive(Refused):
    code = "slug_taken_live"
    status = 409


@dataclass(frozen=True)
class WorkingCopy:
    """All modules of a course that are not retired, in order, with their lessons in order."""

    course: Course
    modules: tuple[Module, ...]
    lessons: dict[UUID, tuple[Lesson, ...]]


@dataclass(frozen=True)
class Live:
    """What readers see now: the snapshots of the live edition, in order, by module."""

    manifest: dict[str, Any] | None
    snapshots: dict[UUID, Snapshot]


def course_called(slug: str) -> Course:
    """The course of this slug, live or not; raises ``NotFound``."""
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        raise NotFound(_("There is no course “%(slug)s”.") % {"slug": slug})
    return course


def modules_called(course: Course, slugs: Sequence[str]) -> list[UUID]:
    """The modules of these slugs; without slugs all that are not retired. Raises ``NotFound``."""
    known = dict(course.modules.values_list("slug", "pk"))
    if not slugs:
        return [module.pk for module in working_copy(course).modules]
    for slug in slugs:
        if slug not in known:
            raise NotFound(_("This course has no module “%(slug)s”.") % {"slug": slug})
    return [known[slug] for slug in slugs]


def working_copy(course: Course) -> WorkingCopy:
    """The working copy in its order; what the order does not name comes last, oldest slug first."""
    modules = in_order(course.modules.filter(retired_at__isnull=True), course.module_order)
    lessons: dict[UUID, list[Lesson]] = {module.uuid: [] for module in modules}
    for lesson in course.lessons.filter(retired_at__isnull=True, module__in=modules):
        lessons[lesson.module_id].append(lesson)
    return WorkingCopy(
        course=course,
        modules=tuple(modules),
        lessons={
            module.uuid: tuple(in_order(lessons[module.uuid], module.lesson_order))
            for module in modules
        },
    )


def live(course: Course) -> Live:
    """The live edition's manifest and snapshots, in one query."""
    places = list(
        EditionModule.objects.filter(edition=course.live_edition_id)
        .select_related("snapshot", "edition")
        .order_by("position")
        if course.live_edition_id
        else []
    )
    return Live(
        manifest=places[0].edition.manifest if places else None,
        snapshots={place.snapshot.module_id: place.snapshot for place in places},
    )


def publish(
    *, course: Course, modules: Iterable[UUID], by: User | None, now: datetime, note: str = ""
) -> Edition:
    """Make the working copy of these modules live, with what moved between them and others.

    The newest revisions of the public articles the course cites are shown from then on too.
    Raises ``NotFound`` for a module of another course, ``EmptyModule``, ``EmptyCourse``,
    ``UnfinishedLesson``, ``SlugTakenLive`` and ``NothingToPublish``; then nothing has changed.
    """
    with transaction.atomic():
        # The whole row, key included: an enrolment refers to it and waits with its commit, so that
        # no reader begins under the old edition unseen by the completions of the new one.
        course = Course.objects.select_for_update().get(pk=course.pk)
        draft, current = working_copy(course), live(course)
        named = with_exchanged(set(modules), draft, current)
        _known(named, draft, current)
        snapshots = _snapshots(named, draft, current, now)
        if not snapshots:
            raise EmptyCourse(_("No lesson would be left in this course."))
        manifest = manifest_of(course)
        same = manifest == current.manifest and snapshots == list(current.snapshots.values())
        if not articles.show_newest(course) and same:
            raise NothingToPublish(_("There is nothing new to publish."))
        return _go_live(course, manifest, snapshots, by=by, now=now, note=note)


def restore(*, edition: Edition, by: User | None, now: datetime, note: str = "") -> Edition:
    """Publish an earlier edition's text again, as a new edition. The working copy stays as it is.

    Raises ``NothingToPublish`` when that edition is what is live.
    """
    with transaction.atomic():
        course = Course.objects.select_for_update().get(pk=edition.course_id)
        places = edition.places.select_related("snapshot").order_by("position")
        snapshots = [place.snapshot for place in places]
        current = live(course)
        if edition.manifest == current.manifest and snapshots == list(current.snapshots.values()):
            raise NothingToPublish(_("This edition is what readers see already."))
        return _go_live(course, edition.manifest, snapshots, by=by, now=now, note=note)


def manifest_of(course: Course) -> dict[str, Any]:
    """What an edition says about the course as a whole. Raises ``InvalidPace``."""
    return {
        "title": course.title,
        "tagline": course.tagline,
        "description": course.description,
        "access": course.access,
        "language": course.language,
        "pace": course.pace if pace.from_json(course.pace) else None,
        "articles": sorted(course.articles.values_list("slug", flat=True)),
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


def lesson_homes(snapshots: Iterable[Snapshot]) -> dict[UUID, UUID]:
    """Which module each published lesson is in."""
    return {
        UUID(lesson["uuid"]): snapshot.module_id
        for snapshot in snapshots
        for lesson in snapshot.content["lessons"]
    }


def in_order(rows: Iterable[Row], order: Sequence[str]) -> list[Row]:
    place = {uuid: position for position, uuid in enumerate(order)}
    return sorted(rows, key=lambda row: (place.get(str(row.uuid), len(place)), row.slug))


def with_exchanged(named: set[UUID], draft: WorkingCopy, current: Live) -> set[UUID]:
    """The named modules and, again and again, those that a lesson moved to or from."""
    was = lesson_homes(current.snapshots.values())
    now_in = {lesson.uuid: home for home, lessons in draft.lessons.items() for lesson in lessons}
    moved = [{was[uuid], home} for uuid, home in now_in.items() if was.get(uuid, home) != home]
    while True:
        more = set().union(*(pair for pair in moved if pair & named)) - named
        if not more:
            return named
        named |= more


def _known(named: set[UUID], draft: WorkingCopy, current: Live) -> None:
    drafted = {module.uuid for module in draft.modules}
    if named - drafted - set(current.snapshots):
        raise NotFound(_("This course has no such module."))
    for module in draft.modules:
        if module.uuid in named and not draft.lessons[module.uuid]:
            raise EmptyModule(
                _("The module “%(title)s” has no lessons yet.") % {"title": module.title}
            )
        for lesson in draft.lessons[module.uuid] if module.uuid in named else ():
            if any(map(blocks.unfinished, blocks.many_from_json(lesson.blocks))):
                raise UnfinishedLesson(lesson)


def _snapshots(
    named: set[UUID], draft: WorkingCopy, current: Live, now: datetime
) -> list[Snapshot]:
    """The new edition's snapshots in order; those that did not change are the old ones."""
    since = {
        lesson["uuid"]: lesson["since"]
        for snapshot in current.snapshots.values()
        for lesson in snapshot.content["lessons"]
    }
    result: list[Snapshot] = []
    for module in draft.modules:
        old = current.snapshots.get(module.uuid)
        if module.uuid in named:
            lessons = draft.lessons[module.uuid]
            first = {str(one.uuid): since.get(str(one.uuid), now.isoformat()) for one in lessons}
            content = content_of(module, lessons, first)
            same = old is not None and old.content == content
            result.append(old if old and same else Snapshot(module=module, content=content))
        elif old is not None:
            result.append(old)
    drafted = {module.uuid for module in draft.modules}
    result += [
        old for home, old in current.snapshots.items() if home not in drafted and home not in named
    ]
    _distinct_slugs(result)
    return result


def _distinct_slugs(snapshots: Sequence[Snapshot]) -> None:
    seen: dict[str, str] = {}
    for snapshot in snapshots:
        for lesson in snapshot.content["lessons"]:
            if lesson["slug"] in seen:
                raise SlugTakenLive(
                    _("“%(one)s” and “%(other)s” would share one address. Publish both modules.")
                    % {"one": seen[lesson["slug"]], "other": lesson["title"]}
                )
            seen[lesson["slug"]] = lesson["title"]


def _go_live(
    course: Course,
    manifest: dict[str, Any],
    snapshots: Sequence[Snapshot],
    *,
    by: User | None,
    now: datetime,
    note: str,
) -> Edition:
    Snapshot.objects.bulk_create([snapshot for snapshot in snapshots if snapshot._state.adding])
    number = (course.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    edition = Edition.objects.create(
        course=course,
        number=number,
        manifest=manifest,
        note=note,
        published_at=now,
        published_by=by,
    )
    EditionModule.objects.bulk_create(
        EditionModule(edition=edition, snapshot=snapshot, position=position)
        for position, snapshot in enumerate(snapshots, start=1)
    )
    course.live_edition = edition
    course.save(update_fields=["live_edition"])
    return edition
