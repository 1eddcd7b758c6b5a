"""How steeply a figure rises, and what the table says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from courseapp.bench import growing
from courseapp.bench.report import Report

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("last", "slope"),
    [(5.0, 0.0), (500.0, 1.0), (50.0, 0.5), (50_000.0, 2.0)],
)
def test_the_slope_is_the_power_of_the_size(last: float, slope: float) -> None:
    assert growing.slope([10, 100, 1_000], [5.0, 7.0, last]) == pytest.approx(slope)


def test_what_grows_faster_than_its_data_has_missed_its_goal() -> None:
    def row(name: str, of: str, last: float) -> dict[str, Any]:
        return {
            "name": name, "database": "sqlite", "of": of, "sizes": [10, 100, 1_000],
            "ms": [2.0, 3.0, last], "statements": [3, 3, 4],
            "slope": growing.slope([10, 100, 1_000], [2.0, 3.0, last]),
        }  # fmt: skip

    rows = [
        row("page", "lessons", 1.0),
        row("publish", "lessons", 210.0),
        row("hook", "readers", 2),
    ]
    text = Report(began=datetime(2026, 1, 5, tzinfo=UTC), growth=rows).as_text()

    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "page sqlite 2.0 3.0 1.0 3–4 0.00 ≤ 1 reached" in lines
    assert "publish sqlite 2.0 3.0 210.0 3–4 1.01 ≤ 1 MISSED" in lines
    assert "with more lessons" in text
    assert "with more readers" in text
