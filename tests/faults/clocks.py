"""The machine's clock changes twice a year, and jumps: mails once, lessons never early.

Under libfaketime, so that all of a process goes by the wrong clock: Python, the database's library,
Django. Each case is a process of its own (`tests.faults.clockwork`) that does the beat's rounds at
the moments it is told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.report import ROOT

if TYPE_CHECKING:
    from tests.faults.report import Report

# Where Debian's package puts it.
LIBRARIES = (
    "/usr/lib/*-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
)
STEP, DAY = timedelta(hours=1), timedelta(days=1)
# Beyond this a jump makes mails too late to be sent.
LATE = timedelta(days=3)
JUNE = datetime(2026, 6, 8, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """What the clock shows, one round after the other; readers enrol in the first."""

    name: str
    moments: tuple[datetime, ...]
    # By a clock that is far ahead all mails are much too late, and such are left out, not sent in a
    # heap (lessons.drip.plan): nobody can tell that clock from a site that was away for a year.
    leaves_out: bool = False


def until(start: datetime, days: float) -> list[datetime]:
    """Each hour of so many days."""
    return [start + number * STEP for number in range(round(days * DAY / STEP))]


def jumping(name: str, by: timedelta, *, days: float = 2) -> Case:
    """The clock is right for three days, off for some, and right again until all is over."""
    right, later = until(JUNE, 3), JUNE + (3 + days) * DAY
    moments = (*right, *until(JUNE + 3 * DAY + by, days), *until(later, 7))
    return Case(name, moments, leaves_out=by > LATE)


CASES = (
    Case("summer ends", tuple(until(datetime(2026, 10, 23, 10, tzinfo=UTC), 9))),
    Case("summer begins", tuple(until(datetime(2027, 3, 26, 10, tzinfo=UTC), 9))),
    jumping("400 days ahead, and back", timedelta(days=400)),
    jumping("400 days back, and ahead", timedelta(days=-400)),
    jumping("30 days back, and ahead", timedelta(days=-30)),
    jumping("an hour back and forth", timedelta(hours=-1), days=0.5),
)


def library() -> Path | None:
    """libfaketime, if it is there."""
    found = (file for pattern in LIBRARIES for file in Path("/").glob(pattern[1:]))
    return next(found, None)


def played(case: Case, found: Path) -> list[str]:
    """What did not hold, told by the process with the wrong clock."""
    with tempfile.TemporaryDirectory(prefix="clocks-") as folder:
        shown = Path(folder) / "clock"
        shown.write_text(f"@{case.moments[0]:%Y-%m-%d %H:%M:%S}", encoding="ascii")
        environment = {
            **os.environ, "LD_PRELOAD": str(found), "FAKETIME_TIMESTAMP_FILE": str(shown),
            "FAKETIME_NO_CACHE": "1", "TZ": "UTC", "TEST_DIR": folder, "LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }  # fmt: skip
        environment.pop("DATABASE_URL", None)
        moments = json.dumps([one.isoformat() for one in case.moments])
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.clockwork", str(shown), str(case.leaves_out)],
            cwd=ROOT, env=environment, input=moments, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            return [f"the process ended: {done.stderr[-600:]}"]
        return list(json.loads(done.stdout.splitlines()[-1]))


def run(report: Report) -> None:
    """All of them."""
    found = library()
    if found is None:
        report.leave_out("clocks: libfaketime is not there. To get it: apt-get install faketime")
        return
    for case in CASES:
        with report.trying("clocks", case.name) as figures:
            figures["rounds"] = len(case.moments)
            wrong = played(case, found)
            assert not wrong, "; ".join(wrong)
