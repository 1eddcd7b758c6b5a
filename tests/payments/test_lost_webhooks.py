"""When no webhook arrives: how long it takes until an order is right all the same.

One clock for both sides is moved by hand, in the steps of the worker's schedule.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from lessons.reading.models import Access
from payments import gateway, inbox, reconciliation, refunds, sync
from payments.models import Order, StripeEvent
from tests.databases import with_keys, with_keys_committed
from tests.payments.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.projection import Facts
    from payments.sandbox.knobs import How
    from tests.payments.conftest import Payload, Shop

HALF_A_MINUTE = timedelta(seconds=30)
A_QUARTER = timedelta(minutes=15)
TEN_MINUTES = timedelta(minutes=10)
A_DAY = timedelta(days=1)
LONG_AGO = timedelta(days=30)
pytestmark = with_keys


@pytest.fixture
def payload() -> Payload:
    """Nothing of it arrives."""
    return "thin"


@pytest.fixture
def story(shop: Shop, without_pauses: None) -> Story:
    """A shop that hears nothing from Stripe."""
    told = Story(shop)
    told.world.store.clock = lambda: told.now.timestamp()  # noqa: PLW0108 -- ``now`` moves.
    told.world.knobs.hold, told.world.knobs.drop = False, {"*"}
    return told


def sweeps_for(story: Story, time: timedelta, every: timedelta = HALF_A_MINUTE) -> None:
    """What the worker does by itself in this time, no hint having come."""
    end = story.now + time
    while story.now < end:
        story.now += every
        inbox.work(now=story.now)
        sync.sweep(now=story.now)
        refunds.send_intended(now=story.now)


def a_day_passes(story: Story) -> None:
    """A day of sweeps and of reading the list of events, and the audit at its end."""
    for _quarter in range(A_DAY // A_QUARTER):
        inbox.pull(now=story.now)
        sweeps_for(story, A_QUARTER, every=A_QUARTER)
    reconciliation.audit(now=story.now)
    sweeps_for(story, HALF_A_MINUTE)


def forget_events(story: Story) -> None:
    """Stripe's own list says nothing of what has happened."""
    for one in story.world.all("event"):
        story.world.store.remove(one["id"])


def can_read(order: Order) -> bool:
    rows = Access.objects.filter(source=order.source)
    return rows.filter(revoked_at__isnull=True, suspended_at__isnull=True).exists()


def sold_long_ago(story: Story, way: str = "card") -> tuple[Order, str]:
    """An order that was paid and settled a month ago, and its payment intent."""
    order = story.order()
    (page,) = story.pages(order)
    story.world.pay(page, way)
    sweeps_for(story, TEN_MINUTES)
    story.now += LONG_AGO
    sweeps_for(story, TEN_MINUTES)
    order.refresh_from_db()
    assert (order.state, order.next_sync_at) == ("paid", None)
    return order, str(story.world.get(page)["payment_intent"])


@pytest.mark.parametrize("way", ["card", "ideal", "later_succeeds"])
@pytest.mark.parametrize("after", [timedelta(0), timedelta(minutes=55)], ids=["at once", "later"])
def test_a_payment_is_known_within_ten_minutes(story: Story, way: str, after: timedelta) -> None:
    order = story.order()
    (page,) = story.pages(order)
    sweeps_for(story, after, every=timedelta(minutes=1))
    story.world.pay(page, way)
    if way == "later_succeeds":
        sweeps_for(story, TEN_MINUTES)
        assert not can_read(order)
        story.world.async_succeed(page)
    sweeps_for(story, TEN_MINUTES)

    assert can_read(order)
    assert story.wrong() == {}
    assert not StripeEvent.objects.exists()


def given_back(story: Story, intent: str) -> None:
    story.world.refund(intent)


def disputed(story: Story, intent: str) -> None:
    story.world.dispute_open(intent)


def lost(story: Story, intent: str) -> None:
    story.world.dispute_close(story.world.dispute_open(intent)["id"], "lost")


