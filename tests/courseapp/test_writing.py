"""How often somebody sent: kept for a minute, of no more than so many, by threads together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from courseapp import writing

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.once


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The seconds that count here; a minute has just begun."""
    told = {"now": 1_800_000_000.0}
    monkeypatch.setattr("courseapp.writing.time.time", lambda: told["now"])
    return told


def test_everybody_starts_anew_with_the_minute(settings: Settings, clock: dict[str, float]) -> None:
    settings.WRITES_PER_MINUTE = (2, 0)
    assert [writing.may_write("account", 7) for _ in range(3)] == [True, True, False]
    assert writing.may_write("account", 8)
    assert writing.may_write("program", 7)
    clock["now"] += 59
    assert writing.seconds_left() == 1
    assert not writing.may_write("account", 7)
    clock["now"] += 1
    assert writing.seconds_left() == 60
    assert writing.may_write("account", 7)


def test_zero_is_no_limit_and_nothing_is_kept(settings: Settings, clock: dict[str, float]) -> None:
    settings.WRITES_PER_MINUTE = (0, 0)
    assert all(writing.may_write("account", 7) for _ in range(1000))
    assert not writing._minute.sent


@pytest.mark.usefixtures("clock")
def test_no_more_are_kept_than_memory_is_meant_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WRITES_PER_MINUTE = (1, 0)
    monkeypatch.setattr(writing, "MOST_COUNTED", 10)
    for number in range(1000):
        writing.may_write("account", number)
        assert len(writing._minute.sent) <= 10


@pytest.mark.usefixtures("clock")
def test_threads_count_together(settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (500, 0)
    with ThreadPoolExecutor(8) as threads:
        let = list(threads.map(lambda _n: writing.may_write("account", 7), range(4000)))
    assert sum(let) == 500
