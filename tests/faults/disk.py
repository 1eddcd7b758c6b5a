"""The disk is full: acts are refused calmly, nothing is half done, and all is well with room again.

On SQLite, where the whole site lies on that disk: a small file system in memory, mounted for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.faults.report import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.report import Report

SIZE = "24m"


@contextmanager
def small_disk() -> Iterator[str]:
    """A folder with little room; OSError where nothing may be mounted."""
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        told = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if told.returncode:
            raise OSError(told.stderr.strip())
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def played(folder: str) -> dict[str, list[str]]:
    """What did not hold, by the act; told by a process whose site lies there."""
    environment = {
        **os.environ, "TEST_DIR": folder, "LOG_LEVEL": "CRITICAL", "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTEST_XDIST_WORKER": "full",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.fulldisk", folder],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"the site": [f"the process ended: {done.stderr[-800:]}"]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run(report: Report) -> None:
    """Each act in turn, on one disk."""
    try:
        with small_disk() as folder:
            found = played(folder)
    except (OSError, FileNotFoundError) as error:
        report.leave_out(f"disk: nothing can be mounted here ({error}); run it as root")
        return
    for act, wrong in found.items():
        with report.trying("disk", f"full: {act}"):
            assert not wrong, "; ".join(wrong)
