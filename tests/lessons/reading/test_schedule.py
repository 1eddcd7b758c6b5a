"""Dates on a reader's clock: whatever the zones and clock changes, days and order stay."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.reading import schedule
from lessons.reading.schedule import Clock

pytestmark = pytest.mark.once
DAY = timedelta(days=1)
ZONES = [
    *("Europe/Amsterdam", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu"),
    *("America/Asuncion", "Asia/Beirut", "Atlantic/Azores", "Australia/Lord_Howe", "UTC"),
]
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 -- the zone is said below.
    datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@st.composite
def promises(draw: st.DrawFn) -> tuple[dict[int, datetime], Clock]:
    """Dates as enrolling promises them: an hour on a clock, every so many days."""
    clock = Clock(draw(st.sampled_from(ZONES)), draw(hours))
    start = clock.day(draw(moments))
    every = draw(st.integers(1, 10))
    assert clock.hour is not None
    return {
        number: schedule.moment(start + number * every * DAY, clock.hour, clock.zone)
        for number in range(8)
    }, clock


@settings(max_examples=200)
@given(made=promises(), away=st.integers(1, 366), after=st.integers(0, 40))
def test_a_pause_moves_by_whole_days_and_going_on_undoes_it(
    made: tuple[dict[int, datetime], Clock], away: int, after: int
) -> None:
    promised, clock = made
    now = promised[0] + after * DAY

    later = schedule.moved(promised, days=away, read_in=clock.zone, clock=clock, now=now)
    back = schedule.moved(later, days=-away, read_in=clock.zone, clock=clock, now=now)

    assert later.keys() == {key for key, at in promised.items() if at > now}
    for key, at in later.items():
        assert (clock.day(at) - clock.day(promised[key])).days == away
        assert at > now
    assert back == {key: promised[key] for key in later}


@settings(max_examples=200)
@given(
    made=promises(),
    elsewhere=st.sampled_from(ZONES),
    hour=st.none() | hours,
    after=st.integers(0, 40),
)
def test_another_clock_keeps_the_days_and_the_order(
    made: tuple[dict[int, datetime], Clock],
    elsewhere: str,
    hour: time | None,
    after: int,
) -> None:
    promised, clock = made
    now = promised[0] + after * DAY
    chosen = Clock(elsewhere, hour)

    found = schedule.moved(promised, days=0, read_in=clock.zone, clock=chosen, now=now)

    assert list(found.values()) == sorted(found.values())
    for key, at in found.items():
        assert at == now or chosen.day(at) == clock.day(promised[key])
        assert at >= now
