"""Watching mails of weeks in minutes: the clock of a developer's machine, as the mailbox moves it.

After each move the worker is told to do at once what it does every minute, so that what has become
due arrives within seconds. What happens once a day keeps its own rhythm: it tidies up, and with it
a look at next year would throw away what one wants to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from courseapp import clock, timetable
from courseapp.errors import NotFound, Refused
from courseapp.post import doorbell, pump

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

NOTHING = timedelta(0)
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOVES = {*STEPS, "next", "back"}
# What is due at a moment has to be past it.
JUST_AFTER = timedelta(seconds=1)
# What is due within this long comes by itself, and nobody sets a clock for it.
SOON = timedelta(minutes=1)


class TooFar(Refused):
    """Ahead of this there is nothing to watch."""

    code = "clock_too_far"


@dataclass(frozen=True)
class Watch:
    """What the site takes for now and what the machine does, and when the next mail comes.

    ``is_busy``: something is due already, and the worker is about to do it.
    """

    now: datetime
    real: datetime
    is_ahead: bool
    next_at: datetime | None
    is_busy: bool


def look(*, now: datetime) -> Watch | None:
    """None where the clock cannot be moved."""
    if settings.CLOCK_FILE is None:
        return None
    next_at = _soonest()
    return Watch(
        now=now,
        real=clock.real(),
        is_ahead=bool(clock.ahead(settings.CLOCK_FILE)),
        next_at=next_at,
        is_busy=pump.is_due(now=now) or (next_at is not None and next_at <= now),
    )


def move(*, move: str, now: datetime) -> None:
    """Move the clock and wake the worker. Raises ``TooFar``, and NotFound for no such move."""
    file: Path | None = settings.CLOCK_FILE
    if file is None or move not in MOVES:
        raise NotFound(_("The clock cannot be moved like that here."))
    wanted = NOTHING if move == "back" else clock.ahead(file) + _step(move, now)
    if wanted > clock.FARTHEST:
        raise TooFar(_("The clock goes two years ahead at most. Set it back first."))
    clock.set_ahead(file, wanted)
    for task, every, _expires in timetable.TIMETABLE:
        if every <= timetable.MINUTE:
            doorbell.ring(task)


def _step(move: str, now: datetime) -> timedelta:
    """How much further; nothing to the next mail when there is none, or one is due already.

    What a reader did just now may move or bring the next mail, and the worker looks only every
    fifteen seconds. So its work is done here first: else one would jump past a mail.
    """
    if move in STEPS:
        return STEPS[move]
    import_string(settings.WATCHED["decide"])()
    next_at = _soonest()
    if next_at is None or next_at <= now + SOON or pump.is_due(now=now + SOON):
        return NOTHING
    return next_at - now + JUST_AFTER


def _soonest() -> datetime | None:
    ask: Callable[[], datetime | None] = import_string(settings.WATCHED["soonest"])
    return ask()
