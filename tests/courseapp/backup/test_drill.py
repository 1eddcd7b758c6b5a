"""A site that lost both databases and all files is there again, with everybody's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import drill
from tests.courseapp.backup.places import empty_database
from tests.databases import with_keys

if TYPE_CHECKING:
    from pathlib import Path


@with_keys
@pytest.mark.slow
def test_it_comes_back_from_its_backups_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``python -m tests.drill`` with a few readers; what it measures is said, and not judged."""
    with empty_database(tmp_path) as database, empty_database(tmp_path) as keys:
        site = drill.site(tmp_path, database=database, keys=keys)
        drill.drill(site, readers=20, destroy=lambda: drill.lose([database, keys]))
    assert "20 answers of 20 can be read" in capsys.readouterr().out
