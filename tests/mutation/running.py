"""One group of modules tried by mutmut, in a scratch folder of its own below ``.mutation/``.

mutmut works on copies in the folder it is started in, and is configured there: so that folder holds
links to the project's, and a ``setup.cfg`` that is read because ``pyproject.toml`` says nothing of
mutmut. What is in it stays until the next run: ``mutmut browse`` shows every mutant there.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.mutation.report import ROOT, Figures
from tests.run import POSTGRES, postgres_answers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutation.authority import Group

SCRATCH = ROOT / ".mutation"
PACKAGES = ("courseapp", "lessons", "payments")
# What tests read besides the packages.
BESIDE = ("templates", "docs", "manage.py", "requirements.txt", "README.md", "Makefile")
LEFT_OUT = "not slow and not broker and not browser"
EVERY = 30
# The slowest machine that is not hanging: a mutant may take this many times what its tests took
# without one, after so many seconds for starting.
PATIENCE, START = 4, 10
CONFTEST = 'pytest_plugins = ["tests.mutation.database"]\n'
JUDGE = Path(__file__).with_name("judging.py")
# What it writes.
RESULT = "judged.json"


class NotJudged(Exception):
    """mutmut came to no result; the message is what it said last."""


@dataclass(frozen=True)
class Round:
    """One run of mutmut. ``names`` are the mutants to judge; empty: all of them."""

    group: Group
    database: str
    names: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        return SCRATCH / f"{self.group.name} {self.database}".lower().replace(" ", "-")

    def prepare(self) -> None:
        """An empty scratch folder with the project in it, as it is now, and a configuration."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in (*PACKAGES, *BESIDE, "tests", "pyproject.toml"):
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        (self.folder / "setup.cfg").write_text(self.configuration(), encoding="utf-8")

    def configuration(self) -> str:
        only = "not once" if self.database == "PostgreSQL" else "not postgresql"
        lists = {
            "source_paths": PACKAGES,
            "only_mutate": self.group.modules,
            "also_copy": (*BESIDE, "conftest.py"),
            "pytest_add_cli_args_test_selection": self.group.tests,
            "pytest_add_cli_args": ("-p", "no:cacheprovider", "-m", f"{LEFT_OUT} and {only}"),
        }
        rows = ["[mutmut]", f"timeout_multiplier = {PATIENCE}", f"timeout_constant = {START}"]
        rows += ["use_git_change_detection = false"]
        for name, values in lists.items():
            rows += [f"{name} =", *(f"    {value}" for value in values)]
        return "\n".join(rows) + "\n"

    def environment(self) -> dict[str, str]:
        found = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if self.database == "PostgreSQL":
            # Beside the one of a run of all tests, which may be going on.
            found["DATABASE_URL"] = f"{POSTGRES}_mutants"
        # No example is drawn by chance: the same mutant meets the same ones tomorrow.
        return {**found, "CI": "true", "PYTHONPATH": ""}

    def run(self, say: Callable[[str], None]) -> dict[str, Any]:
        """mutmut's verdicts as `judging` writes them; raises ``NotJudged``."""
        self.prepare()
        told = f"{self.group.name}, {self.database}"
        say(f"{told}: making mutants, running the tests once")
        log, said = self.folder / "mutmut.log", time.monotonic()
        with log.open("w", encoding="utf-8") as output:
            running = subprocess.Popen(
                [sys.executable, "-P", str(JUDGE), *self.names],
                cwd=self.folder,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            while running.poll() is None:
                time.sleep(0.2)
                if time.monotonic() - said > EVERY:
                    said = time.monotonic()
                    say(f"{told}: {self.progress()}")
        if running.returncode:
            raise NotJudged("\n".join(log.read_text(encoding="utf-8").splitlines()[-40:]))
        say(f"{told}: {self.progress()}, done")
        result: dict[str, Any] = json.loads((self.folder / RESULT).read_text(encoding="utf-8"))
        return result

    def progress(self) -> str:
        found = [status for module in self.group.modules for status in self._statuses(module)]
        judged = [status for status in found if status is not None]
        of = len(self.names) or len(found)
        return f"{len(judged)} of {of} mutants judged, {judged.count(0)} survived"

    def _statuses(self, module: str) -> list[int | None]:
        """The exit status of the tests for each mutant; None: not judged yet."""
        # Written anew after each mutant: whoever looks meanwhile may see half of it.
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            words = (self.folder / "mutants" / f"{module}.meta").read_text(encoding="utf-8")
            found: list[int | None] = list(json.loads(words)["exit_code_by_key"].values())
            return found
        return []


def judge(group: Group, say: Callable[[str], None]) -> list[Figures]:
    """Try all mutants of a group; raises ``NotJudged``."""
    result = Round(group, "SQLite").run(say)
    if group.on_postgresql and result["changes"]:
        if reason := postgres_answers():
            say(
                f"{group.name}: PostgreSQL is left out ({reason}); its statements count as survived"
            )
        else:
            there = replace(group, tests=group.on_postgresql)
            again = Round(there, "PostgreSQL", tuple(result["changes"])).run(say)
            result = joined(result, again)
    return [figures(group, module, result) for module in group.modules]


def joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The first round, with what the second noticed of what had survived."""
    verdicts = {
        module: {
            name: second["verdicts"][module][name] if name in first["changes"] else word
            for name, word in words.items()
        }
        for module, words in first["verdicts"].items()
    }
    return {
        "verdicts": verdicts,
        "changes": second["changes"],
        "doubted": {**first["doubted"], **second["doubted"]},
    }


def figures(group: Group, module: str, result: dict[str, Any]) -> Figures:
    """What was neither noticed nor ran out of time counts against the tests, whatever it was."""
    words: dict[str, str] = result["verdicts"][module]
    dotted = module.removesuffix(".py").replace("/", ".")
    return Figures(
        module=module,
        group=group.name,
        killed=sum(word == "killed" for word in words.values()),
        timed_out=sum(word == "timeout" for word in words.values()),
        survivors={name: result["changes"][name] for name in words if name in result["changes"]},
        doubted=tuple(name for name in result["doubted"] if name.rpartition(".")[0] == dotted),
    )
