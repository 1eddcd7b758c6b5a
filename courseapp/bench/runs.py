"""Conducting a run: both sides take turns, slice by slice, so that drifts of the machine cancel."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import (
    databases,
    derivations,
    doors,
    environments,
    growing,
    mailing,
    openedx,
    processes,
    sealed,
    selling,
    speeds,
)
from courseapp.bench.processes import AnsweredOtherwise
from courseapp.bench.report import EDITS, FIRST, Report
from courseapp.bench.speeds import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from courseapp.bench.processes import SideProcess

REQUESTS = (
    "lesson_page", "lesson_api", "outline_page", "outline_api", "finish", "finish_again",
)  # fmt: skip
PAGES = (*REQUESTS, "publish", "openedx", "staff_pages", "mails", "backlog")
NAMES = (*PAGES, "derive", "sealed", "doors", "growth", *selling.NAMES)

NO_SERVER = (
    "anything on PostgreSQL: no server answers. Start one on 127.0.0.1:5432, or name one in"
    " TEST_DATABASE_URL."
)


@dataclass(frozen=True)
class Plan:
    """How much to measure: ``slice`` in seconds, ``rounds`` of slices, readers to publish with."""

    rounds: int = 12
    slice: float = 0.25
    warm: int = 60
    small: int = 1_000
    large: int = 10_000
    times: int = 5
    pages: tuple[int, ...] = (1, 10, 100)
    crowds: tuple[int, ...] = (1_000, 10_000, 100_000)
    # How often openedx-core publishes and dj-stripe takes its turn; 0: not at all, since they may
    # have to be installed first.
    beside: int = 3
    # Events in a turn, in a turn beside dj-stripe, and purchases.
    events: int = 250
    few_events: int = 40
    purchases: int = 60
    # Mails to send, and how many times.
    mails: int = 4_000
    # At a door, by each kind of person; of passwords, which are slow on purpose, a tenth.
    knocks: int = 200
    # Rows among which a few are due.
    backlogs: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    # Lessons of a course, and readers of a site, growing.
    courses: tuple[int, ...] = (10, 100, 1_000)
    sites: tuple[int, ...] = (1_000, 30_000, 1_000_000)

    def grown(self, rows: int) -> Plan:
        """The same, with so many rows at last."""
        return replace(self, backlogs=(*(few for few in self.backlogs if few < rows), rows))


QUICK = Plan(
    rounds=2,
    slice=0.05,
    warm=3,
    small=20,
    large=40,
    times=1,
    pages=(1, 10),
    crowds=(20, 40),
    beside=0,
    events=20,
    purchases=3,
    mails=30,
    knocks=3,
    backlogs=(2_000, 4_000),
    courses=(10, 20),
    sites=(20, 40),
)


@dataclass
class Run:
    """One run of `make bench`. ``say`` tells the person waiting what is going on."""

    plan: Plan
    names: Collection[str]
    report: Report
    folder: Path
    say: Callable[[str], None]
    profile: int = 0

    def everything(self) -> Report:
        """Measure what was asked for, on SQLite and, where one answers, on PostgreSQL."""
        self.note_load()
        if "derive" in self.names:
            self._derive()
        if set(self.names) - {"derive"}:
            server = databases.server()
            self._everything_on("sqlite", None)
            if server is None:
                self.report.left_out.append(NO_SERVER)
            else:
                self._everything_on("postgresql", server)
            if "access" in self.names:
                selling.buy(self, server)
        return self.report

    def _everything_on(self, database: str, server: str | None) -> None:
        if set(self.names) & set(PAGES):
            self._on(database, server)
        if "sealed" in self.names:
            sealed.measure(self, database, server)
        if "doors" in self.names:
            doors.measure(self, database, server)
        if "growth" in self.names:
            growing.measure(self, database, server)
        if {"webhook", "djstripe"} & set(self.names):
            selling.take_webhooks(self, database, server)
            self.note_load()

    def note_load(self) -> None:
        """How busy the machine is at this moment."""
        self.report.loads.append(round(os.getloadavg()[0], 2))

    def _derive(self) -> None:
        for pages in self.plan.pages:
            self.say(f"deriving {pages} pages")
            times = max(1, self.plan.times * 10 // (pages + 9))
            self.report.derivations.append(derivations.measure(pages=pages, times=times))

    def _on(self, database: str, server: str | None) -> None:
        self.say(f"{database}: starting both sides, making a course of 40 lessons")
        with ExitStack() as stack:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=self.folder))
            )
            url = stack.enter_context(databases.scratch(database, folder=folder, address=server))
            site = stack.enter_context(processes.started("site", database=url, folder=folder))
            ready = site.order("prepare")
            self.report.runs_on |= ready["runs_on"]
            floor = stack.enter_context(processes.started("floor", database=url, folder=folder))
            floor.order("prepare", session=ready["session"])
            self._requests(database, site, floor)
            self._publish(database, site)
            if "openedx" in self.names:
                self._beside(database, site, folder, server)
            if "staff_pages" in self.names:
                self._staff_pages(database, site)
            if "mails" in self.names:
                mailing.measure(self, database, site, folder, server)
            if "backlog" in self.names:
                mailing.claims(self, database, site)
            self.note_load()

    def _requests(self, database: str, site: SideProcess, floor: SideProcess) -> None:
        floor.order("warm", figure="floor", requests=self.plan.warm)
        figures = [name for name in REQUESTS if name in self.names]
        sizes = {name: self._warmed(database, site, name) for name in figures}
        rates: dict[str, list[Turn]] = {name: [] for name, size in sizes.items() if size}
        # What came before is on the disk first: only a commit waits for it, and the floor has none.
        os.sync()
        for number in range(1, self.plan.rounds + 1) if rates else ():
            self.say(f"{database}: round {number} of {self.plan.rounds}")
            for name, turns in rates.items():
                turns.append(self._turn(name, site, floor))
        empty = len(floor.order("count", figure="floor")["statements"])
        for name, turns in rates.items():
            queries = len(site.order("count", figure=name)["statements"]) - empty
            self.report.speeds.append(speeds.speed(name, database, turns, queries, sizes[name]))
            if self.profile:
                self.say(site.order("profile", figure=name, requests=self.profile)["text"])
        if rates:
            self.report.speeds.append(
                speeds.floor("floor", database, [t for all_ in rates.values() for t in all_])
            )

    def _warmed(self, database: str, site: SideProcess, name: str) -> int:
        """Warm a figure up; returns the size of its answer, 0 when it cannot be measured."""
        try:
            return int(site.order("warm", figure=name, requests=self.plan.warm)["bytes"])
        except AnsweredOtherwise as answer:
            self.report.missing.append(f"{name} on {database}: {answer}")
            return 0

    def _turn(self, name: str, site: SideProcess, floor: SideProcess) -> Turn:
        """A slice of the floor and at once one of the site."""
        below = floor.order("slice", figure="floor", seconds=self.plan.slice)
        above = site.order("slice", figure=name, seconds=self.plan.slice)
        return Turn(
            floor=below["requests"] / below["seconds"],
            site=above["requests"] / above["seconds"],
            requests=above["requests"],
            seconds=above["seconds"],
        )

    def _publish(self, database: str, site: SideProcess) -> None:
        plan = self.plan
        rows: list[dict[str, Any]] = []
        if {"publish", "openedx"} & set(self.names):
            self.say(f"{database}: publishing")
            rows += site.order("first_publications", times=plan.times)["rows"]
        if "publish" in self.names:
            self.say(f"{database}: publishing, with up to {plan.large:,} readers")
            numbers = {"small": plan.small, "large": plan.large, "times": plan.times}
            rows += site.order("publications", **numbers)["rows"]
        self.report.publications += [{**row, "database": database} for row in rows]

    def _beside(self, database: str, site: SideProcess, folder: Path, server: str | None) -> None:
        """What openedx-core takes for the same, on a database of its own on the same server."""
        if not self.plan.beside:
            self.leave_out("publishing beside openedx-core: not in a quick run.")
            return
        ours = site.order("database")
        try:
            python = openedx.environment(self.folder, self.say)
            with databases.scratch(
                database, folder=folder, address=server, beside="_openedx"
            ) as url:
                self.say(f"{database}: publishing beside openedx-core {openedx.VERSION}")
                theirs = openedx.measure(
                    python,
                    database={**ours, "NAME": databases.named(url)},
                    times=self.plan.beside,
                )
        except (environments.NotInstalled, openedx.Failed) as failure:
            self.leave_out(f"publishing beside openedx-core: {failure}")
            return
        mine = {row["name"]: row for row in self.report.publications if row["database"] == database}
        self.report.comparisons += [
            {"name": name, "database": database, "ours": mine[name], "theirs": theirs[name]}
            for name in (FIRST, EDITS)
        ]

    def _staff_pages(self, database: str, site: SideProcess) -> None:
        for readers in self.plan.crowds:
            self.say(f"{database}: what staff wait for, with {readers:,} readers")
            rows = site.order("staff_pages", readers=readers, times=min(3, self.plan.times))["rows"]
            for row in rows:
                if "missing" in row:
                    self.leave_out(f"{row['name']}: {row['missing']}")
                else:
                    self.report.staff_pages.append({**row, "database": database})

    def leave_out(self, line: str) -> None:
        """What is not here, and why; once."""
        if line not in self.report.left_out:
            self.report.left_out.append(line)
