"""The suite at another hour: ``pytest --at 2027-03-28T00:30`` (UTC), from where the clock runs on.

Nights, midnights, changes of the clock and the turn of the year are when a test that leans on the
hour of its writing is found out. Commands that a test starts keep the clock of the machine.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

# A Tuesday in Amsterdam's winter, after the moment that `tests.factories` makes things at.
NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--at", default="", help="the moment (UTC) at which the tests begin")


@pytest.fixture(autouse=True, scope="session")
def hour(request: pytest.FixtureRequest) -> Iterator[None]:
    """The clock of this process, where a moment is named."""
    told = request.config.getoption("--at")
    if not told:
        yield
        return
    with time_machine.travel(datetime.fromisoformat(told).replace(tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def noon() -> Iterator[None]:
    """It is noon, and the clock runs on: for tests that go through pages and count days.

    At night nothing is sent, and near midnight the days of a test would not be the pages' days.
    """
    with time_machine.travel(NOON, tick=True):
        yield
