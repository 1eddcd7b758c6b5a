"""Many readers at once, in a process of their own: ``python -m tests.load.crowd PORT CODES …``.

Its output is two lines of JSON: null when what is measured begins, and what was measured.

locust comes first: it makes sockets and sleeping give way to the other readers of this process.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import gevent
from locust import User, task
from locust.env import Environment

from tests.load.reader import READING, Reader, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator

ARRIVALS = 10  # Readers a second, until all are there.
NEWCOMERS = 10  # One in so many was never here.
HURRIED, NO_PAUSES = 20, (0.0, 0.1)  # Readers who warm the site up, and their pauses.
GLANCE = 0.05  # Seconds between two looks at how late this process itself is.


class Notes:
    """What all readers of this process felt, apart from those who came while the site warmed up."""

    def __init__(self) -> None:
        self.measuring = False
        self.waits: dict[str, list[float]] = {}
        # Counted from the first reader on: nothing may go wrong while it warms up either.
        self.errors: Counter[str] = Counter()
        self.late: list[float] = []

    def take(self, wait: Wait) -> None:
        if wait.went_wrong():
            self.errors[f"{wait.act} answered {wait.status}"] += 1
        if self.measuring:
            self.waits.setdefault(wait.act, []).append(round(wait.milliseconds, 2))

    def watch(self) -> None:
        """Note by how much this process oversleeps: what it adds to the waits of its readers."""
        while True:
            began = time.perf_counter()
            gevent.sleep(GLANCE)
            if self.measuring:
                self.late.append((time.perf_counter() - began - GLANCE) * 1000)


class Person(User):
    """One after the other, readers who spend an evening; see ``reader.py`` for what they do."""

    notes: ClassVar[Notes] = Notes()
    numbers: ClassVar[Iterator[int]] = count()
    place: ClassVar[argparse.Namespace]

    @task
    def evening(self) -> None:
        spend(next(self.numbers), self.place, self.notes)


def spend(
    number: int, place: argparse.Namespace, notes: Notes, *, pauses: tuple[float, float] = READING
) -> None:
    """The evening of the reader of this number; one of so many was never here before."""
    reader = Reader(place.port, number=number, codes=place.codes, tell=notes.take, pauses=pauses)
    is_new = number % NEWCOMERS == 0
    name = f"new-{number}" if is_new else f"grown-0-{number % place.known}"
    try:
        reader.evening(f"{name}@bench.example", is_new=is_new)
    except Exception as error:  # Whatever it is, it is told, and fails the run.
        notes.errors[f"{reader.at}: {error!r}"[:300]] += 1
        reader.think()


def warm_up(options: argparse.Namespace, notes: Notes) -> None:
    """A few evenings without a pause, until each process of the site has done each act."""
    spent = [
        gevent.spawn(spend, next(Person.numbers), options, notes, pauses=NO_PAUSES)
        for _ in range(HURRIED)
    ]
    gevent.joinall(spent, raise_error=True)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The whole crowd; milliseconds by act, errors, and what this process itself took."""
    Person.place, notes = options, Person.notes
    warm_up(options, notes)
    runner = Environment(user_classes=[Person]).create_local_runner()
    gevent.spawn(notes.watch)
    runner.start(options.readers, spawn_rate=ARRIVALS)
    gevent.sleep(options.warm)
    print("null", flush=True)
    notes.measuring, spent, began = True, time.process_time(), time.monotonic()
    gevent.sleep(options.seconds)
    notes.measuring, seconds = False, time.monotonic() - began
    here = runner.user_count
    share = (time.process_time() - spent) / seconds
    runner.quit()
    return {
        "waits": notes.waits, "errors": dict(notes.errors), "late": notes.late,
        "seconds": seconds, "readers": here, "processor": share,
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("codes", type=Path)
    parser.add_argument("--known", type=int, required=True, help="readers who were here before")
    parser.add_argument("--readers", type=int, required=True, help="at a time")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument(
        "--warm", type=float, required=True, help="seconds before that, in which they come"
    )
    print(json.dumps(run(parser.parse_args(arguments))))


if __name__ == "__main__":
    main(sys.argv[1:])
