"""Plots as SVG, drawn by the server: readable without colour, and no wider than a phone.

Each plot is 360 units wide and is shown at that size or somewhat larger, so that its words keep the
size of the page's. What a plot says stands in a table beside it too; here every bar carries its own
figure. Shapes are told apart by pattern and place; colours come from the style sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 360
BAR = 18
# A bar that is there at all is seen.
LEAST = 2
# One horizontal bar with its words on a line above it.
STEP = 50
# One lesson: its number, its bar, its figure, all on one line.
LINE = 26
NUMBER = 36
# What is written behind a bar, at its longest.
FIGURE = 118
COLUMNS = 150
# Words above and below the columns of a histogram.
ABOVE, BELOW = 26, 44


@dataclass(frozen=True)
class Bar:
    """``value`` None: fewer than may be told. ``plain``: counted in something else than readers."""

    name: str
    value: int | None
    words: str
    plain: bool = False


@dataclass(frozen=True)
class LessonBar:
    """A lesson by number: who finished it, and behind that who was lost since the one before."""

    name: str
    value: int | None
    lost: int | None
    words: str


def funnel(*, name: str, title: str, description: str, bars: Sequence[Bar]) -> SafeString:
    """Bars below each other, each with its words above it; the longest is as wide as the plot."""
    longest = max((bar.value or 0 for bar in bars), default=0)
    rows = format_html_join(
        "",
        '<text class="name" x="0" y="{}">{}</text><text class="figure" x="{}" y="{}">{}</text>{}',
        (
            (
                STEP * place + 16,
                bar.name,
                WIDTH,
                STEP * place + 16,
                bar.words,
                _bar(name, 0, STEP * place + 23, _part(bar.value, longest, WIDTH), bar),
            )
            for place, bar in enumerate(bars)
        ),
    )
    return _plot(name, title, description, STEP * len(bars), rows)


def lessons(*, name: str, title: str, description: str, bars: Sequence[LessonBar]) -> SafeString:
    """A line for each lesson, however many: solid is finished, hatched was lost just before."""
    most = max(((bar.value or 0) + (bar.lost or 0) for bar in bars), default=0)
    room = WIDTH - NUMBER - FIGURE
    rows = format_html_join(
        "", "{}", ((_lesson(name, place, bar, most, room),) for place, bar in enumerate(bars))
    )
    return _plot(name, title, description, LINE * len(bars), rows)


def histogram(
    *, name: str, title: str, description: str, bars: Sequence[Bar], unit: str
) -> SafeString:
    """Columns beside each other, their names below and their figures above."""
    tallest = max((bar.value or 0 for bar in bars), default=0)
    wide = WIDTH / len(bars)
    ground = ABOVE + COLUMNS
    columns = format_html_join(
        "",
        '{}<text class="figure middle" x="{}" y="{}">{}</text>'
        '<text class="name middle" x="{}" y="{}">{}</text>',
        (
            (
                _column(name, wide * place + 4, ground, wide - 8, height, bar),
                round(wide * (place + 0.5), 1),
                ground - height - 7,
                bar.words,
                round(wide * (place + 0.5), 1),
                ground + 18,
                bar.name,
            )
            for place, bar in enumerate(bars)
            for height in [_part(bar.value, tallest, COLUMNS)]
        ),
    )
    rows = format_html(
        '{}<path class="ground" d="M0 {}H{}"/><text class="unit middle" x="{}" y="{}">{}</text>',
        *(columns, ground, WIDTH, WIDTH // 2, ground + 39, unit),
    )
    return _plot(name, title, description, ground + BELOW, rows)


def _plot(name: str, title: str, description: str, height: int, rows: SafeString) -> SafeString:
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-words">'
        '<title id="{}-title">{}</title><desc id="{}-words">{}</desc><defs>'
        '<pattern id="{}-hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="stroke" d="M0 0V6"/></pattern></defs>'
        "{}</svg>",
        *(WIDTH, height, name, name, name, title, name, description, name, rows),
    )


def _part(value: int | None, whole: int, room: int) -> int:
    """How much of the room this value takes."""
    return max(LEAST, round(room * (value or 0) / whole)) if whole else LEAST


def _bar(name: str, x: float, y: float, width: float, bar: Bar | LessonBar) -> SafeString:
    return _column(name, x, y + BAR, width, BAR, bar)


def _column(
    name: str, x: float, ground: float, width: float, height: float, bar: Bar | LessonBar
) -> SafeString:
    """A rectangle on ``ground``: solid, hatched for another unit, dotted where none is told."""
    kind, fill = "amount solid", SafeString("")
    if bar.value is None:
        kind = "amount untold"
    elif isinstance(bar, Bar) and bar.plain:
        kind, fill = "amount other", format_html(' fill="url(#{}-hatch)"', name)
    return format_html(
        '<rect class="{}"{} x="{}" y="{}" width="{}" height="{}"/>',
        *(kind, fill, round(x, 1), round(ground - height, 1), round(width, 1), height),
    )


def _lesson(name: str, place: int, bar: LessonBar, most: int, room: int) -> SafeString:
    top = LINE * place + (LINE - BAR) // 2
    done = _part(bar.value, most, room)
    gone = _part(bar.lost, most, room) if bar.lost else 0
    lost = format_html(
        '<rect class="amount lost" fill="url(#{}-hatch)" x="{}" y="{}" width="{}" height="{}"/>',
        *(name, NUMBER + done, top, gone, BAR),
    )
    return format_html(
        '<text class="name" x="0" y="{}">{}</text>{}{}<text class="name" x="{}" y="{}">{}</text>',
        *(top + 14, bar.name, _bar(name, NUMBER, top, done, bar), lost if gone else ""),
        *(NUMBER + done + gone + 6, top + 14, bar.words),
    )
