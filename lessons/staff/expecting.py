"""Publishing on what one has seen: refused when somebody else published in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content.models import Course, Edition, Module
from lessons.staff import release

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


class PublishedMeanwhile(Refused):
    """Another edition is live than the one the person has seen; ``edition`` is its number."""

    code = "published_meanwhile"
    status = 412

    def __init__(self, sentence: str, edition: int) -> None:
        super().__init__(sentence)
        self.edition = edition


def publish(
    *,
    course: Course,
    modules: Iterable[UUID],
    edition: int | None,
    by: User | None,
    now: datetime,
    note: str = "",
    shown: str | None = None,
) -> Edition:
    """Publish modules while edition ``edition`` of the course is live (0: none; None: any).

    Raises ``PublishedMeanwhile``, and what ``release.publish`` raises.
    """
    with transaction.atomic():
        _expect(course.pk, edition)
        return release.publish(
            course=course, modules=modules, by=by, now=now, note=note, shown=shown
        )


def publish_module(
    *,
    module: UUID,
    edition: int | None,
    by: User | None,
    now: datetime,
    note: str = "",
    shown: str | None = None,
) -> Edition:
    """The same for the module of this identity. Raises ``release.ModuleNotFound`` too."""
    found = Module.objects.select_related("course").filter(pk=module).first()
    if found is None:
        raise release.ModuleNotFound(_("This module does not exist."))
    return publish(
        course=found.course,
        modules=[module],
        edition=edition,
        by=by,
        now=now,
        note=note,
        shown=shown,
    )


def restore_edition(
    *, edition: UUID, live: int | None, by: User | None, now: datetime, note: str = ""
) -> Edition:
    """Restore an edition while edition ``live`` of its course is live (None: any).

    Raises ``PublishedMeanwhile``, and what ``release.restore_edition`` raises.
    """
    found = Edition.objects.filter(pk=edition).first()
    if found is None:
        raise release.EditionNotFound(_("This edition does not exist."))
    with transaction.atomic():
        _expect(found.course_id, live)
        return release.restore_edition(edition=edition, by=by, now=now, note=note)


def _expect(course: UUID, number: int | None) -> None:
    """Compare under the lock that every publication takes, so that it holds until the commit."""
    if number is None:
        return
    live = Course.objects.select_for_update().get(pk=course).live_edition
    present = live.number if live else 0
    if present != number:
        raise PublishedMeanwhile(
            _("Somebody published in the meantime. Look again at what would change."), present
        )
