"""The editions of a course, one after another, each with what it changed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lessons.content import changes
from lessons.content.changes import Version
from lessons.content.models import Course, Edition, EditionModule, Lesson, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from lessons.content.changes import Changes


@dataclass(frozen=True)
class Past:
    """An edition, and what it changed of the one before; ``live``: readers see it now."""

    edition: Edition
    made: Changes
    live: bool


def editions_of(course: Course, *, before: int | None, most: int) -> list[Past]:
    """The newest editions with a number below ``before``, the newest first; three queries.

    At most ``most`` of them are made; one more is read, to compare the last with.
    """
    rows = course.editions.select_related("published_by").order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(rows[: most + 1])
    versions = _versions(found)
    earlier = dict(itertools.pairwise(found))
    return [
        Past(
            edition=one,
            made=changes.between(
                versions[earlier[one].pk] if one in earlier else Version(), versions[one.pk]
            ),
            live=one.pk == course.live_edition_id,
        )
        for one in found[:most]
    ]


def out_of_the_course(lessons: Iterable[UUID]) -> Sequence[Lesson]:
    """Which of these lessons were taken out of the working copy since, by title."""
    rows = Lesson.objects.filter(pk__in=list(lessons))
    gone = rows.filter(retired_at__isnull=False) | rows.filter(module__retired_at__isnull=False)
    return list(gone.order_by("title").distinct())


def _versions(editions: Iterable[Edition]) -> dict[UUID, Version]:
    """These editions as states to compare; what several share is read once."""
    manifests = {edition.pk: edition.manifest for edition in editions}
    places = list(
        EditionModule.objects.filter(edition__in=list(manifests))
        .order_by("position")
        .values_list("edition", "snapshot")
    )
    contents = dict(
        Snapshot.objects.filter(pk__in={snapshot for _edition, snapshot in places}).values_list(
            "pk", "content"
        )
    )
    return {
        pk: Version(manifest, [contents[home] for edition, home in places if edition == pk])
        for pk, manifest in manifests.items()
    }
