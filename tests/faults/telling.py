"""What a story is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.cases import World

# Who plays in it: a reader to whom it happens, one who reads beside, and who runs the site.
NOOR, SAM, OWNER = "noor@example.org", "sam@example.org", "eigenaar@example.org"
# What acts tell each other, as JSON has it; each act gets all of it.
Told = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """Something that is asked of our side (``act``), or that happens outside (``outside``).

    ``is_there``: whether it was done after all, as people see who look before they try again; it is
    given where trying again is no matter of course, such as adding a second module of that name.
    ``is_for_anybody``: a second one may do the same at the same moment, from another tab.
    """

    name: str
    act: Callable[[Told], Told | None] | None = None
    outside: Callable[[World], Told | None] | None = None
    is_there: Callable[[Told], bool] | None = None
    is_for_anybody: bool = True


@dataclass(frozen=True)
class Story:
    """Steps in turn. ``judge`` tells what does not hold in the end, beside what always must."""

    name: str
    steps: tuple[Step, ...]
    judge: Callable[[World], Iterator[str]] | None = None

    def step(self, name: str) -> Step:
        return next(one for one in self.steps if one.name == name)
