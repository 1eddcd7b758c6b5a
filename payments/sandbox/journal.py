"""The file that keeps a world: one line per change, the whole of it again at each start.

A change is written as one line and counts once its line is whole, so that being killed in the
middle of a sale loses at most the step that was being taken.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Change:
    """What became different, by key; None where something went."""

    things: dict[str, tuple[str, Any]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    plans: dict[str, float | None] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.things or self.notes or self.plans or self.answers)


class Journal:
    """Changes in a file, the oldest first."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> Iterator[Change]:
        """Every change that was written whole."""
        if not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                yield Change(**json.loads(line))
            except ValueError:
                return  # The line that was being written when the process was killed.

    def begin(self, whole: Change) -> None:
        """Start the file anew with everything there is, in one step."""
        hidden = self.file.with_suffix(f".{os.getpid()}")
        hidden.write_text(_line(whole), encoding="utf-8")
        hidden.replace(self.file)

    def append(self, change: Change) -> None:
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(_line(change))


def _line(change: Change) -> str:
    return json.dumps(asdict(change)) + "\n"