@pytest.mark.slow
@pytest.mark.parametrize("list_is_there", [True, False], ids=["by the list", "by the audit alone"])
@pytest.mark.parametrize("happens", [given_back, disputed, lost])
def test_what_happens_in_the_dashboard_is_known_within_a_day(
    story: Story, happens: Callable[[Story, str], None], list_is_there: bool
) -> None:
    order, intent = sold_long_ago(story)
    happens(story, intent)
    if not list_is_there:
        forget_events(story)
    assert can_read(order)

    a_day_passes(story)

    assert not can_read(order)
    assert story.wrong() == {}


@pytest.mark.parametrize("how", ["500_after_effect", "cut_after_effect"])
def test_a_part_is_given_back_once_though_stripe_forgets_the_key_of_the_lost_answer(
    story: Story, how: How
) -> None:
    order, _intent = sold_long_ago(story)
    story.refund(order, 5_000)
    story.world.knobs.fail("/v1/refunds", how, times=3, method="POST")
    refunds.send_intended(now=story.now)
    story.world.knobs.fail("/v1/*", "cut_before", times=10_000)
    sweeps_for(story, A_DAY + A_DAY, every=timedelta(hours=6))
    story.world.knobs.faults.clear()

    refunds.send_intended(now=story.now)
    sweeps_for(story, HALF_A_MINUTE)

    assert [one["amount"] for one in story.world.all("refund")] == [5_000]
    assert story.wrong() == {}


@pytest.mark.slow
@pytest.mark.parametrize("list_is_there", [True, False], ids=["by the list", "by the audit alone"])
def test_a_refund_that_comes_back_later_is_known_within_a_day(
    story: Story, list_is_there: bool
) -> None:
    order, intent = sold_long_ago(story)
    refund = story.world.refund(intent)["id"]
    a_day_passes(story)
    assert not can_read(order)

    story.world.refund_fail(refund)
    if not list_is_there:
        forget_events(story)
    a_day_passes(story)

    order.refresh_from_db()
    assert can_read(order)
    assert order.troubles == ["refund_failed"]
    assert story.wrong() == {}


@pytest.mark.slow
def test_a_dispute_that_ends_after_months_is_known_within_a_day(story: Story) -> None:
    order, intent = sold_long_ago(story)
    dispute = story.world.dispute_open(intent)["id"]
    a_day_passes(story)
    assert not can_read(order)
    forget_events(story)
    story.now += LONG_AGO * 2

    story.world.dispute_close(dispute, "won")
    forget_events(story)
    a_day_passes(story)

    assert can_read(order)
    assert story.wrong() == {}


def held_up(monkeypatch: pytest.MonkeyPatch) -> tuple[Event, Event]:
    """Let the first answer of Stripe arrive late: when it left, and that it may arrive."""
    left, may_arrive = Event(), Event()
    ask = gateway.facts_of

    def late(sessions: list[str]) -> Facts:
        found = ask(sessions)
        if not left.is_set():
            left.set()
            may_arrive.wait(timeout=30)
        return found

    monkeypatch.setattr(gateway, "facts_of", late)
    return left, may_arrive


@with_keys_committed
def test_a_worker_that_waits_for_an_old_answer_does_not_undo_what_another_wrote(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe's answer to the first worker was true when it left, and is late."""
    story = Story(shop)
    order = story.order()
    (page,) = story.pages(order)
    asked, go_on = held_up(monkeypatch)

    def first() -> None:
        sync.sync_order(order=order.pk, now=story.now)
        connections.close_all()

    waiting = Thread(target=first)
    waiting.start()
    assert asked.wait(timeout=30)
    story.world.pay(page)
    sync.sync_order(order=order.pk, now=story.now)
    go_on.set()
    waiting.join()

    order.refresh_from_db()
    assert order.state == "paid"
    assert can_read(order)
    story.settle()
    assert story.wrong() == {}
