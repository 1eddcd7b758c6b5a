"""The site of a run, started as production starts it, and how much of the machine it takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.living import ROOT, installation, listens, manage, process, until
from tests.load.post import Postman

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET, REST = 2.0, 0.05  # For how many seconds it has to take less than so much of a processor.
COMMANDS = {"web": ["web"], "worker": ["worker", "--no-beat"], "beat": ["beat"]}


@dataclass(frozen=True)
class Site:
    """Its processes by name, each with a log of its own in ``folder``."""

    port: int
    folder: Path
    processes: dict[str, psutil.Process]

    @property
    def codes(self) -> Path:
        return self.folder / "codes"

    def memory(self) -> dict[str, int]:
        """Resident bytes of each and of all below it; what several share counts for each."""
        return {
            name: sum(each.memory_info().rss for each in _family(one))
            for name, one in self.processes.items()
        }

    def spent(self) -> dict[str, float]:
        """Seconds of a processor so far, by process, and those of the whole machine."""
        own = {
            name: sum(sum(each.cpu_times()[:2]) for each in _family(one))
            for name, one in self.processes.items()
        }
        machine = psutil.cpu_times()
        return {**own, "machine": sum(machine) - machine.idle - machine.iowait - machine.guest}

    def is_quiet(self) -> bool:
        """Whether it left its processors alone for two seconds."""
        before = self.spent()
        time.sleep(QUIET)
        return sum(now - before[name] for name, now in self.spent().items() if name in COMMANDS) < (
            REST * QUIET
        )

    def said(self) -> str:
        """All logs, one after the other."""
        logs = (self.folder / f"{name}.log" for name in self.processes)
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)


def _family(one: psutil.Process) -> list[psutil.Process]:
    return [one, *one.children(recursive=True)]


@contextmanager
def standing(*, database: str, known: int) -> Iterator[Site]:
    """A site with so many readers in it, on a database ("postgresql", "sqlite") of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-")))
        postman = Postman(codes=folder / "codes")
        postman.codes.mkdir()
        environment, _letters = stack.enter_context(
            installation(folder, database=database, letters=postman)
        )
        environment["DJANGO_SETTINGS_MODULE"] = "courseapp.settings"
        for command in (manage("prepare"), _filling(known)):
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        begun = {
            name: stack.enter_context(process(manage(*words), environment, folder / f"{name}.log"))
            for name, words in COMMANDS.items()
        }
        port = int(environment["PORT"])
        until(lambda: listens(port), "the web server does not come up")
        site = Site(port, folder, {name: psutil.Process(one.pid) for name, one in begun.items()})
        # What is due to those who were here before goes first, as it would have long ago.
        until(site.is_quiet, "the site does not come to rest")
        yield site


def _filling(known: int) -> list[str]:
    return [sys.executable, "-m", "tests.load.filling", str(known)]
