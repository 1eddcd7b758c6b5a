"""Reading a database's files takes none of its locks away."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests import files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

COME_AND_GO = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1])
raw.execute("INSERT INTO words VALUES ('theirs')")
raw.commit()
raw.close()
"""


def test_a_database_whose_files_are_read_keeps_its_log_when_another_leaves_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "words.sqlite3"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE words (word TEXT)")
        raw.execute("INSERT INTO words VALUES ('ours')")
        raw.commit()
        everything = b"".join(files.bytes_of(one) for one in sorted(tmp_path.iterdir()))
        subprocess.run([sys.executable, "-c", COME_AND_GO, str(file)], check=True)
        raw.execute("INSERT INTO words VALUES ('after')")
        raw.commit()
        with closing(sqlite3.connect(file)) as again:
            kept = [word for (word,) in again.execute("SELECT word FROM words")]
        assert (tmp_path / "words.sqlite3-wal").exists()
    assert b"ours" in everything
    assert kept == ["ours", "theirs", "after"]
