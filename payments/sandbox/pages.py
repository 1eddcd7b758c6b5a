"""Pages for people: the checkout page and the control page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.sandbox.api import Call
    from payments.sandbox.world import World


@dataclass(frozen=True)
class Page:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def answer(world: World, call: Call) -> Page:
    return Page(404, f"Nothing at {call.path} yet; {world.store.now()}")
