"""The figures as a table for people and as JSON for comparing."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import doors, growing, mail_text, sealed, selling_text
from courseapp.bench.tables import table, verdict

if TYPE_CHECKING:
    from datetime import datetime

# What must be reached: a share of the floor's requests per second, seconds, or statements.
GOALS = {
    "lesson_page": 0.6,
    "lesson_api": 0.5,
    "outline_page": 0.6,
    "outline_api": 0.5,
    "finish": 0.5,
    "finish_again": 0.4,
    "webhook": 0.9,
}
MOST_SECONDS = 1.0
HUNDRED = 100
MOST_STATEMENTS = 12
# The kinds of publication that have a goal, and that openedx-core does as well.
FIRST = "publish 40 lessons × 10 blocks, first time"
EDITS = "publish 10 edits"
LEAST_TIMES = 10
MOST_OF_A_PAGE = 10


@dataclass(frozen=True)
class Speed:
    """Requests of one kind on one database.

    ``ratio`` to the floor is the median over rounds, ``low`` and ``high`` are its quartiles. Of
    ``queries`` those for session and user are taken off.
    """

    figure: str
    database: str
    per_second: float
    ratio: float
    low: float
    high: float
    queries: int
    bytes: int
    requests: int
    seconds: float

    @property
    def reached(self) -> bool | None:
        goal = GOALS.get(self.figure)
        return None if goal is None else self.ratio >= goal


@dataclass
class Report:
    """What one run found. ``missing``: what failed, and how; ``left_out``: what is not here."""

    began: datetime
    speeds: list[Speed] = field(default_factory=list)
    publications: list[dict[str, Any]] = field(default_factory=list)
    # Both sides' rows of one piece of work on one database.
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    staff_pages: list[dict[str, Any]] = field(default_factory=list)
    # The webhook beside dj-stripe, and the seconds from paying to reading.
    hooks: list[dict[str, Any]] = field(default_factory=list)
    access: list[dict[str, Any]] = field(default_factory=list)
    # Who sent, how many a second; the share of the plain connection's, the times of post_office's.
    mails: list[dict[str, Any]] = field(default_factory=list)
    # How long a code waited behind so many mails.
    code_waits: list[dict[str, Any]] = field(default_factory=list)
    # MB of a worker after its first mails and after its last.
    memory: list[dict[str, Any]] = field(default_factory=list)
    # What a claim takes among so many rows, see ``backlog.measure``.
    claims: list[dict[str, Any]] = field(default_factory=list)
    # Microseconds to read a sealed text, keys asked for and unwrapped; and of the cipher alone.
    sealed: list[dict[str, Any]] = field(default_factory=list)
    # Milliseconds a door takes for an address it knows, and for one it does not.
    doors: list[dict[str, Any]] = field(default_factory=list)
    # Milliseconds at each size, and the power of the size with which they rise.
    growth: list[dict[str, Any]] = field(default_factory=list)
    derivations: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    runs_on: dict[str, str] = field(default_factory=dict)
    # How many processes wanted a core, at the start and after each part: our own is one of them.
    loads: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "date": self.began.isoformat(timespec="seconds"),
            "commit": _git("rev-parse", "HEAD"),
            "changed_since_commit": bool(_git("status", "--porcelain", "--untracked-files=no")),
            "machine": {
                "cores": os.cpu_count(),
                "processor": _processor(),
                "system": platform.platform(),
                "python": platform.python_version(),
                "loads": self.loads,
                **self.runs_on,
            },
            "requests": [
                {**asdict(one), "goal": GOALS.get(one.figure), "reached": one.reached}
                for one in self.speeds
            ],
            "publishing": self.publications,
            "beside_openedx": [{**one, "times_as_fast": _times(one)} for one in self.comparisons],
            "staff_pages": self.staff_pages,
            "beside_djstripe": self.hooks,
            "from_paying_to_reading": self.access,
            "mails": self.mails,
            "code_waits": self.code_waits,
            "memory": self.memory,
            "claims": self.claims,
            "sealed_texts": self.sealed,
            "doors": self.doors,
            "growth": self.growth,
            "deriving": self.derivations,
            "missing": self.missing,
            "left_out": self.left_out,
        }

    def as_text(self) -> str:
        """The tables, with what was to be reached beside what was."""
        parts = [
            self._speeds_text(),
            self._publications_text(),
            self._comparisons_text(),
            self._staff_pages_text(),
            selling_text.beside(self.hooks),
            selling_text.access(self.access),
            mail_text.speeds(self.mails),
            mail_text.code_waits(self.code_waits),
            mail_text.memory(self.memory),
            mail_text.claims(self.claims),
            sealed.text(self.sealed),
            doors.text(self.doors),
            growing.text(self.growth),
            self._derivations_text(),
        ]
        parts.append("\n".join(f"Not measured: {line}" for line in self.missing + self.left_out))
        parts.append(self._busy_text())
        return "\n\n".join(part for part in parts if part)

    def _busy_text(self) -> str:
        cores, load = os.cpu_count() or 1, max(self.loads, default=0.0)
        if load <= cores:
            return ""
        return (
            f"The machine was busy with other things as well (load {load:.1f} on {cores} cores)."
            " Requests that wait for a database suffer most; measure again when it is quiet."
        )

    def _speeds_text(self) -> str:
        head = [
            "request",
            "database",
            "per second",
            "of floor",
            "quartiles",
            "goal",
            "queries",
            "kB",
        ]
        rows = [
            [
                one.figure,
                one.database,
                f"{one.per_second:,.0f}",
                f"{one.ratio:.2f}",
                f"{one.low:.2f}–{one.high:.2f}",
                _goal(one),
                str(one.queries),
                f"{one.bytes / 1000:.1f}",
            ]
            for one in self.speeds
        ]
        return table(head, rows)

    def _publications_text(self) -> str:
        head = ["publishing", "database", "ms", "statements", "goal", ""]
        rows = [
            [
                one["name"],
                one["database"],
                f"{one['ms']:,.0f}",
                str(one["statements"]),
                f"≤ {MOST_STATEMENTS} {verdict(one['statements'] <= MOST_STATEMENTS)}"
                if one["name"] in {FIRST, EDITS}
                else "",
                one["note"],
            ]
            for one in self.publications
        ]
        return table(head, rows)

    def _comparisons_text(self) -> str:
        head = [
            "beside openedx-core",
            "database",
            "ours, ms",
            "statements",
            "theirs, ms",
            "statements",
            "ours is",
            "goal",
        ]
        rows = [
            [
                one["name"],
                one["database"],
                f"{one['ours']['ms']:,.0f}",
                str(one["ours"]["statements"]),
                f"{one['theirs']['ms']:,.0f}",
                f"{one['theirs']['statements']:,}",
                f"{_times(one):,.{0 if _times(one) >= LEAST_TIMES else 1}f} times as fast",
                f"≥ {LEAST_TIMES} {verdict(_times(one) >= LEAST_TIMES)}",
            ]
            for one in self.comparisons
        ]
        return table(head, rows)

    def _staff_pages_text(self) -> str:
        head = ["staff wait for", "database", "enrolled", "ms", "statements", "goal"]
        rows = [
            [
                one["name"],
                one["database"],
                f"{one['readers']:,}",
                f"{one['ms']:,.0f}",
                str(one["statements"]),
                f"≤ {MOST_OF_A_PAGE} {verdict(one['statements'] <= MOST_OF_A_PAGE)}",
            ]
            for one in self.staff_pages
        ]
        return table(head, rows)

    def _derivations_text(self) -> str:
        head = ["deriving", "words", "passages", "lessons", "seconds", "goal"]
        rows = [
            [
                f"{one['pages']} pages",
                f"{one['words']:,}",
                f"{one['passages']:,}",
                f"{one['lessons']:,}",
                f"{one['seconds']:.3f}",
                f"< {MOST_SECONDS:.0f} s {verdict(one['seconds'] < MOST_SECONDS)}"
                if one["pages"] == HUNDRED
                else "",
            ]
            for one in self.derivations
        ]
        return "\n".join(part for part in (table(head, rows), self._slope_text()) if part)

    def _slope_text(self) -> str:
        taken = {one["pages"]: one["seconds"] for one in self.derivations}
        steps = [(few, 10 * few) for few in taken if 10 * few in taken]
        return "\n".join(
            f"{many} pages take {taken[many] / taken[few]:.1f} times as long as {few} (linear: 10)"
            for few, many in steps
        )


def _goal(one: Speed) -> str:
    goal = GOALS.get(one.figure)
    return "" if goal is None else f"≥ {goal} {verdict(bool(one.reached))}"


def _times(one: dict[str, Any]) -> float:
    """How many times as fast ours is."""
    return float(one["theirs"]["ms"] / one["ours"]["ms"])


def _git(*arguments: str) -> str:
    """What git says, or nothing where there is none."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip()


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
