"""Each bar of a load run can be missed, by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.load.figures import Figures, percentile

pytestmark = pytest.mark.once
GOOD = Figures(
    database="postgresql",
    readers=200,
    seconds=60,
    waits={"GET /mijn/": [10.0] * 99 + [299.0], "POST /inloggen/": [250.0]},
    late=[1.0],
    errors={},
    memory={"web": (1_000, 1_040), "worker": (1_000, 1_050)},
    processor={"web": 0.4, "worker": 0.1, "readers": 0.1, "machine": 0.8},
)


def test_what_is_good_enough_misses_nothing() -> None:
    assert GOOD.missed() == []
    assert GOOD.as_json()["missed"] == []
    assert "MISSED" not in GOOD.as_text()


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (replace(GOOD, waits={"GET /mijn/": [10.0] * 97 + [301.0] * 3}), "p99 is 301 ms"),
        (replace(GOOD, waits={}), "nothing was asked"),
        (replace(GOOD, errors={"GET /mijn/ answered 500": 1}), "1 errors"),
        (replace(GOOD, locked=1), "1 lines say that something is locked"),
        (replace(GOOD, tracebacks=1), "1 tracebacks"),
        (replace(GOOD, memory={"web": (1_000, 1_050)}), "memory grew by 5.0%"),
    ],
)
def test_one_thing_that_is_not_is_told(bad: Figures, told: str) -> None:
    (missed,) = bad.missed()

    assert missed.startswith(told)
    assert f"MISSED postgresql: {told}" in bad.as_text()


def test_a_percentile_is_a_wait_that_somebody_had() -> None:
    waits = [float(number) for number in range(100, 0, -1)]

    assert [percentile(waits, share) for share in (0.0, 0.5, 0.99)] == [1.0, 51.0, 100.0]
    assert percentile([], 0.5) == 0.0
