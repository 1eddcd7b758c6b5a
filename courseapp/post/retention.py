"""Letters that have gone out do not stay for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from courseapp.post.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

# As long as somebody may still ask why a mail did not come (docs/data-inventory.yml).
KEPT = timedelta(days=90)


def forget_old(*, now: datetime) -> int:
    """Delete the letters of more than ninety days ago with which nothing more is to be done."""
    old = Letter.objects.filter(next_at=None, created_at__lt=now - KEPT)
    return old.delete()[0]
