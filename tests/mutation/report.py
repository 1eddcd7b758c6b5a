"""What became of the mutants: as it happens, as a table at the end, and as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "var" / "mutants.json"
# Of a hundred mutants of a module this many have to be noticed.
ENOUGH = 90


@dataclass(frozen=True)
class Figures:
    """One module. ``survivors``: mutant to what it changed, as rows of a diff.

    ``doubted`` are functions whose tests fail without a mutant when they run alone: what counts as
    killed there may not be. A mutant that ran out of time was noticed too: no test that hangs is
    green.
    """

    module: str
    group: str
    killed: int
    timed_out: int
    survivors: dict[str, str]
    doubted: tuple[str, ...] = ()

    @property
    def mutants(self) -> int:
        return self.killed + self.timed_out + len(self.survivors)

    @property
    def score(self) -> float:
        """In hundredths; a module without a mutant has none of its mistakes noticed."""
        if not self.mutants:
            return 0.0
        return round(100 * (self.killed + self.timed_out) / self.mutants, 1)


@dataclass
class Report:
    """Collects the figures of the modules; ``whole`` when none of them was left out."""

    began: datetime
    whole: bool
    figures: list[Figures] = field(default_factory=list)
    seconds: int = 0

    def say(self, line: str) -> None:
        """To who waits; the error stream, so that the table can be kept apart."""
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def wrong(self) -> list[str]:
        """What is not as it should be, a sentence each."""
        return [
            f"{each.module}: {each.score} % is below {ENOUGH} %"
            for each in self.figures
            if each.score < ENOUGH
        ] + [
            f"{name}: its tests fail without a mutant when they run alone"
            for each in self.figures
            for name in each.doubted
        ]

    def as_text(self) -> str:
        """A line for each survivor, then a line for each module, then what is wrong."""
        rows = [
            f"  {mutant}\n{difference}"
            for each in self.figures
            for mutant, difference in each.survivors.items()
        ]
        rows += ["", f"{'module':<40}{'mutants':>9}{'killed':>9}{'survived':>9}{'time':>6}{'%':>7}"]
        rows += [
            f"{each.module:<40}{each.mutants:>9}{each.killed:>9}{len(each.survivors):>9}"
            f"{each.timed_out:>6}{each.score:>7}"
            for each in self.figures
        ]
        return "\n".join([*rows, "", f"{self.seconds} s", *self.wrong()])

    def as_json(self) -> dict[str, Any]:
        return {
            "date": self.began.isoformat(timespec="seconds"),
            "commit": commit(),
            "cores": os.cpu_count(),
            "seconds": self.seconds,
            "whole": self.whole,
            "modules": {
                each.module: {
                    "group": each.group,
                    "mutants": each.mutants,
                    "killed": each.killed,
                    "timed_out": each.timed_out,
                    "survived": len(each.survivors),
                    "score": each.score,
                    "survivors": each.survivors,
                    "doubted": list(each.doubted),
                }
                for each in self.figures
            },
        }

    def write(self) -> str:
        FILE.parent.mkdir(exist_ok=True)
        words = json.dumps(self.as_json(), indent=1, ensure_ascii=False)
        FILE.write_text(f"{words}\n", encoding="utf-8")
        return str(FILE.relative_to(ROOT))


def commit() -> str:
    """What was measured; with a + when files differ from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--exclude", "*", "--dirty=+"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"
