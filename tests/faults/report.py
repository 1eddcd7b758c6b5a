"""What was tried and what came of it: as it happens, as a table at the end, and as JSON."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """One thing that was made to go wrong.

    ``wrong`` says what did not hold afterwards, a sentence each; empty: all is as promised.
    ``figures`` are what was measured on the way (seconds, counts), under names of their own.
    """

    part: str
    name: str
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)


@dataclass
class Report:
    """Collects the cases of all parts; a part calls `add`, or `trying` around what may fail."""

    began: datetime
    seed: int = 1
    # "sqlite" and "postgresql", as far as they are wanted; a part leaves out what it cannot do.
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    cases: list[Case] = field(default_factory=list)
    # What could not be tried here: why, and how to get what is missing.
    left_out: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def say(self, line: str) -> None:
        """To who waits; the error stream, so that the table can be kept apart."""
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def add(self, case: Case) -> None:
        self.cases.append(case)
        for told in case.wrong:
            self.say(f"  WRONG {case.part}: {case.name}: {told}")

    def leave_out(self, what: str) -> None:
        self.left_out.append(what)
        self.say(f"  left out: {what}")

    @contextmanager
    def trying(self, part: str, name: str) -> Iterator[dict[str, float]]:
        """One case, whose figures go into what is given; an AssertionError is what went wrong."""
        began, figures, wrong = time.monotonic(), dict[str, float](), list[str]()
        try:
            yield figures
        except AssertionError as failure:
            wrong.append(str(failure) or "an assertion failed")
        seconds = round(time.monotonic() - began, 2)
        self.add(Case(part, name, tuple(wrong), seconds, figures))

    def wrong(self) -> list[Case]:
        return [case for case in self.cases if case.wrong]

    def as_text(self) -> str:
        """A line for each part, then what went wrong, then what was left out."""
        tried = Counter(case.part for case in self.cases)
        bad = Counter(case.part for case in self.wrong())
        lines = [f"{'part':<16}{'tried':>8}{'wrong':>8}{'seconds':>10}"]
        lines += [
            f"{part:<16}{tried[part]:>8}{bad[part]:>8}{self.seconds.get(part, 0):>10.0f}"
            for part in {**self.seconds, **tried}
        ]
        lines += [f"WRONG {each.part}: {each.name}: {told}"
                  for each in self.wrong() for told in each.wrong]  # fmt: skip
        return "\n".join([*lines, *(f"Left out: {what}" for what in self.left_out)])

    def as_json(self) -> dict[str, Any]:
        return {
            "began": self.began.isoformat(timespec="seconds"),
            "commit": commit(),
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
            "seed": self.seed,
            "seconds": self.seconds,
            "left_out": self.left_out,
            "cases": [asdict(case) for case in self.cases],
        }


def commit() -> str:
    """Which code this was, in short."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.stdout.strip() or "unknown"
