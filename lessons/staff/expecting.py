"""Publishing on what one has seen: refused when somebody else published in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content.models import Course, Edition, Module
from lessons.staff import release

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from courseapp.accounts.models import User


class PublishedMeanwhile(Refused):
    """Another edition is live than the one the person has seen; ``edition`` is its number."""

    code = "published_meanwhile"
    status = 412

    def __init__(self, sentence: str, edition: int) -> None:
        super().__init__(sentence)
        self.edition = edition


def publish_module(
    *, module: UUID, edition: int | None, by: User | None, now: datetime, note: str = ""
) -> Edition:
    """Publish a module while edition ``edition`` of its course is live (0: none; None: any).

    Raises ``PublishedMeanwhile``, and what ``release.publish_module`` raises.
    """
    with transaction.atomic():
        _expect(Module.objects.filter(pk=module).values("course"), edition)
        return release.publish_module(module=module, by=by, now=now, note=note)


def restore_edition(
    *, edition: UUID, live: int | None, by: User | None, now: datetime, note: str = ""
) -> Edition:
    """Restore an edition while edition ``live`` of its course is live (None: any).

    Raises ``PublishedMeanwhile``, and what ``release.restore_edition`` raises.
    """
    with transaction.atomic():
        _expect(Edition.objects.filter(pk=edition).values("course"), live)
        return release.restore_edition(edition=edition, by=by, now=now, note=note)


def _expect(courses: QuerySet[Any, Any], number: int | None) -> None:
    """Compare under the lock that every publication takes, so that it holds until the commit."""
    if number is None:
        return
    course = Course.objects.select_for_update().filter(pk__in=courses).first()
    live = course.live_edition if course else None
    present = live.number if live else 0
    if course is not None and present != number:
        raise PublishedMeanwhile(
            _("Somebody published in the meantime. Look again at what would change."), present
        )
