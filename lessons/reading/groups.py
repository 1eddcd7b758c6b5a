"""What may be told of a group of readers: nothing under five, also not as what is left over."""

from __future__ import annotations

from dataclasses import dataclass

# The smallest group that is told, and what every number of readers is rounded to.
FIVE = 5
# Of fewer readers than this a share would be mostly rounding.
LEAST_TO_SHARE = 20


@dataclass(frozen=True)
class Figure:
    """A number of readers, to fives; None: fewer than five. ``share``: percent of the whole."""

    readers: int | None
    share: int | None = None


def told(count: int) -> int | None:
    """A number of readers as it may be told: to the nearest five, and None for fewer than five.

    So the difference of two figures (finished and not, one lesson and the next, ninety days and
    thirty, today and yesterday) tells no group under five either: it is right to within four.
    """
    return None if count < FIVE else FIVE * ((count + FIVE // 2) // FIVE)


def share(part: int | None, whole: int | None) -> int | None:
    """Percent of two told numbers; None where it would say nothing or too much."""
    if part is None or whole is None or whole < LEAST_TO_SHARE:
        return None
    return min(100, round(100 * part / whole))


def of(count: int, whole: int | None) -> Figure:
    """Part of a group whose told size is ``whole``; of a group under five nothing is told."""
    readers = None if whole is None else told(count)
    return Figure(readers, share(readers, whole))
