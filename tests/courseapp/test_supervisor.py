"""Processes run together, come back when they die, and leave none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
# A supervisor of two children, as a process of its own: signals go to whole processes.
HOST = """
import sys
from courseapp import supervisor
supervisor.FIRST_PAUSE, supervisor.GRACE = 0.1, 2.0
sleeper = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
other = [sys.executable, "-c", sys.argv[1]]
children = [supervisor.Child("web", sleeper), supervisor.Child("worker", other, pause=0.1)]
if len(sys.argv) > 2:
    children = children[::-1]
say = lambda line: print(line, flush=True)
ready = lambda: len(sys.argv) == 2
sys.exit(supervisor.Supervisor(children, say=say, ready=ready, on_ready=lambda: say("ready")).run())
"""
# A child with a child of its own, whose number it tells.
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("grandchild", child.pid, flush=True)
time.sleep(60)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


class Hosted:
    """A running supervisor and what it said so far."""

    def __init__(self, code: str, *more: str) -> None:
        command = [sys.executable, "-c", HOST, code, *more]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.said: list[str] = []

    def wait_for(self, text: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            heard: str = line.strip()
            self.said.append(heard)
            if text in heard:
                return heard
        raise AssertionError(f"{text!r} was never said; but: {self.said}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=10)


@pytest.fixture
def hosted() -> Iterator[list[Hosted]]:
    started: list[Hosted] = []
    yield started
    for each in started:
        each.process.kill()
        each.process.wait()
        assert each.process.stdout is not None
        each.process.stdout.close()


def is_alive(number: int) -> bool:
    """Running, and not merely waiting to be cleared away."""
    try:
        return ") Z" not in Path(f"/proc/{number}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def gone_soon(number: int) -> bool:
    deadline = time.monotonic() + 5
    while is_alive(number) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_children_and_grandchildren(
    hosted: list[Hosted], number: signal.Signals
) -> None:
    hosted.append(site := Hosted(FAMILY))
    grandchild = int(site.wait_for("grandchild").split()[-1])

    assert site.end(number) == 0
    assert gone_soon(grandchild)


@pytest.mark.slow
def test_a_child_deaf_to_signals_is_ended_by_force(hosted: list[Hosted]) -> None:
    hosted.append(site := Hosted(STUBBORN))
    site.wait_for("deaf")
    began = time.monotonic()

    assert site.end() == 0
    assert time.monotonic() - began < 5


def test_a_child_that_dies_is_started_again_ever_later(hosted: list[Hosted]) -> None:
    hosted.append(site := Hosted("print('boom', flush=True); raise SystemExit(3)"))

    site.wait_for("worker ended (status 3); starting it again")
    for _time in range(2):
        site.wait_for("worker | boom")
    pauses = [line for line in site.said if "starting it again" in line]
    assert len(pauses) >= 2
    assert site.process.poll() is None


def test_a_child_killed_from_outside_takes_its_own_children_along(hosted: list[Hosted]) -> None:
    hosted.append(site := Hosted(FAMILY.replace("print(", "import os; print(os.getpid(), ")))
    child, _word, grandchild = site.wait_for("grandchild").split("|")[1].split()

    os.kill(int(child), signal.SIGKILL)

    site.wait_for("worker ended (by SIGKILL)")
    assert gone_soon(int(grandchild))


def test_children_do_not_outlive_a_supervisor_that_was_killed(hosted: list[Hosted]) -> None:
    code = "import os, time; print('me', os.getpid(), flush=True); time.sleep(60)"
    hosted.append(site := Hosted(code))
    child = int(site.wait_for("me").split()[-1])

    site.process.kill()

    assert gone_soon(child)


def test_a_first_child_that_never_comes_up_ends_it_all(hosted: list[Hosted]) -> None:
    hosted.append(site := Hosted("print('no way'); raise SystemExit(1)", "first"))

    site.wait_for("cannot start")

    assert site.process.wait(timeout=10) == 1
    assert "worker | no way" in site.said


@pytest.mark.slow
def test_readiness_is_told_once(hosted: list[Hosted]) -> None:
    hosted.append(site := Hosted("import time; print('hello', flush=True); time.sleep(60)"))
    site.wait_for("hello")
    time.sleep(0.5)
    site.end()
    assert site.process.stdout is not None

    said = site.said + [line.strip() for line in site.process.stdout]
    assert said.count("ready") == 1
