"""Files as they lie on the disk, those that a database of this process is in as well."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def bytes_of(file: Path) -> bytes:
    """What a file holds, read by another process.

    Whoever closes a file gives up every lock that their process has on it, SQLite's as well. The
    next process to leave the database then takes itself for the last and removes the log that this
    one goes on writing in (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    return subprocess.run(["cat", "--", str(file)], capture_output=True, check=True).stdout
