"""The timeline of an invented reader as SVG: days from left to right, a lane for each kind.

A kind is known by its lane and its shape, and what did not go is hollow: nothing hangs on colour.
The table below it says the same in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from lessons.desk.mails import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.utils.safestring import SafeString

    from lessons.drip.rehearsing import Rehearsal

WIDTH, LEFT, RIGHT = 360, 8, 352
LANE, FOOT = 46, 34
# A timeline of three days would be all width and no time.
FEWEST_DAYS = 7
# The most days that are named below, so that their numbers stay apart.
MARKS = 8
STEPS = (1, 2, 5, 7, 14, 28, 56)
SHAPES = {
    "lesson": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "nudge": "M0-6L6 5H-6z",
    "thanks": "M-5-5H5V5H-5z",
    "offer": "M0-6.500L6.500 0 0 6.500-6.500 0z",
    "opens": "M0-6V6",
    "finished": "M-5 0L-1.500 4 5-4",
    "other": "M-5 0H5M0-5V5",
}


def draw(played: Rehearsal) -> SafeString:
    """The lanes that have something in them, one below the other."""
    times = [one.at for one in played.lines if one.at is not None]
    times += [one.at for one in played.events]
    days = max([FEWEST_DAYS, *(played.day_of(at) for at in times)])
    lanes = [(name, marks) for name, marks in _lanes(played) if marks]
    height = LANE * len(lanes) + FOOT
    drawn = format_html_join(
        "", "{}", ((_lane(played, days, place, *lane),) for place, lane in enumerate(lanes))
    )
    return format_html(
        '<svg class="plot lanes" viewBox="0 0 {} {}" role="img"'
        ' aria-labelledby="lanes-title lanes-words"><title id="lanes-title">{}</title>'
        '<desc id="lanes-words">{}</desc>{}{}</svg>',
        *(WIDTH, height, _("The mails over the days"), _words(), drawn),
        _scale(days, LANE * len(lanes)),
    )


def _words() -> str:
    return _(
        "A lane for each kind of mail and for what the reader does, days from left to right. Filled"
        " is a mail that goes, hollow one that does not. The table has the same."
    )


def _lanes(played: Rehearsal) -> Iterable[tuple[str, list[tuple[str, datetime, bool]]]]:
    """Each lane's name, and its marks: shape, moment, whether it is filled."""
    for kind, name in words.KINDS.items():
        yield (
            str(name),
            [
                (kind, line.at, line.outcome == "sent")
                for line in played.lines
                if line.step.kind == kind and line.at is not None and line.outcome != "waiting"
            ],
        )
    deeds = {
        _("A lesson opens"): ("opens", {"opens"}),
        _("The reader finishes a lesson"): ("finished", {"finished"}),
        _("Pauses, and gets the training"): ("other", {"paused", "goes_on", "bought"}),
    }
    for deed, (shape, whats) in deeds.items():
        yield deed, [(shape, one.at, True) for one in played.events if one.what in whats]


def _lane(
    played: Rehearsal,
    days: int,
    place: int,
    name: str,
    marks: list[tuple[str, datetime, bool]],
) -> SafeString:
    middle = LANE * place + 32
    shapes = format_html_join(
        "",
        '<path class="mark {}{}" transform="translate({} {})" d="{}"/>',
        (
            (
                f"of-{shape}", "" if filled else " hollow",
                round(_x(played.day_of(at), days), 1), middle, SHAPES[shape],
            )
            for shape, at, filled in marks
        ),
    )  # fmt: skip
    return format_html(
        '<text class="name" x="0" y="{}">{}</text><path class="ground" d="M{} {}H{}"/>{}',
        *(middle - 15, name, LEFT, middle, RIGHT, shapes),
    )


def _scale(days: int, top: int) -> SafeString:
    """The days below the lanes, every so many."""
    every = next((step for step in STEPS if days / step <= MARKS), max(STEPS))
    return format_html_join(
        "",
        '<path class="ground" d="M{} {}v5"/><text class="unit {}" x="{}" y="{}">{}</text>',
        (
            (
                round(_x(day, days), 1), top + 2,
                "first" if day == 0 else "middle", round(_x(day, days), 1) if day else 0, top + 22,
                _("day 0") if day == 0 else day,
            )
            for day in range(0, days + 1, every)
        ),
    )  # fmt: skip


def _x(day: int, days: int) -> float:
    return LEFT + (RIGHT - LEFT) * day / days
