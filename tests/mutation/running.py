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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.mutation.report import ROOT, Figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutation.authority import Group

SCRATCH = ROOT / ".mutation"
PACKAGES = ("courseapp", "lessons", "payments")
# What tests read besides the packages.
BESIDE = ("templates", "docs", "manage.py", "requirements.txt", "README.md", "Makefile")
LEFT_OUT = "not slow and not broker and not browser and not postgresql"
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


def prepare(group: Group) -> Path:
    """An empty scratch folder with the project in it, as it is now, and mutmut's configuration."""
    folder = SCRATCH / group.name.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (*PACKAGES, *BESIDE, "tests", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "setup.cfg").write_text(configuration(group), encoding="utf-8")
    return folder


def configuration(group: Group) -> str:
    lists = {
        "source_paths": PACKAGES,
        "only_mutate": group.modules,
        "also_copy": (*BESIDE, "conftest.py"),
        "pytest_add_cli_args_test_selection": group.tests,
        "pytest_add_cli_args": ("-p", "no:cacheprovider", "-p", "no:randomly", "-m", LEFT_OUT),
    }
    rows = ["[mutmut]", f"timeout_multiplier = {PATIENCE}", f"timeout_constant = {START}"]
    rows += ["use_git_change_detection = false"]
    for name, values in lists.items():
        rows += [f"{name} =", *(f"    {value}" for value in values)]
    return "\n".join(rows) + "\n"


def judge(group: Group, say: Callable[[str], None]) -> list[Figures]:
    """Try all mutants of a group; raises ``NotJudged``."""
    folder = prepare(group)
    say(f"{group.name}: {len(group.modules)} modules, making mutants and running the tests once")
    with (folder / "mutmut.log").open("w", encoding="utf-8") as log:
        # No example is drawn by chance: the same mutant meets the same ones tomorrow.
        running = subprocess.Popen(
            [sys.executable, "-P", str(JUDGE)],
            cwd=folder,
            env={**os.environ, "CI": "true", "PYTHONPATH": ""},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        said = ""
        while running.poll() is None:
            time.sleep(1)
            now = progress(folder, group)
            if now != said and (time.monotonic() % EVERY) < 1:
                say(f"{group.name}: {now}")
                said = now
    if running.returncode:
        words = (folder / "mutmut.log").read_text(encoding="utf-8").splitlines()
        raise NotJudged("\n".join(words[-40:]))
    say(f"{group.name}: {progress(folder, group)}, done")
    return figures(group, json.loads((folder / RESULT).read_text(encoding="utf-8")))


def progress(folder: Path, group: Group) -> str:
    statuses = [status for module in group.modules for status in statuses_of(folder, module)]
    judged = [status for status in statuses if status is not None]
    return f"{len(judged)} of {len(statuses)} mutants judged, {judged.count(0)} survived"


def statuses_of(folder: Path, module: str) -> list[int | None]:
    """The exit status of the tests for each mutant; None: not judged yet."""
    # Written anew after each mutant: whoever looks meanwhile may see half of it.
    with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
        words = (folder / "mutants" / f"{module}.meta").read_text(encoding="utf-8")
        found: list[int | None] = list(json.loads(words)["exit_code_by_key"].values())
        return found
    return []


def figures(group: Group, result: dict[str, Any]) -> list[Figures]:
    """What was neither noticed nor ran out of time counts against the tests, whatever it was."""
    found = []
    for module in group.modules:
        verdicts: dict[str, str] = result["verdicts"][module]
        words = list(verdicts.values())
        dotted = module.removesuffix(".py").replace("/", ".")
        found.append(
            Figures(
                module=module,
                group=group.name,
                killed=words.count("killed"),
                timed_out=words.count("timeout"),
                survivors={
                    name: result["changes"][name] for name in verdicts if name in result["changes"]
                },
                doubted=tuple(
                    name for name in result["doubted"] if name.rpartition(".")[0] == dotted
                ),
            )
        )
    return found
