"""Histories of a sale made up by the hundred: whatever happened, all that must hold holds.

Real code on a real database talks to the local Stripe over its socket. Each history runs in a
transaction that is undone, for a new database each time would take longer than all of this. They
are drawn from seeds and not by Hypothesis, whose examples are variations of one another: here that
means the same five acts over and over. What it does for us it does in a few lines: a history that
goes wrong is told in as few acts as still go wrong.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from courseapp.errors import Refused
from payments import sandbox
from tests.databases import with_keys
from tests.payments.story import Story

if TYPE_CHECKING:
    from tests.payments.conftest import Payload, Shop
    from tests.payments.story import Healing

    # What is chosen: a kind of acts, and one among them.
    Choice = tuple[int, int]

pytestmark = [with_keys, pytest.mark.usefixtures("without_pauses")]
# More of them for a night: HISTORIES=20000.
HISTORIES = int(os.environ.get("HISTORIES", "500"))
# So that whoever has nothing else left to test takes some of them.
PARTS = 4
# What differs there is how rows are locked; kills and races try that. All with HISTORIES=500.
HERE = PARTS if connection.vendor == "sqlite" or "HISTORIES" in os.environ else 1
# A part comes to nearly all of the 66 things that can happen.
KINDS = 60
STEPS = range(5, 15)
PAYLOADS: tuple[Payload, ...] = ("snapshot", "thin")
HEALINGS: tuple[Healing, ...] = ("webhooks", "list", "audit")


@pytest.fixture
def payload() -> Payload:
    """Each history chooses its own."""
    return "snapshot"


@dataclass
class History:
    """One history, as it was drawn; ``told`` are the acts it came to, ``wrong`` what came of it."""

    payload: Payload
    heal: Healing
    gift: bool
    choices: list[Choice]
    told: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def drawn(cls, seed: int) -> History:
        dice = Random(seed)  # noqa: S311 -- the same histories each time.
        choices = [
            (dice.randrange(2**16), dice.randrange(2**16)) for _ in range(dice.choice(STEPS))
        ]
        return cls(PAYLOADS[seed % 2], HEALINGS[seed % 3], seed % 4 == 0, choices)

    def run(self, shop: Shop) -> History:
        around = transaction.atomic()
        # Like Django's own around a test: what must be the outermost may stand in it.
        around._from_testcase = True  # type: ignore[attr-defined]
        with around:
            story = Story(shop, self.payload)
            story.order(is_gift=self.gift)
            self.told = [_go_on(story, *one) for one in self.choices]
            story.settle(self.heal)
            self.wrong = story.wrong()
            transaction.set_rollback(True)
        return self

    def shortened(self, shop: Shop) -> History:
        """The shortest that still goes wrong, leaving out one act after the other."""
        for place in range(len(self.choices)):
            fewer = [*self.choices[:place], *self.choices[place + 1 :]]
            shorter = replace(self, choices=fewer).run(shop)
            if shorter.wrong:
                return shorter.shortened(shop)
        return self


def _go_on(story: Story, kind: int, one: int) -> str:
    """One of the things that can happen now; a refusal is an answer like another."""
    acts = story.possible(kind)
    name, do = acts[one % len(acts)]
    with suppress(Refused, sandbox.Refused):
        do()
    return name


@pytest.mark.slow
@pytest.mark.parametrize("part", range(HERE))
def test_whatever_happens_all_that_must_hold_holds(shop: Shop, part: int) -> None:
    told: set[str] = set()
    for seed in range(part, HISTORIES, PARTS):
        history = History.drawn(seed).run(shop)
        if history.wrong:
            history = history.shortened(shop)
            pytest.fail(f"{seed} {history.heal}: {history.told} leads to {history.wrong}")
        told.update(history.told)
    assert len(told) >= KINDS
