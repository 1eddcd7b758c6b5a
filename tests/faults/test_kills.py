"""A few kills of a whole site with people in it. The long form is ``make faults --only kills``."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from courseapp.bench import databases
from tests.faults.kills import killing
from tests.faults.report import ROOT
from tests.living import needed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.once
def test_the_same_seed_plans_the_same_blows() -> None:
    def planned(seed: int) -> list[killing.Blow]:
        return killing.planned(200, "postgresql", random.Random(seed))  # noqa: S311 -- no secret.

    blows = planned(1)
    kills = Counter(target for blow in blows for target in blow.targets)

    assert planned(1) == blows != planned(2)
    assert kills.total() == 200
    assert set(kills) == set(killing.WEIGHTS["postgresql"])


@pytest.mark.slow
@pytest.mark.broker
@pytest.mark.once
def test_nothing_is_lost_or_done_twice_whatever_is_killed(tmp_path: Path) -> None:
    if databases.server() is None:
        needed("PostgreSQL")
    file = tmp_path / "found.json"
    command = [sys.executable, "-m", "tests.faults.kills", "--kills=6", f"--json={file}"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert file.exists(), done.stderr

    found = json.loads(file.read_text(encoding="utf-8"))

    assert found["wrong"] == []
    assert found["figures"]["kills"] == 6
    assert found["figures"]["acts acknowledged"] > 0
    # The comparison was shown losses and doubles, and saw each.
    assert found["figures"]["losses and doubles made and found"] > 0
