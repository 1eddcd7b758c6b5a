"""A site whose disk is full: ``python -m tests.faults.fulldisk FOLDER``; the answer is JSON."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.telling import NOOR, SAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.telling import Told

LIMIT = 3.0  # Seconds.
PIECE = 1 << 12


def fill(folder: Path) -> Path:
    """Take all the room there is."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * PIECE)
    return file


def acts() -> dict[str, Callable[[Told], Told | None]]:
    """What a reader does, by what it is called."""
    from tests.faults import stories

    return {
        "enrol": stories.enrol, "write": stories.write, "tick": stories.tick,
        "finish": stories.finish, "ask for a code": stories.ask_for_code,
    }  # fmt: skip


def tried(act: Callable[[Told], Told | None], refused: list[str]) -> Iterator[str]:
    """Refused, soon, with nothing changed; or done after all, where room was left in its file."""
    from tests.faults import judging

    before, began = judging.rows(), time.monotonic()
    try:
        act({})
    except AssertionError as refusal:
        refused.append(str(refusal))
        if not str(refusal).endswith("answered 503"):
            yield str(refusal)
        yield from judging.differences(judging.rows(), before)
    if time.monotonic() - began > LIMIT:
        yield f"it took {time.monotonic() - began:.1f} s"


def found(folder: Path) -> dict[str, list[str]]:
    from tests.faults import founding

    every = acts()
    wrong: dict[str, list[str]] = {}
    refused: list[str] = []
    for name, act in every.items():
        filler = fill(folder)
        wrong[name] = list(tried(act, refused))
        if founding.read_as(SAM) != 200:
            wrong[name].append("another reader's lesson is gone")
        filler.unlink()
        try:
            act({})
        except AssertionError as failure:
            wrong[name].append(f"with room again: {failure}")
        _agree_once()
    # A full disk that refuses nothing proves nothing.
    wrong["at all"] = [] if len(refused) > 2 else [f"only {refused} was refused"]
    return wrong


def _agree_once() -> None:
    from django.utils import timezone

    from lessons.reading import keeping
    from tests.faults.founding import person

    keeping.agree(reader=person(NOOR), wording="Ja.", place="test", now=timezone.now())


def main(folder: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from courseapp import catalogues
    from tests.faults import founding

    catalogues.compile_all()
    call_command("migrate", verbosity=0)
    call_command("migrate", "vault", verbosity=0, database="keys")
    founding.found()
    sys.stdout.write(json.dumps(found(Path(folder))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
