"""Two workers and Stripe, in every order their steps can fall: the order ends as Stripe has it.

A history interleaves what happens at Stripe with two workers' synchronisations, each of which reads
``sync_no`` as its fetch begins, sees Stripe at some moment before its fetch ends, and then applies
what it saw, if nobody applied in between. Hints are lost or doubled: which changes a worker's
synchronisations follow is left open, but one begins after the last change, as the sweeper sees to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from payments.projection import (
    Agreed,
    Dispute,
    Facts,
    Payment,
    Projection,
    Refund,
    Session,
    project,
)

pytestmark = pytest.mark.once

AGREED = Agreed(order="order", total=14_900, currency="eur")
PAID_AT = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
SYNCS = (2, 1)  # of the two workers
LEAST = 600_000

OPEN = Session("cs_1", "open", "unpaid", 14_900, 14_900, "eur", "order")
PAID = Session("cs_1", "complete", "paid", 14_900, 14_900, "eur", "order", "pi_1")
UNPAID = Session("cs_1", "complete", "unpaid", 14_900, 14_900, "eur", "order", "pi_1")
TAKEN = Payment("pi_1", "succeeded", 14_900, "eur", PAID_AT)
WAITING = Payment("pi_1", "processing", 0, "eur")
REFUSED = Payment("pi_1", "requires_payment_method", 0, "eur")
AGAIN = Session("cs_2", "complete", "paid", 14_900, 14_900, "eur", "order", "pi_2")
TAKEN_AGAIN = Payment("pi_2", "succeeded", 14_900, "eur", PAID_AT)
SOLD = Facts((PAID,), (TAKEN,))


def refunded(amount: int, status: str) -> Facts:
    return Facts((PAID,), (TAKEN,), (Refund("re_1", "pi_1", amount, status),))


def refunded_all() -> Facts:
    """The same in two refunds, of which the second came later."""
    parts = (Refund("re_1", "pi_1", 5_000, "succeeded"), Refund("re_2", "pi_1", 9_900, "succeeded"))
    return Facts((PAID,), (TAKEN,), parts)


def disputed(status: str) -> Facts:
    return Facts((PAID,), (TAKEN,), (), (Dispute("dp_1", "pi_1", 14_900, status),))


START = Facts((OPEN,))
DELAYED = Facts((UNPAID,), (WAITING,))
# What Stripe says before anything, and after each of three changes.
SCENARIOS = {
    "given back in two parts": (START, SOLD, refunded(5_000, "succeeded"), refunded_all()),
    "a refund that fails": (START, SOLD, refunded(14_900, "pending"), refunded(14_900, "failed")),
    "a refund that takes days": (
        START,
        SOLD,
        refunded(14_900, "pending"),
        refunded(14_900, "succeeded"),
    ),
    "a dispute that is won": (START, SOLD, disputed("needs_response"), disputed("won")),
    "a dispute that is lost": (START, SOLD, disputed("under_review"), disputed("lost")),
    "a warning, then a dispute": (
        SOLD,
        disputed("warning_needs_response"),
        disputed("needs_response"),
        disputed("won"),
    ),
    "delayed, then there, then given back": (START, DELAYED, SOLD, refunded(14_900, "succeeded")),
    "delayed, refused, tried again": (
        START,
        DELAYED,
        Facts((UNPAID,), (REFUSED,)),
        Facts((UNPAID, AGAIN), (REFUSED, TAKEN_AGAIN)),
    ),
}


@dataclass
class Worker:
    """Where one worker is: what it read and saw, and how many synchronisations are left."""

    left: int
    step: str = "begin"
    read: int = 0
    saw: int = 0
    began_at: int = 0


@dataclass
class World:
    """One history as far as it went; ``wrong`` counts the ends that are not as Stripe has it."""

    # What follows from Stripe's facts at each moment; equal ones by one number.
    truths: tuple[int, ...]
    guarded: bool
    now: int = 0
    sync_no: int = 0
    local: int = -1
    last_begun: int = -1
    workers: tuple[Worker, Worker] = field(
        default_factory=lambda: (Worker(SYNCS[0]), Worker(SYNCS[1]))
    )
    histories: int = 0
    wrong: int = 0


def explore(world: World) -> None:
    """Go on from here in every way there is."""
    going = False
    if world.now + 1 < len(world.truths):
        going = True
        world.now += 1
        explore(world)
        world.now -= 1
    for worker in world.workers:
        if worker.left:
            going = True
            _step(world, worker)
    if not going and world.last_begun == world.now:
        world.histories += 1
        world.wrong += world.truths[world.local] != world.truths[world.now]


def _step(world: World, worker: Worker) -> None:
    """Let one worker do its next thing, explore, and take it back."""
    kept = (worker.left, worker.step, worker.read, worker.saw, worker.began_at)
    whole = (world.sync_no, world.local, world.last_begun)
    if worker.step == "begin":
        worker.read, worker.began_at, worker.step = world.sync_no, world.now, "fetch"
    elif worker.step == "fetch":
        worker.saw, worker.step = world.now, "apply"
    elif world.guarded and worker.read != world.sync_no:
        worker.step = "begin"
    else:
        world.sync_no += 1
        world.local = worker.saw
        world.last_begun = max(world.last_begun, worker.began_at)
        worker.left, worker.step = worker.left - 1, "begin"
    explore(world)
    worker.left, worker.step, worker.read, worker.saw, worker.began_at = kept
    world.sync_no, world.local, world.last_begun = whole


def explored(name: str, *, guarded: bool) -> World:
    projected: list[Projection] = [project(AGREED, facts) for facts in SCENARIOS[name]]
    world = World(tuple(map(projected.index, projected)), guarded)
    explore(world)
    return world


@pytest.mark.slow
def test_whatever_the_order_of_steps_an_order_ends_as_stripe_has_it() -> None:
    worlds = [explored(name, guarded=True) for name in SCENARIOS]

    assert [world.wrong for world in worlds] == [0] * len(SCENARIOS)
    assert sum(world.histories for world in worlds) >= LEAST


def test_without_the_number_some_orders_end_wrong() -> None:
    assert explored("a dispute that is won", guarded=False).wrong
