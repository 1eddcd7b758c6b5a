"""Publishing with what it means for readers: the edition and their completions in one transaction.

Everybody who publishes (command, API, scheduled task, the first load of a shipped course) comes
through here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import publishing
from lessons.content.models import Course, Edition, Module
from lessons.reading import progress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.publishing import Published

log = logging.getLogger(__name__)
# What a database column for numbers holds; more is no edition's number.
MOST = 2**31


class ModuleNotFound(NotFound):
    code = "module_not_found"


class EditionNotFound(NotFound):
    code = "edition_not_found"


def publish(
    *,
    course: Course,
    modules: Iterable[UUID],
    by: User | None,
    now: datetime,
    note: str = "",
    shown: str | None = None,
) -> Edition:
    """Publish modules; see ``content.publishing.publish`` for what it asks and raises.

    What was planned for these modules is done with it: a plan is no order for what comes after.
    """
    return _publish(course, modules, by=by, actor=by, now=now, note=note, shown=shown)


def restore(
    *,
    edition: Edition,
    by: User | None,
    now: datetime,
    note: str = "",
    over: UUID | None = None,
) -> Edition:
    """Publish an earlier edition's text again; see ``content.publishing.restore``."""
    with transaction.atomic():
        published = publishing.restore(edition=edition, by=by, now=now, note=note, over=over)
        act = {"restored": edition.number}
        return _released(published, "edition.restored", act, actor=by, now=now)


def publish_module(*, module: UUID, by: User | None, now: datetime, note: str = "") -> Edition:
    """Publish the module of this identity; raises ``ModuleNotFound`` too."""
    found = Module.objects.select_related("course").filter(pk=module).first()
    if found is None:
        raise ModuleNotFound(_("This module does not exist."))
    return publish(course=found.course, modules=[module], by=by, now=now, note=note)


def restore_edition(
    *,
    edition: UUID,
    by: User | None,
    now: datetime,
    note: str = "",
    over: UUID | None = None,
) -> Edition:
    """Restore the edition of this identity; raises ``EditionNotFound`` too."""
    found = Edition.objects.select_related("course").filter(pk=edition).first()
    if found is None:
        raise EditionNotFound(_("This edition does not exist."))
    return restore(edition=found, by=by, now=now, note=note, over=over)


def edition_numbered(course: Course, number: int) -> Edition:
    """The edition of a course with this number; raises ``EditionNotFound``."""
    found = course.editions.filter(number=number).first() if 0 < number < MOST else None
    if found is None:
        raise EditionNotFound(_("This edition does not exist."))
    return found


def publish_due(*, now: datetime) -> int:
    """Publish what was planned for a moment that has come; returns how many publications.

    What one person planned for one moment in one course is one edition, in a transaction that first
    takes the course's lock and then looks whether the plan is still there: two workers publish
    once, and what died on the way is still due. A refusal is kept on the modules for the person who
    planned it; whatever else is wrong is logged, keeps back no other, and is tried again.
    """
    due = Module.objects.filter(publish_at__lte=now).order_by("publish_at")
    plans = dict.fromkeys(due.values_list("course", "publish_at", "publish_by"))
    published = 0
    for course, at, by in plans:
        try:
            published += _publish_planned(course, at, by, now)
        except Exception:  # A fault, whatever its kind; the transaction undid what was begun.
            log.exception("planned publication of course %s failed", course)
    return published


def _publish_planned(course: UUID, at: datetime | None, by: int | None, now: datetime) -> int:
    with transaction.atomic():
        # The course before its modules, as every publication does: none waits for another for ever.
        row = Course.objects.select_for_update().get(pk=course)
        planned = _still_planned(row, at, by)
        if not planned:
            return 0
        modules = [module.pk for module in planned]
        try:
            with transaction.atomic():
                _publish(row, modules, by=planned[0].publish_by, actor=None, now=now)
        except Refused as refusal:
            row.modules.filter(pk__in=modules).update(publish_at=None, publish_error=str(refusal))
            audit.record(
                by=None, act="publication.failed", on=row, within=row.pk, now=now, name=row.title,
                after={"code": refusal.code, "modules": [module.title for module in planned]},
            )  # fmt: skip
            log.warning("planned publication of course %s refused: %s", course, refusal.code)
            return 0
        return 1


def _still_planned(course: Course, at: datetime | None, by: int | None) -> list[Module]:
    """What is planned for that moment now that nobody else can act on it."""
    rows = course.modules.select_related("publish_by")
    return list(rows.filter(publish_at=at, publish_by=by))


def _publish(
    course: Course,
    modules: Iterable[UUID],
    *,
    by: User | None,
    actor: User | None,
    now: datetime,
    note: str = "",
    shown: str | None = None,
) -> Edition:
    """``by`` answers for the edition; ``actor`` did it just now, which may be the server."""
    with transaction.atomic():
        published = publishing.publish(
            course=course, modules=modules, by=by, now=now, note=note, shown=shown
        )
        planned = Module.objects.filter(pk__in=published.modules).exclude(
            publish_at__isnull=True, publish_error=""
        )
        planned.update(publish_at=None, publish_by=None, publish_error="")
        return _released(published, "edition.published", {}, actor=actor, now=now)


def _released(
    published: Published, act: str, more: dict[str, Any], *, actor: User | None, now: datetime
) -> Edition:
    """Complete the readers whom the edition leaves nothing to finish, and write the act down."""
    edition, required = published.edition, published.required
    if published.was_required is not None and published.was_required - required:
        progress.settle(edition=edition, required=required, now=now)
    before = published.number_before
    audit.record(
        by=actor, act=act, on=edition, within=edition.course_id, now=now,
        name=edition.manifest["title"],
        before=None if before is None else {"edition": before},
        after={"edition": edition.number, **more},
    )  # fmt: skip
    return edition
