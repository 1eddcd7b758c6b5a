"""A warm process that plays cases in forks of itself: ``python -m tests.faults.nursery DATABASE``.

It makes a database with what stands before each story, and for each case a copy of it. It reads
cases as lines of JSON (``[story, point, fault]``) and writes what came of each, in no order; its
first line names the stories there are.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.databases import Databases

# Cases at a time; most of them wait for a disk, a lock or a sleeper.
AT_ONCE = 8
# Seconds until a case is given up.
LONGEST = 90


def prepare_settings(folder: Path) -> None:
    """The settings of tests, in a folder of ours."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DIR": str(folder),
                   "LOG_LEVEL": "CRITICAL", "PYTEST_XDIST_WORKER": "faults"}  # fmt: skip
    os.environ.pop("DATABASE_URL", None)


def prepare(kind: str, folder: Path) -> Databases:
    """Django set up on a database of this kind, with all in it that stories begin with."""
    prepare_settings(folder)
    from tests.faults import databases

    made = databases.of(kind, folder)
    os.environ["DATABASE_URL"] = made.url
    import django

    django.setup()
    from django.db import connections

    from courseapp import catalogues

    catalogues.compile_all()
    made.furnish()
    _warm()
    connections.close_all()
    return made


def _too_long(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"the case did not end within {LONGEST} s")


def _warm() -> None:
    """What every story needs is read once, for all forks."""
    from django.conf import settings
    from django.template.loader import get_template

    from tests.faults import cases, every, judging, surrounding
    from tests.life import promises
    from tests.payments import conftest

    for file in (settings.BASE_DIR / "templates" / "mail").iterdir():
        get_template(f"mail/{file.name}")
    conftest.receive(b"", {"Stripe-Signature": ""})
    assert all((cases, every, judging, surrounding, promises))


def play(made: Databases, number: int, case: list[str]) -> dict[str, Any]:
    from tests.faults import cases, every

    name, point, fault = case
    story = next(one for one in (*every.EVERY, *every.CONTROLS) if one.name == name)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST)
    try:
        with made.copy(number):
            played = cases.played(story, point=point, fault=fault)  # type: ignore[arg-type]
        return asdict(played)
    except BaseException:
        trace = traceback.format_exc().strip()
        return {"story": name, "point": point, "fault": fault, "fired": True, "passed": [],
                "rows": {}, "wrong": [f"the case itself failed: {trace}"],
                "seconds": 0.0}  # fmt: skip


def main(kind: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        made = prepare(kind, folder)
        try:
            _play_all(made, answers)
        finally:
            made.drop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _play_all(made: Databases, answers: Any) -> None:
    from tests.faults import every

    answers.write(json.dumps([one.name for one in every.EVERY]) + "\n")
    answers.flush()
    running = 0
    for number, line in enumerate(sys.stdin):
        while running >= AT_ONCE:
            running -= bool(os.wait())
        if os.fork() == 0:
            with suppress(BaseException):
                told = json.dumps(play(made, number, json.loads(line))) + "\n"
                with (made.folder / "turn").open("w") as turn:  # Long lines must not mix.
                    fcntl.flock(turn, fcntl.LOCK_EX)
                    answers.write(told)
                    answers.flush()
            os._exit(0)
        running += 1
    while running:
        running -= bool(os.wait())


if __name__ == "__main__":
    main(sys.argv[1])
