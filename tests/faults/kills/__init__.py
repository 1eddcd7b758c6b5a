"""Kills by the dozen of a site that people use: ``python -m tests.faults.kills``.

A site stands as production starts it. Readers do what readers do and write down what they were
answered; meanwhile a killer with a seed ends web, worker, beat, broker and database (SIGKILL, all
at once, as a power failure would). What was acknowledged is held against the database at the end.

``site`` are the processes, ``readers`` the people, ``killing`` the killer, ``reckoning`` compares,
``spoiling`` shows that the comparison would find something.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.report import ROOT, Case

if TYPE_CHECKING:
    from tests.faults.report import Report

KILLS = {"postgresql": 200, "sqlite": 60}


def run(report: Report) -> None:
    """A run on each database, in a process of its own; KILLS=… for another number of kills."""
    for database in report.databases:
        kills = int(os.environ.get("KILLS", KILLS[database]))
        case = tried(database, kills=kills, seed=report.seed)
        report.add(case)


def tried(database: str, *, kills: int, seed: int) -> Case:
    """A whole run as one case."""
    with tempfile.TemporaryDirectory(prefix="kills-told-") as folder:
        file = Path(folder) / "found.json"
        command = [sys.executable, "-m", "tests.faults.kills", "--database", database]
        options = [f"--kills={kills}", f"--seed={seed}", f"--json={file}"]
        subprocess.run([*command, *options], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        if not file.exists():
            return Case("kills", database, ("The run did not come to its end.",))
        found = json.loads(file.read_text(encoding="utf-8"))
    figures = {name: value for name, value in found["figures"].items() if name != "seconds"}
    return Case("kills", database, tuple(found["wrong"]), found["figures"]["seconds"], figures)
