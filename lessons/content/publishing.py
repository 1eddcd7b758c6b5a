"""Publishing: one new edition of a course, one pointer moved, in one transaction.

A publication names modules. Modules that exchanged lessons with them come along, so that no lesson
is live twice or nowhere; all other modules keep the snapshot they had. The number of statements
does not grow with lessons, blocks or readers. What a publication means for readers is added by
`lessons.staff.release`, which is the only caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.content import articles, blocks, drafts, upcoming
from lessons.content.drafts import (
    Both,
    Live,
    WorkingCopy,
    content_of,
    in_order,
    live,
    manifest_of,
    working_copy,
)
from lessons.content.models import Course, Edition, EditionModule, Snapshot
from lessons.content.upcoming import contents_with, digest, required_in, with_exchanged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.models import Lesson, Module

__all__ = [
    "Both", "ChangedSinceShown", "EmptyCourse", "EmptyLesson", "EmptyModule", "InvalidNote",
    "Live", "NothingToPublish", "Published", "SlugTakenLive", "UnfinishedLesson", "WorkingCopy",
    "content_of", "contents_with", "course_called", "course_of", "digest", "in_order", "live",
    "manifest_of", "modules_called", "publish", "required_in", "restore", "with_exchanged",
    "working_copy",
]  # fmt: skip

NOTE_MAX = 300


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
        super().__init__(self.said() % {"title": lesson.title})
        self.lesson = lesson.uuid

    def said(self) -> str:
        return _("In the lesson “%(title)s” a block is not finished yet.")


class EmptyLesson(UnfinishedLesson):
    """The lesson has no block at all: to whoever asks by program, unfinished like the others."""

    def said(self) -> str:
        return _("The lesson “%(title)s” is still empty.")


class InvalidNote(Refused):
    code = "invalid_note"


class SlugTakenLive(Refused):
    code = "slug_taken_live"
    status = 409


class ChangedSinceShown(Refused):
    """What would be published is not what the person was shown."""

    code = "changed_since_shown"
    status = 412


@dataclass(frozen=True)
class Published:
    """A new edition, the modules that were published with it, and what it asks of readers.

    ``required`` are the lessons to be finished for completion, ``was_required`` those before; None
    when nothing was live.
    """

    edition: Edition
    number_before: int | None
    modules: frozenset[UUID]
    required: frozenset[UUID]
    was_required: frozenset[UUID] | None


def course_called(slug: str) -> Course:
    """The course of this slug, live or not; raises ``NotFound``."""
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        raise NotFound(_("There is no course “%(slug)s”.") % {"slug": slug})
    return course


def course_of(identity: UUID) -> Course:
    """The course of this identity, live or not; raises ``NotFound``."""
    course = Course.objects.filter(pk=identity).first()
    if course is None:
        raise NotFound(_("This course does not exist."))
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


def publish(
    *,
    course: Course,
    modules: Iterable[UUID],
    by: User | None,
    now: datetime,
    note: str = "",
    shown: str | None = None,
) -> Published:
    """Make the working copy of these modules live, with what moved between them and others.

    The newest revisions of the public articles the course cites are shown from then on too.
    ``shown``: the ``digest`` of what the person saw before saying yes.
    Raises ``NotFound`` for a module of another course, ``ChangedSinceShown``, ``EmptyModule``,
    ``EmptyCourse``, ``UnfinishedLesson``, ``SlugTakenLive``, ``NothingToPublish`` and
    ``InvalidNote``; then nothing has changed.
    """
    note = _note(note)
    with transaction.atomic():
        # The whole row, key included: an enrolment refers to it and waits with its commit, so that
        # no reader begins under the old edition unseen by the completions of the new one.
        both = drafts.both_of(Course.objects.select_for_update().get(pk=course.pk))
        named = with_exchanged(set(modules), both.draft, both.live)
        if shown is not None and shown != digest(both, named):
            raise ChangedSinceShown(_("Something was changed in the meantime. Look once more."))
        _known(named, both)
        snapshots = _snapshots(named, both, now)
        if not snapshots:
            raise EmptyCourse(_("No lesson would be left in this course."))
        _distinct_slugs(snapshots)
        same = both.manifest == both.live.manifest and snapshots == list(
            both.live.snapshots.values()
        )
        if any(one.behind for one in both.cited):
            articles.show_newest(both.course)
        elif same:
            raise NothingToPublish(_("There is nothing new to publish."))
        edition = _go_live(both.course, both.live, both.manifest, snapshots, by, now, note)
        return _published(edition, both.live, snapshots, named)


def restore(
    *,
    edition: Edition,
    by: User | None,
    now: datetime,
    note: str = "",
    over: UUID | None = None,
) -> Published:
    """Publish an earlier edition's text again, as a new edition. The working copy stays as it is.

    ``over``: the edition that was live when the person was asked. Raises ``NothingToPublish`` when
    that edition is what is live, ``ChangedSinceShown`` and ``InvalidNote``.
    """
    note = _note(note)
    with transaction.atomic():
        course = Course.objects.select_for_update().get(pk=edition.course_id)
        if over is not None and over != course.live_edition_id:
            raise ChangedSinceShown(_("Something was published in the meantime. Look once more."))
        places = edition.places.select_related("snapshot").order_by("position")
        snapshots = [place.snapshot for place in places]
        current = live(course)
        if edition.manifest == current.manifest and snapshots == list(current.snapshots.values()):
            raise NothingToPublish(_("This edition is what readers see already."))
        fresh = _go_live(course, current, edition.manifest, snapshots, by, now, note)
        return _published(fresh, current, snapshots, set())


def _note(text: str) -> str:
    """Why, for colleagues: one line."""
    if len(text) > NOTE_MAX or blocks.CONTROL.search(text):
        raise InvalidNote(_("A note is a line of at most 300 characters."))
    return " ".join(text.split())


def _known(named: set[UUID], both: Both) -> None:
    drafted = {module.uuid for module in both.draft.modules}
    if named - drafted - set(both.live.snapshots):
        raise NotFound(_("This course has no such module."))
    read = {
        block["id"]: block
        for content in both.live.contents
        for lesson in content["lessons"]
        for block in lesson["blocks"]
    }
    for module in both.draft.modules:
        if module.uuid in named:
            _whole(module, both.draft.lessons[module.uuid], read)


def _whole(module: Module, lessons: Sequence[Lesson], read: Mapping[str, Any]) -> None:
    """Refuse what readers could not read; the blocks they read already need no second look."""
    if not lessons:
        raise EmptyModule(_("The module “%(title)s” has no lessons yet.") % {"title": module.title})
    for lesson in lessons:
        if not lesson.blocks:
            raise EmptyLesson(lesson)
        fresh = [block for block in lesson.blocks if read.get(block.get("id")) != block]
        if any(map(blocks.unfinished, blocks.many_from_json(fresh))):
            raise UnfinishedLesson(lesson)


def _snapshots(named: set[UUID], both: Both, now: datetime) -> list[Snapshot]:
    """The new edition's snapshots in order; those that did not change are the old ones."""
    return [
        old or Snapshot(module_id=module, content=content)
        for module, content, old in upcoming.placed(named, both, now)
    ]


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
    before: Live,
    manifest: dict[str, Any],
    snapshots: Sequence[Snapshot],
    by: User | None,
    now: datetime,
    note: str,
) -> Edition:
    Snapshot.objects.bulk_create([snapshot for snapshot in snapshots if snapshot._state.adding])
    edition = Edition.objects.create(
        course=course,
        number=_next_number(course, before),
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


def _next_number(course: Course, before: Live) -> int:
    """One more than the live edition's, which is always the newest."""
    if before.edition is not None:
        return before.edition.number + 1
    return (course.editions.aggregate(last=Max("number"))["last"] or 0) + 1


def _published(
    edition: Edition, before: Live, snapshots: Sequence[Snapshot], named: set[UUID]
) -> Published:
    was = before.edition
    return Published(
        edition=edition,
        number_before=was.number if was else None,
        modules=frozenset(named),
        required=required_in(one.content for one in snapshots),
        was_required=required_in(before.contents) if was else None,
    )
