"""Keeping a few processes running together, and leaving none behind.

One thread and no library: it waits for the children's output, hands it on line by line under their
names, starts a child that died again, ever later if it dies ever again, and ends them all together.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType
    from typing import IO

FIRST_PAUSE = 1.0  # seconds before a child that died is started again; doubled each time
LONGEST_PAUSE = 60.0
STEADY = 60.0  # a child that lived this many seconds has earned a fresh start
GRACE = 10.0  # seconds a child has to end by itself
WAIT = 0.2
STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Life:
    """One life of a child: its process, from start to burial."""

    def __init__(self, command: Sequence[str]) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 -- the site's own commands.
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own: Ctrl-C reaches only us, and all its descendants can be ended.
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 -- there is one thread only.
        )
        self.pipe = cast("IO[bytes]", self.process.stdout)
        self.began = time.monotonic()
        self._rest = b""
        os.set_blocking(self.pipe.fileno(), False)

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def age(self) -> float:
        return time.monotonic() - self.began

    def ask_to_end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def bury(self) -> int:
        """End what is left of it and its descendants, and return its exit status."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()

    def said(self) -> Iterator[str]:
        """The lines it wrote since it was asked last, without waiting for more."""
        with contextlib.suppress(BlockingIOError):
            while heard := os.read(self.pipe.fileno(), 65536):
                *rows, self._rest = (self._rest + heard).split(b"\n")
                yield from (row.decode(errors="replace").rstrip() for row in rows)

    def last_words(self) -> Iterator[str]:
        """What it still had to say; nothing can be asked of it any more."""
        yield from self.said()
        if self._rest:
            yield self._rest.decode(errors="replace").rstrip()
        self.pipe.close()


@dataclass
class Child:
    """Something to keep running."""

    name: str
    command: Sequence[str]
    life: Life | None = None
    # When to start it (again), on the monotonic clock, and how long to pause after its next end.
    due: float = 0.0
    pause: float = FIRST_PAUSE


class Supervisor:
    """Runs children until told to stop by a signal, or until the first one cannot come up.

    ``ready()`` is asked until it says yes; then ``on_ready()`` is called, once. ``say`` takes one
    line at a time.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], None],
        ready: Callable[[], bool] = lambda: True,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self.children = children
        self.say = say
        self.ready = ready
        self.on_ready = on_ready
        self.selector = selectors.DefaultSelector()
        self.signals = 0
        self.is_ready = False
        self.width = max(len(child.name) for child in children)

    def run(self) -> int:
        """Keep going until stopped; the exit status: 0 after a signal, 1 when it cannot come up."""
        kept = {number: signal.signal(number, self._on_signal) for number in STOP}
        try:
            while not self.signals:
                self._start_due()
                self._listen()
                if not self._look_after():
                    return 1
            return 0
        finally:
            self._end_all()
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def _start_due(self) -> None:
        for child in self.children:
            if child.life is None and child.due <= time.monotonic():
                child.life = Life(child.command)
                self.selector.register(child.life.pipe, selectors.EVENT_READ, child)

    def _listen(self) -> None:
        """Wait a moment for the children to say something, and hand it on."""
        for key, _events in self.selector.select(WAIT):
            self._hand_on(key.data, key.data.life.said())
        time.sleep(0.01)  # Lines come in bursts, and a closed pipe is always ready to be read.

    def _hand_on(self, child: Child, rows: Iterator[str]) -> None:
        for row in rows:
            self.say(f"{child.name:{self.width}} | {row}")

    def _look_after(self) -> bool:
        """See who died and who is ready; false when the site cannot come up."""
        for child in self.children:
            if child.life is not None and child.life.is_over():
                self._bury(child, child.life)
                if child is self.children[0] and not self.is_ready:
                    self.say(f"{child.name} cannot start; its last words stand above.")
                    return False
        if not self.is_ready and self.ready():
            self.is_ready = True
            self.on_ready()
        return True

    def _bury(self, child: Child, life: Life) -> None:
        """Clear away a child that died, its descendants too, and plan its return."""
        status = self._take_leave(child, life)
        if life.age() >= STEADY:
            child.pause = FIRST_PAUSE
        self.say(f"{child.name} ended ({_told(status)}); starting it again in {child.pause:.0f} s.")
        child.due = time.monotonic() + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _take_leave(self, child: Child, life: Life) -> int:
        status = life.bury()
        self.selector.unregister(life.pipe)
        self._hand_on(child, life.last_words())
        child.life = None
        return status

    def _end_all(self) -> None:
        """Ask all to end, wait, and end by force who does not; one more signal cuts the wait."""
        alive = [(child, child.life) for child in self.children if child.life is not None]
        for _child, life in alive:
            life.ask_to_end()
        deadline, told = time.monotonic() + GRACE, self.signals
        while not all(life.is_over() for _child, life in alive):
            if time.monotonic() > deadline or self.signals > told:
                break
            self._listen()
        for child, life in alive:
            self._take_leave(child, life)
        self.selector.close()


def _die_with(parent: int) -> None:
    """In the child, before its program starts: ask Linux for a SIGTERM when the parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def _told(status: int) -> str:
    return f"by {signal.Signals(-status).name}" if status < 0 else f"status {status}"
