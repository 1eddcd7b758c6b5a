"""Where our files are used: in working copies, in what readers see, in what may be had back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db.models import F, TextField
from django.db.models.functions import Cast

from lessons.content import own_files
from lessons.content.models import (
    EditionModule,
    Lesson,
    LessonSave,
    PageText,
    PageVersion,
    Snapshot,
    UnsavedText,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from django.db.models import QuerySet

Place = Literal["working", "live", "edition", "version", "unsaved", "page"]


@dataclass(frozen=True)
class Use:
    """A place that names a file: its title, its course, and the lesson if there is one.

    ``working``: a lesson staff are writing; ``live``: what readers see; ``edition`` and
    ``version``: what can be restored; ``unsaved``: somebody's text that was set aside; ``page``: a
    page of our own.
    """

    place: Place
    title: str
    course: str = ""
    lesson: UUID | None = None


def now_of(files: Iterable[UUID]) -> dict[UUID, list[Use]]:
    """Where these files are used now: working copies first, then what readers see."""
    found: dict[UUID, list[Use]] = {file: [] for file in files}
    lessons = _naming(Lesson.objects.select_related("course"), "blocks", own_files.ADDRESS)
    for lesson in lessons.order_by("course__title", "title"):
        use = Use("working", lesson.title, lesson.course.title, lesson.pk)
        _note(found, lesson.blocks, use)
    live = EditionModule.objects.filter(edition__course__live_edition=F("edition"))
    places = _naming(live, "snapshot__content", own_files.ADDRESS).select_related(
        "snapshot", "edition"
    )
    for place in places.order_by("edition", "position"):
        for published in place.snapshot.content["lessons"]:
            title = place.edition.manifest["title"]
            use = Use("live", published["title"], title, UUID(published["uuid"]))
            _note(found, published["blocks"], use)
    return found


def ever_of(file: UUID) -> list[Use]:
    """Every place that names this file, also what can only be had back."""
    named = own_files.ADDRESS + str(file)
    saves = _naming(LessonSave.objects.select_related("lesson__course"), "state", named)
    unsaved = _naming(UnsavedText.objects.select_related("lesson__course"), "state", named)
    snapshots = _naming(Snapshot.objects.select_related("module__course"), "content", named)
    kept = [
        *(Use("edition", one.module.title, one.module.course.title) for one in snapshots),
        *(
            Use("version", one.lesson.title, one.lesson.course.title, one.lesson.pk)
            for one in saves
        ),
        *(Use("unsaved", one.lesson.title, one.lesson.course.title) for one in unsaved),
        *(Use("page", one.name) for one in _naming(PageText.objects.all(), "draft", named)),
        *(
            Use("page", one.page.name)
            for one in _naming(PageVersion.objects.select_related("page"), "content", named)
        ),
    ]
    return [*now_of([file])[file], *dict.fromkeys(kept)]


def _naming(rows: QuerySet[Any], field: str, words: str) -> QuerySet[Any]:
    """The rows whose JSON holds these words anywhere: few tables, asked seldom, by staff alone."""
    named: QuerySet[Any] = rows.annotate(words=Cast(field, TextField()))
    return named.filter(words__contains=words)


def _note(found: Mapping[UUID, list[Use]], blocks: object, use: Use) -> None:
    for uuid in set(own_files.NAMED.findall(json.dumps(blocks))):
        if UUID(uuid) in found:
            found[UUID(uuid)].append(use)
