"""One case: a story is told to our side, a fault fires at one point, and all must come right.

`played` forks our side off (`tests.faults.ourside`) and is itself the world around it: people,
Stripe, the mail server. Whoever got no good answer tries again, as people do, the first time at the
same process if that still lives. Afterwards the processes that heal by themselves run on a clock
that goes ahead, and what stands there is judged (`tests.faults.judging`).
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults import fuses, ourside
from tests.faults.telling import SAM

if TYPE_CHECKING:
    from collections.abc import Callable

    from courseapp.bench.sink import Sink
    from tests.faults.telling import Step, Story, Told
    from tests.payments.story import Story as Sales

# Seconds our side may take for one act, a fault of 5 s and a lock that waits for it included.
PATIENCE = 40.0
# Seconds in which somebody else reads a lesson while our side sleeps somewhere.
READING = 2.5


@dataclass
class Outcome:
    """What came of a case. ``passed``: the points that were passed, up to the fault."""

    story: str
    point: str
    fault: str
    fired: bool = False
    passed: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class World:
    """All but our side. ``told`` is what acts have told so far; ``trouble`` goes to the judge."""

    sales: Sales
    sink: Sink
    line: socket.socket
    told: Told = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    fired_at: str = ""
    is_alive: bool = True
    answers: Any = None

    def __post_init__(self) -> None:
        self.line.settimeout(PATIENCE)
        self.answers = self.line.makefile("r", encoding="utf-8")

    # --- Our side ---

    def say(self, **order: Any) -> None:
        with suppress(OSError):
            self.line.sendall((json.dumps(order) + "\n").encode())

    def ask(self, meanwhile: Callable[[], None], **order: Any) -> dict[str, Any] | None:
        """Our side's answer; None when it dies instead."""
        if not self.is_alive:
            return None
        self.say(**order)
        while True:
            try:
                line = self.answers.readline()
            except OSError:
                line = ""
            if not line:
                self.is_alive = False
                return None
            heard: dict[str, Any] = json.loads(line)
            self.passed = heard.get("passed", self.passed)
            if "at" not in heard:
                return heard
            self.fired_at = heard["at"]
            if heard["fault"] == "sleep":
                meanwhile()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """A webhook that arrives at our side, or at the one that is started anew."""
        order = {"body": base64.b64encode(body).decode(), "headers": headers}
        heard = self.ask(lambda: None, hook=order)
        if heard is None and not self.fired_at:
            return 503
        return int(heard["status"]) if heard else ourside.receive(order)


def played(story: Story, *, point: str = "", fault: fuses.Fault = "kill") -> Outcome:
    """Tell this story with a fault at this point; without one, only note the points."""
    began = time.monotonic()
    outcome = Outcome(story.name, point, fault)
    here, there = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        here.close()
        ourside.serve(story, there, fuses.Fuse(point, fault))
    there.close()
    try:
        with ExitStack() as stack:
            _lived_through(story, outcome, here, stack)
    finally:
        here.close()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    outcome.seconds = round(time.monotonic() - began, 2)
    return outcome


def _lived_through(story: Story, outcome: Outcome, line: socket.socket, stack: ExitStack) -> None:
    from tests.faults import judging, surrounding

    world = surrounding.made(line, stack)
    for step in story.steps:
        _do(step, world)
    world.say(end=True)
    if not outcome.point and not world.is_alive:
        world.trouble.append("our side ended by itself")
    outcome.passed, outcome.fired = world.passed, bool(world.fired_at)
    surrounding.heal(world)
    outcome.rows = judging.rows()
    outcome.wrong = [*world.trouble, *judging.wrong(story, world)]


def _do(step: Step, world: World) -> None:
    """Do a step until it is acknowledged; a fault is no answer, and so is tried again."""
    if step.outside is not None:
        world.told |= step.outside(world) or {}
        return
    heard = world.ask(lambda: _meanwhile(step, world), step=step.name, told=world.told)
    if heard is None or "failed" in heard:
        if not world.fired_at:
            world.trouble.append(f"{step.name}: {(heard or {}).get('failed', 'it died')}")
            return
        heard = _again(step, world, heard)
    world.told |= heard.get("told", {})
    world.acknowledged.append(step.name)


def _again(step: Step, world: World, heard: dict[str, Any] | None) -> dict[str, Any]:
    """People look whether it is there, and else try again: where they were if that still lives."""
    if step.is_there is not None and step.is_there(world.told):
        return {}
    if heard is not None:
        heard = world.ask(lambda: None, step=step.name, told=world.told, again=True)
    if heard is None:
        ourside.bury()
        heard = ourside.answered(step, world.told, again=True)
    if "failed" in heard:
        world.trouble.append(f"{step.name}, tried again: {heard['failed']}")
    return heard


def _meanwhile(step: Step, world: World) -> None:
    """Our side sleeps: somebody else reads a lesson, and does the same as is being done there."""
    from tests.faults import founding

    began = time.monotonic()
    status = founding.read_as(SAM)
    took = time.monotonic() - began
    if status != 200 or took > READING:
        world.trouble.append(f"while it slept a lesson took {took:.1f} s: {status}")
    if step.is_for_anybody:
        ourside.answered(step, world.told, again=True)
