"""Stopping a sequence, and letting it go on without a flood.

While it is stopped nothing goes and everybody keeps their place. When it goes on every place is
looked at again by the usual rules: at most one mail a day, and nothing that is older than its step
allows, so that a week's standstill costs nobody seven mails.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from courseapp.post import doorbell
from lessons.drip import drafting
from lessons.drip.models import Mail, Place, Sequence

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

RUNNING, STOPPED = Sequence.State.RUNNING, Sequence.State.STOPPED


class NotLiveYet(Refused):
    """Nobody gets these mails, so there is nothing to stop."""

    code = "sequence_not_live"
    status = 409


@dataclass(frozen=True)
class Told:
    """What stopping or going on touches: readers in it, and mails decided on and not gone yet,
    which a stop keeps back for good. ``late_days``: the oldest a mail may be."""

    readers: int
    queued: int
    late_days: int


def told(*, sequence: Sequence) -> Told:
    """Said before anybody presses the button; two statements."""
    return Told(
        readers=Place.objects.filter(sequence=sequence, ended_at=None).count(),
        queued=Mail.objects.filter(place__sequence=sequence, state=Mail.State.QUEUED).count(),
        late_days=max((one.late_days for one in drafting.live_steps_of(sequence)), default=0),
    )


def stop(*, sequence: UUID, by: User | None, now: datetime) -> Sequence:
    """Nobody gets any of these mails until it goes on; twice is once.

    Raises ``SequenceNotFound`` and ``NotLiveYet``.
    """
    return _turn(sequence, STOPPED, "sequence.stopped", by, now)


def resume(*, sequence: UUID, by: User | None, now: datetime) -> Sequence:
    """Let it go on: every place is looked at again. Twice is once.

    Raises ``SequenceNotFound`` and ``NotLiveYet``.
    """
    with transaction.atomic():
        row = _turn(sequence, RUNNING, "sequence.resumed", by, now)
        Place.objects.filter(sequence=row, ended_at=None, next_at=None, error="").update(
            next_at=now
        )
        Place.objects.filter(sequence=row, ended_at=None, next_at__gt=now).update(next_at=now)
        transaction.on_commit(partial(doorbell.ring, "lessons.drip"), robust=True)
    return row


def _turn(
    sequence: UUID, state: Sequence.State, act: str, by: User | None, now: datetime
) -> Sequence:
    with transaction.atomic():
        row = Sequence.objects.select_for_update(no_key=True).filter(pk=sequence).first()
        if row is None:
            raise drafting.SequenceNotFound(_("These mails are not there."))
        if row.live_id is None:
            raise NotLiveYet(_("These mails are not published, so nobody gets them."))
        if row.state != state:
            row.state = state
            row.save(update_fields=["state"])
            audit.record(by=by, act=act, on=row, name=row.title, within=row.course_id, now=now)
    return row
