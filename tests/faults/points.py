"""Each fault point x {exception, SIGKILL, 5 s sleep}: what was promised holds afterwards.

First each story is told without a fault, which tells what points it passes and what its tables hold
in the end. Then each point is taken in the first story that passes it, once for each kind of fault.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

from tests.faults import fuses, judging
from tests.faults.report import ROOT, Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.faults.report import Report

# What must be passed at least, so that points do not go missing unseen.
LEAST = 40
# A paper that cannot be made does not hold up the letter it belongs to: another brings it later
# (courseapp/post/owing.py).
LATER = "payments.papers.press."
BROUGHT_LATER = ("2 confirmations while paid", "3 when nothing goes wrong")
Played = dict[str, Any]
Wanted = tuple[str, str, str]  # Story, point, fault.


@dataclass
class Nursery:
    """The warm process that plays cases, and the stories it knows."""

    process: subprocess.Popen[str]
    stories: list[str]

    def play(self, cases: Sequence[Wanted]) -> Iterator[Played]:
        """What came of these cases, as they end."""
        assert self.process.stdin
        assert self.process.stdout
        # By another thread: neither pipe holds all of what goes into it.
        Thread(target=self._tell, args=(cases,), daemon=True).start()
        for _case in cases:
            line = self.process.stdout.readline()
            assert line, "the nursery ended"
            yield json.loads(line)

    def _tell(self, cases: Sequence[Wanted]) -> None:
        assert self.process.stdin
        self.process.stdin.write("".join(json.dumps(case) + "\n" for case in cases))
        self.process.stdin.flush()

    def rehearse(self) -> dict[str, Played]:
        """Each story without a fault, by its name."""
        played = self.play([(name, "", "kill") for name in self.stories])
        found = {one["story"]: one for one in played}
        return {name: found[name] for name in self.stories}


@contextmanager
def nursery(kind: str) -> Iterator[Nursery]:
    """On a database of this kind; it takes some seconds to get warm."""
    command = [sys.executable, "-m", "tests.faults.nursery", kind]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield Nursery(process, json.loads(process.stdout.readline()))
        process.stdin.close()
        process.wait(60)


def points_of(usual: dict[str, Played]) -> dict[str, str]:
    """Each point, and the first story that passes it, in the order they are listed in."""
    found: dict[str, str] = {}
    for story in usual:
        for point in usual[story]["passed"]:
            found.setdefault(point, story)
    return found


def cases_of(points: dict[str, str]) -> list[tuple[str, str, str]]:
    """The sleepers first: they wait most of the time, and others go on meanwhile."""
    order = ("sleep", "exception", "kill")
    return [(story, point, fault) for fault in order for point, story in points.items()]


def sample(cases: list[Wanted], most: int, *, seed: int) -> list[Wanted]:
    """So many of them, as many of each kind of fault."""
    chance = random.Random(seed)  # noqa: S311 -- which points are tried keeps no secret.
    kinds = [[one for one in cases if one[2] == fault] for fault in fuses.FAULTS]
    return [one for some in kinds for one in chance.sample(some, most // len(kinds))]


def judged(played: Played, usual: dict[str, Played]) -> list[str]:
    """All that is wrong after a case."""
    if not played["fired"]:
        return ["the point was not passed"]
    rows = judging.differences(played["rows"], usual[played["story"]]["rows"])
    found = [*played["wrong"], *(rows if played["rows"] else ())]
    if played["point"].startswith(LATER) and played["fault"] == "exception":
        found = [one for one in found if not one.endswith(BROUGHT_LATER)]
    return found


def run(report: Report) -> None:
    """Everything, on each database."""
    for kind in report.databases:
        with nursery(kind) as warm:
            _play_all(report, kind, warm)


def _play_all(report: Report, kind: str, warm: Nursery) -> None:
    part = f"points, {kind}"
    usual = warm.rehearse()
    for one in usual.values():
        report.add(Case(part, f"{one['story']}: no fault", tuple(one["wrong"]), one["seconds"]))
    points = points_of(usual)
    wanted = cases_of(points)
    report.say(f"  {kind}: {len(points)} points, {len(wanted)} cases")
    for number, played in enumerate(warm.play(wanted), 1):
        name = f"{played['point']} [{played['fault']}, {played['story']}]"
        report.add(Case(part, name, tuple(judged(played, usual)), played["seconds"]))
        if number % 50 == 0:
            report.say(f"  {number} of {len(wanted)}")
