"""Several lines to the mail server side by side: letters are given to them and answers taken.

A line is opened when there is a letter for it and none that is open is free, so one code opens one.
A line that is not let in is left, and the others go on: some servers take three at a time.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Protocol

from courseapp.post import relay
from courseapp.post.replies import Answer, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.post.relay import Line, Parcel

    Desk = SimpleQueue[Parcel | None]

log = logging.getLogger(__name__)


class Crew(Protocol):
    """Lines that letters are given to and answers taken from.

    ``size`` of them may be at work, fewer once one was not let in; ``busy`` of them are, and
    ``idle`` were let in and have nothing to do.
    """

    @property
    def size(self) -> int: ...

    @property
    def busy(self) -> int: ...

    @property
    def idle(self) -> int: ...

    def give(self, parcel: Parcel) -> None: ...

    def take(self) -> list[tuple[Parcel, Answer]]: ...


class OneLine:
    """One line, used where one stands."""

    size, idle = 1, 0  # It says of itself whether the server is there: there is no other to ask.

    def __init__(self, line: Line) -> None:
        self.line = line
        self.given: list[Parcel] = []

    @property
    def busy(self) -> int:
        return len(self.given)

    def give(self, parcel: Parcel) -> None:
        self.given.append(parcel)

    def take(self) -> list[tuple[Parcel, Answer]]:
        given, self.given = self.given, []
        return [(parcel, self.line.send(parcel)) for parcel in given]

    def end(self) -> None:
        self.line.close()


class ManyLines:
    """Lines with a thread each. Nothing but mail happens in them: no table is touched."""

    def __init__(self, lines: list[Line]) -> None:
        self.size, self.busy = len(lines), 0
        self.waiting = lines
        # Where each line that is at work gets its letters; of those that wait, the last one first.
        self.desks: list[Desk] = []
        self.free: list[Desk] = []
        self.answers: SimpleQueue[tuple[Desk, Parcel, Answer]] = SimpleQueue()

    @property
    def idle(self) -> int:
        return len(self.free)

    def give(self, parcel: Parcel) -> None:
        self.busy += 1
        desk = self.free.pop() if self.free else self._one_more()
        desk.put(parcel)

    def take(self) -> list[tuple[Parcel, Answer]]:
        """All answers that are there; waits for the first."""
        taken = [self.answers.get()]
        while not self.answers.empty():
            taken.append(self.answers.get())
        self.busy -= len(taken)
        for desk, _parcel, answer in taken:
            if answer.verdict is Verdict.DOWN:
                self.size -= 1
            else:
                self.free.append(desk)
        return [(parcel, answer) for _desk, parcel, answer in taken]

    def end(self) -> None:
        for desk in self.desks:
            desk.put(None)

    def _one_more(self) -> Desk:
        desk: Desk = SimpleQueue()
        self.desks.append(desk)
        line = self.waiting.pop()
        Thread(target=self._work, args=[line, desk], name="mail line", daemon=True).start()
        return desk

    def _work(self, line: Line, desk: Desk) -> None:
        while (parcel := desk.get()) is not None:
            try:
                answer = line.send(parcel)
            except Exception as fault:  # Whoever waits must hear of it.
                answer = Answer(Verdict.LOST, type(fault).__name__)
            self.answers.put((desk, parcel, answer))
        line.close()


@contextmanager
def at_work(wanted: int) -> Iterator[Crew]:
    """So many lines to the mail server, closed at the end."""
    lines = [relay.line() for _ in range(wanted)]
    crew = OneLine(lines[0]) if wanted == 1 else ManyLines(lines)
    try:
        yield crew
    finally:
        crew.end()
        if 0 < crew.size < wanted:
            log.warning(
                "Of %s connections the mail server took letters over %s; see MAIL_CONNECTIONS.",
                wanted,
                crew.size,
            )
