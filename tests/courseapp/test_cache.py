"""The files that rate limits are counted in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.cache.backends.filebased import FileBasedCache

from courseapp.cache import LockingFiles
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from pathlib import Path


def winners(cache: FileBasedCache) -> set[int]:
    """How many of eight callers got a name that was free, over thirty names."""
    return {
        sum(all_good(at_once(lambda _: cache.add(f"name-{number}", 1))))  # noqa: B023
        for number in range(30)
    }


@pytest.mark.once
def test_of_eight_who_take_a_name_at_once_one_gets_it(tmp_path: Path) -> None:
    assert winners(LockingFiles(str(tmp_path), {})) == {1}


@pytest.mark.once
def test_the_control_with_djangos_own_files_several_get_it(tmp_path: Path) -> None:
    assert max(winners(FileBasedCache(str(tmp_path), {}))) > 1


@pytest.mark.once
def test_limits_are_counted_in_these_files_and_none_is_thrown_away_early() -> None:
    found: Any = settings.CACHES["default"]
    assert found["BACKEND"] == "courseapp.cache.LockingFiles"
    assert found["OPTIONS"]["MAX_ENTRIES"] > 1000
