"""What a run measured, whether that is good enough, and both as words and as JSON."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from typing import Any

from tests.faults.report import commit

SLOWEST = 300.0  # Milliseconds: 99 of 100 requests are answered within.
GROWTH = 0.05  # Of the memory of all processes of the site, from the warm state to the end.
MEGABYTE = 1024 * 1024


def percentile(waits: list[float], share: float) -> float:
    """The wait that this share of them does not exceed; 0 without any."""
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Figures:
    """One run on one database. Waits and lateness in milliseconds, memory in bytes.

    ``memory`` and ``processor`` go by process: "web", "worker", "beat" with all below them.
    ``processor`` is in processors: 1.0 is one of them, busy all the time.
    """

    database: str
    readers: int
    seconds: float
    waits: dict[str, list[float]]
    late: list[float]
    errors: dict[str, int]
    # Lines of the site's own logs that say "locked", or begin a traceback.
    locked: int = 0
    tracebacks: int = 0
    memory: dict[str, tuple[int, int]] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    def all_waits(self) -> list[float]:
        return [wait for waits in self.waits.values() for wait in waits]

    def growth(self) -> float:
        before, after = (sum(each[when] for each in self.memory.values()) for when in (0, 1))
        return after / before - 1 if before else 0.0

    def missed(self) -> list[str]:
        """What is not good enough, a sentence each."""
        waits = self.all_waits()
        slow, growth = percentile(waits, 0.99), self.growth()
        bars = {
            "nothing was asked, so nothing is known": not waits,
            f"{sum(self.errors.values())} errors": bool(self.errors),
            f"{self.locked} lines say that something is locked": self.locked > 0,
            f"{self.tracebacks} tracebacks in the logs": self.tracebacks > 0,
            f"p99 is {slow:.0f} ms, not under {SLOWEST:.0f}": slow >= SLOWEST,
            f"memory grew by {growth:.1%}, not under {GROWTH:.0%}": growth >= GROWTH,
        }
        return [told for told, is_missed in bars.items() if is_missed]

    def as_text(self) -> str:
        rows = [*sorted(self.waits.items()), ("all", self.all_waits())]
        lines = [f"{'act':<52}{'times':>7}{'p50':>8}{'p95':>8}{'p99':>8}  ms"]
        lines += [
            f"{act:<52}{len(waits):>7}"
            + "".join(f"{percentile(waits, share):>8.1f}" for share in (0.5, 0.95, 0.99))
            for act, waits in rows
        ]
        lines += [f"{count} x {error}" for error, count in self.errors.items()]
        lines += [
            f"{name:<8}{before / MEGABYTE:>7.1f} -> {after / MEGABYTE:.1f} MB"
            f"  {self.processor.get(name, 0):.2f} processors"
            for name, (before, after) in self.memory.items()
        ]
        late = percentile(self.late, 0.99)
        lines.append(
            f"The readers' own process: {self.processor['readers']:.2f} processors, late by"
            f" {late:.1f} ms (p99), which their waits contain."
        )
        lines.append(f"The whole machine: {self.processor['machine']:.2f} processors.")
        return "\n".join([*lines, *(f"MISSED {self.database}: {told}" for told in self.missed())])

    def as_json(self) -> dict[str, Any]:
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

        def summary(waits: list[float]) -> dict[str, float]:
            told = {name: round(percentile(waits, share), 1) for name, share in shares.items()}
            return {"times": len(waits), **told}

        return {
            "commit": commit(),
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
            "readers": self.readers,
            "seconds": round(self.seconds, 1),
            "all": summary(self.all_waits()),
            "acts": {act: summary(waits) for act, waits in sorted(self.waits.items())},
            "errors": self.errors,
            "locked": self.locked,
            "tracebacks": self.tracebacks,
            "memory": {name: {"warm": two[0], "end": two[1]} for name, two in self.memory.items()},
            "growth": round(self.growth(), 4),
            "processor": {name: round(share, 3) for name, share in self.processor.items()},
            "late_p99": round(percentile(self.late, 0.99), 1),
            "missed": self.missed(),
        }
