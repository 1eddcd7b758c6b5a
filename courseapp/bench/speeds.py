"""From turns of floor and site to a row of the report."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

from courseapp.bench.report import Speed


@dataclass(frozen=True)
class Turn:
    """Requests per second of both sides within the same half second."""

    floor: float
    site: float
    requests: int
    seconds: float


def speed(name: str, database: str, turns: list[Turn], queries: int, size: int) -> Speed:
    """What these turns say of a figure: medians over the rounds, and how far they lie apart."""
    ratios = [turn.site / turn.floor for turn in turns]
    low, _middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Speed(
        figure=name,
        database=database,
        per_second=statistics.median(turn.site for turn in turns),
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        queries=queries,
        bytes=size,
        requests=sum(turn.requests for turn in turns),
        seconds=sum(turn.seconds for turn in turns),
    )


def floor(name: str, database: str, turns: list[Turn]) -> Speed:
    """The floor as a row of its own; its quartiles show how restless the machine was."""
    median = statistics.median(turn.floor for turn in turns)
    shares = [replace(turn, site=turn.floor, floor=median) for turn in turns]
    return speed(name, database, shares, 0, 0)
