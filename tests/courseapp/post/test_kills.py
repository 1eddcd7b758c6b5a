"""The pump is killed while it works, on a real database and over real connections.

The short form. The long one, ten thousand mails and thirty kills, is
``python -m tests.courseapp.post.kills`` (`docs/benchmarks.md` has its figures).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.slow


def killed(*arguments: str) -> dict[str, Any]:
    """The figures of a run beside the test's own database, of the same kind."""
    command = [sys.executable, "-m", "tests.courseapp.post.kills", *arguments]
    options = ["--database", connection.vendor, "--mails", "600"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_nothing_is_lost_and_no_offer_goes_twice_however_often_the_pump_is_killed() -> None:
    found = killed("--kills", "4")

    assert found["kills"] > 0
    assert found["faults"] == []


def test_a_pump_that_begins_offers_anew_is_found_out() -> None:
    """The positive control: without the guard, killing does make offers go twice. Not every time:
    a kill has to fall between two words of a conversation."""
    careless = ("--kills", "6", "--connections", "8", "--careless")
    runs = (killed(*careless, "--seed", str(seed)) for seed in range(1, 9))

    assert any("an offer came twice" in found["faults"] for found in runs)
