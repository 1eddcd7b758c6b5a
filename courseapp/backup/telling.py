"""What is told while something takes long: at most a line each second."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 1.0  # Seconds.


@dataclass
class Telling:
    """``say`` takes one line."""

    say: Callable[[str], None]
    _last: float = field(default_factory=monotonic)

    def step(self, line: str) -> None:
        """Something is done, or begins: always told."""
        self.say(line)
        self._last = monotonic()

    def meanwhile(self, line: str) -> None:
        """How far it is, told now and then."""
        if monotonic() - self._last >= EVERY:
            self.step(line)
