"""The site as production starts it: its own commands, PostgreSQL, Redis, a mail server, no DEBUG.

What a reader does first goes through all of them: the code comes by the worker, rung over Redis.
"""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.living import (
    READER,
    ROOT,
    TOKEN,
    Browser,
    begin_and_finish_a_lesson,
    installation,
    listens,
    manage,
    process,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.broker, pytest.mark.once]


def prepare(environment: dict[str, str]) -> None:
    told = subprocess.run(
        manage("prepare"), cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert "migrations applied" in told
    # What is written of it may be read by others: no password stands in it.
    assert "create_staff" in told
    assert "password" not in told


def look_as_a_monitor(browser: Browser, environment: dict[str, str]) -> None:
    until(lambda: '"status": "ok"' in browser.ask("/healthz"), "the beat is not heard")
    figures = browser.ask("/metrics", Authorization=f"Bearer {TOKEN}")
    # Counted by the worker, in another process than the one that answers.
    assert 'courseapp_letters_total{outcome="sent",stream="code"} 1.0' in figures
    assert not re.search(r'requests_total\{[^}]*status="5xx"', figures)
    assert READER not in figures
    probe = subprocess.run(
        [sys.executable, "-P", "courseapp/probe.py", "--beat"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (probe.returncode, probe.stderr) == (0, "")


def test_a_reader_comes_in_begins_and_finishes_a_lesson(tmp_path: Path) -> None:
    with installation(tmp_path) as (environment, letters), ExitStack() as running:
        prepare(environment)
        for words in (["web"], ["worker", "--no-beat"], ["beat"]):
            log = tmp_path / f"{words[0]}.log"
            running.enter_context(process(manage(*words), environment, log))
        port = int(environment["PORT"])
        until(lambda: listens(port), "the web server does not come up")
        browser = Browser(port)
        begin_and_finish_a_lesson(browser, letters)
        look_as_a_monitor(browser, environment)
    for name in ("web", "worker", "beat"):
        heard = (tmp_path / f"{name}.log").read_text(encoding="utf-8")
        assert READER not in heard
        assert "Traceback" not in heard


def test_the_probe_says_what_is_wrong() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "courseapp/probe.py", "--at", "http://127.0.0.1:1"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (1, "it does not answer (URLError)\n")
