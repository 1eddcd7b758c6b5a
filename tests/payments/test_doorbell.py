"""The bell of the webhook: a burst rings a few times, nothing is missed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

# A process of its own, with a broker of its own. Each of 300 commits is followed by a ring; a
# message that lies in the spool tells of all that was committed before it was written.
RING = """
import sys, time
from pathlib import Path
import django
django.setup()
from django.conf import settings
from payments import doorbell
for _ in range(300):
    committed = time.time_ns()
    doorbell.ring_soon()
    time.sleep(0.001)
end = time.monotonic() + 30
def messages():
    return sorted(Path(settings.SPOOL_DIR).glob("[!.]*.msg"))
while time.monotonic() < end:
    found = messages()
    if found and int(found[-1].name.split("-")[0]) >= committed:
        break
    time.sleep(0.02)
print(len(messages()), int(messages()[-1].name.split("-")[0]) >= committed)
"""


def run(code: str, **variables: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "courseapp.settings", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return told.stdout


@pytest.mark.slow
def test_a_burst_rings_a_few_times_and_once_after_the_last(tmp_path: Path) -> None:
    rung, heard_the_last = run(RING, VAR_DIR=str(tmp_path)).split()

    assert 1 <= int(rung) < 100
    assert heard_the_last == "True"
