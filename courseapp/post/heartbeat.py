"""Writing down that the beat still beats, for /healthz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseapp.post.models import Heartbeat

if TYPE_CHECKING:
    from datetime import datetime

BEAT = "beat"


def note(*, now: datetime) -> None:
    """The beat was here."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": now})


def last() -> datetime | None:
    """When the beat was last here; None when it never was."""
    return Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
