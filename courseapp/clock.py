"""The clock of a developer's machine, which can be set ahead to watch mails of weeks in minutes.

The site goes by ``timezone.now()``. In development that is the machine's time plus what is kept in
a file, so that the web server, the worker, every command and the test shop agree. What reads the
machine's own clock keeps it: sign-in codes, rate limits, cookies, the beat, the broker's messages.
So nobody's code runs out because somebody wanted to see next week. Why it is done so stands in
docs/decisions/0024-movable-clock.md.
"""

from __future__ import annotations

import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable

# Further ahead there is nothing to watch, and dates of papers would become nonsense.
FARTHEST = timedelta(days=2 * 365)
NOTHING = timedelta(0)
# What was read of which state of a file (inode and time of change), so that asking costs one stat.
_read: dict[Path, tuple[tuple[int, int], timedelta]] = {}


def ahead(file: Path) -> timedelta:
    """How far this clock is set ahead; nothing without the file."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return NOTHING
    state = (found.st_ino, found.st_mtime_ns)
    known = _read.get(file)
    if known is None or known[0] != state:
        known = _read[file] = (state, _kept(file))
    return known[1]


def set_ahead(file: Path, by: timedelta) -> timedelta:
    """Set it so far ahead of the machine's time, at most ``FARTHEST``; returns how far it is."""
    wanted = min(max(by, NOTHING), FARTHEST)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(f"{wanted.total_seconds():.0f}\n")
    Path(name).replace(file)
    return wanted


def seconds(file: Path) -> float:
    """The time by this clock, in seconds since 1970."""
    return time.time() + ahead(file).total_seconds()


def real() -> datetime:
    """The machine's own time, whatever the site takes for now."""
    return datetime.now(tz=UTC)


def reading(file: Path) -> Callable[[], datetime]:
    """What stands for ``timezone.now``. It keeps that name, by which migrations write down a
    model's default: they must not see another one here than in production."""
    machine = timezone.now

    @wraps(machine)
    def now() -> datetime:
        return machine() + ahead(file)

    return now


def install(file: Path) -> None:
    """From here on the site goes by this clock. Before any model is loaded: a field keeps the
    function that was its default then."""
    timezone.now = reading(file)


def _kept(file: Path) -> timedelta:
    """What the file says, within bounds; nothing when somebody wrote something else into it."""
    try:
        kept = float(file.read_text("ascii"))
    except ValueError:
        return NOTHING
    return timedelta(seconds=kept) if 0 <= kept <= FARTHEST.total_seconds() else NOTHING
