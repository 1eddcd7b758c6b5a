"""Publishing with what it means for readers: the edition and their completions in one transaction.

Everybody who publishes (command, API, scheduled task, the first load of a shipped course) comes
through here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.content import editions, publishing
from lessons.content.models import Course, Edition, Module
from lessons.reading import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

log = logging.getLogger(__name__)


class ModuleNotFound(NotFound):
    code = "module_not_found"


class EditionNotFound(NotFound):
    code = "edition_not_found"


def publish(
    *, course: Course, modules: Iterable[UUID], by: User | None, now: datetime, note: str = ""
) -> Edition:
    """Publish modules; see ``content.publishing.publish`` for what it raises."""
    return _released(
        course,
        lambda: publishing.publish(course=course, modules=modules, by=by, now=now, note=note),
        now,
    )


def restore(*, edition: Edition, by: User | None, now: datetime, note: str = "") -> Edition:
    """Publish an earlier edition's text again; see ``content.publishing.restore``."""
    return _released(
        edition.course,
        lambda: publishing.restore(edition=edition, by=by, now=now, note=note),
        now,
    )


def publish_module(*, module: UUID, by: User | None, now: datetime, note: str = "") -> Edition:
    """Publish the module of this identity; raises ``ModuleNotFound`` too."""
    found = Module.objects.select_related("course").filter(pk=module).first()
    if found is None:
        raise ModuleNotFound(_("This module does not exist."))
    return publish(course=found.course, modules=[module], by=by, now=now, note=note)


def restore_edition(*, edition: UUID, by: User | None, now: datetime, note: str = "") -> Edition:
    """Restore the edition of this identity; raises ``EditionNotFound`` too."""
    found = Edition.objects.select_related("course").filter(pk=edition).first()
    if found is None:
        raise EditionNotFound(_("This edition does not exist."))
    return restore(edition=found, by=by, now=now, note=note)


def publish_due(*, now: datetime) -> int:
    """Publish the modules whose moment has come; returns how many.

    Each in a transaction of its own that first takes the moment away, so that two workers publish
    once. A refusal is kept on the module for the person who planned it; whatever else is wrong
    with one module is logged, keeps back no other, and is tried again.
    """
    published = 0
    for module in list(Module.objects.filter(publish_at__lte=now).values_list("pk", flat=True)):
        try:
            published += _publish_planned(module, now)
        except Exception:  # A fault, whatever its kind; the transaction undid what was begun.
            log.exception("planned publication of module %s failed", module)
    return published


def _publish_planned(pk: UUID, now: datetime) -> int:
    with transaction.atomic():
        module = (
            # Not the key: a publication under way holds the course, and refers to its modules.
            Module.objects.select_for_update(of=("self",), no_key=True)
            .select_related("course", "publish_by")
            .filter(pk=pk, publish_at__lte=now)
            .first()
        )
        if module is None:
            return 0
        module.publish_at, module.publish_error = None, ""
        try:
            with transaction.atomic():
                publish(course=module.course, modules=[pk], by=module.publish_by, now=now)
        except Refused as refusal:
            module.publish_error = str(refusal)
            log.warning("planned publication of module %s refused: %s", pk, refusal.code)
        module.save(update_fields=["publish_at", "publish_error"])
        return int(not module.publish_error)


def _released(course: Course, act: Callable[[], Edition], now: datetime) -> Edition:
    with transaction.atomic():
        # Read under the course's lock: another publication may just have moved the pointer.
        before = Course.objects.select_for_update().get(pk=course.pk).live_edition_id
        edition = act()
        after = editions.load(edition.pk).required
        if before is not None and editions.load(before).required - after:
            progress.settle(edition=edition, required=after, now=now)
    return edition
