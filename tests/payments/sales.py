"""Sales that are told step by step, each with the end it must come to.

Short and fixed, where `tests.payments.test_histories` is long and of every kind: it is these that
the seeded mistakes have to fail.
"""

from __future__ import annotations

from contextlib import suppress
from time import time
from typing import TYPE_CHECKING, Any

import pytest

from courseapp.accounts.models import User
from lessons.reading.models import Access
from payments import gateway, refunds, sync
from payments.models import Order, Refund
from payments.sandbox import deliveries
from tests.factories import make_reader
from tests.payments.conftest import PRICE, SECRET, receive
from tests.payments.test_webhook import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.projection import Facts
    from tests.payments.story import Story

    # Tells of each thing that is not as it must be on the way.
    Sale = Callable[["Story"], Iterator[str]]


def can_read(order: Order) -> bool:
    rows = Access.objects.filter(source=order.source)
    return rows.filter(revoked_at__isnull=True, suspended_at__isnull=True).exists()


def _stands(
    order: Order, *, state: str = "paid", reads: bool = True, back: int = 0
) -> Iterator[str]:
    order.refresh_from_db()
    stands = (order.state, can_read(order), order.refunded_amount)
    if stands != (state, reads, back):
        yield f"{stands} instead of {(state, reads, back)}"


def _news(story: Story) -> None:
    """What Stripe has to tell arrives, and the worker works on it; nothing else helps."""
    for _round in range(2):
        story.world.deliver(*[one["id"] for one in story.world.held()])
        story.work()
        refunds.send_intended(now=story.now)


def _sold(story: Story, way: str = "card") -> tuple[Order, str]:
    order = story.order()
    (page,) = story.pages(order)
    story.world.pay(page, way)
    _news(story)
    return order, str(story.world.get(page)["payment_intent"])


def is_paid_later(story: Story) -> Iterator[str]:
    order, _intent = _sold(story, "later_succeeds")
    yield from _stands(order, state="processing", reads=False)
    story.world.async_succeed(story.world.all("checkout.session")[0]["id"])
    _news(story)
    yield from _stands(order)


def is_looked_at_again_and_again(story: Story) -> Iterator[str]:
    order, _intent = _sold(story)
    for _look in range(3):
        story.come_back(order)
    yield from _stands(order)


def is_given_back_in_parts(story: Story) -> Iterator[str]:
    order, intent = _sold(story)
    story.refund(order, 5_000)
    _news(story)
    yield from _stands(order, back=5_000)
    story.world.refund(intent)
    _news(story)
    yield from _stands(order, reads=False, back=PRICE)


def is_given_back_in_vain(story: Story) -> Iterator[str]:
    order, intent = _sold(story, "ideal")
    refund = story.world.refund(intent)["id"]
    _news(story)
    yield from _stands(order, reads=False, back=PRICE)
    yield from story.wrong().get("invoices_are_complete", [])
    story.world.refund_fail(refund)
    _news(story)
    yield from _stands(order)


def is_given_back_while_stripe_breaks_down(story: Story) -> Iterator[str]:
    order, _intent = _sold(story)
    story.refund(order, 2_000)
    story.world.knobs.fail("/v1/refunds", "cut_after_effect", times=3, method="POST")
    refunds.send_intended(now=story.now)
    story.world.store.answers.clear()  # A day later no key stands for an answer any more.
    refunds.send_intended(now=story.now)
    _news(story)
    yield from _stands(order, back=2_000)


def is_given_back_by_a_worker_that_dies(story: Story) -> Iterator[str]:
    """After Stripe's answer, and before it was written down."""
    order, _intent = _sold(story)
    story.refund(order, 2_000)
    ask = gateway.refund

    def last_deed(**what: Any) -> str:
        ask(**what)
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch, suppress(SystemExit):
        patch.setattr(gateway, "refund", last_deed)
        refunds.send_intended(now=story.now)
    refunds.send_intended(now=story.now)
    _news(story)
    yield from _stands(order, back=2_000)


def is_disputed_and_won(story: Story) -> Iterator[str]:
    order, intent = _sold(story)
    dispute = story.world.dispute_open(intent)["id"]
    _news(story)
    yield from _stands(order, reads=False)
    story.world.dispute_close(dispute, "won")
    _news(story)
    yield from _stands(order)


def is_disputed_while_stripe_is_away(story: Story) -> Iterator[str]:
    order, intent = _sold(story)
    story.world.dispute_open(intent)
    story.world.knobs.fail("/v1/checkout/*", "cut_before", times=12)
    _news(story)
    story.world.knobs.faults.clear()
    for _round in range(8):
        story.work()
    yield from _stands(order, reads=False)


def is_withdrawn(story: Story) -> Iterator[str]:
    order, _intent = _sold(story)
    story.withdraw(order)
    yield from _stands(order, reads=False)
    story.sweep()
    yield from _stands(order, reads=False)
    _news(story)
    yield from _stands(order, reads=False, back=PRICE)


def is_withdrawn_and_the_bank_says_no(story: Story) -> Iterator[str]:
    order, _intent = _sold(story, "ideal")
    story.withdraw(order)
    story.sweep()
    _news(story)
    story.world.refund_fail(Refund.objects.get().stripe_id or "")
    for _round in range(3):
        story.come_back(order)
        _news(story)
    yield from _stands(order, reads=False)
    if (asked := Refund.objects.count()) != 1:
        yield f"{asked} refunds of what the bank does not take back"
    if order.troubles != ["refund_failed"]:
        yield f"nobody is told: {order.troubles}"


def is_paid_on_two_pages(story: Story) -> Iterator[str]:
    order = story.order()
    story.pay_twice(order)
    _news(story)
    yield from _stands(order)
    story.refund(order, 2_000)
    _news(story)
    yield from _stands(order, back=2_000)


def is_paid_on_one_page_after_the_other(story: Story) -> Iterator[str]:
    """In the same second, so that the moment does not say which was first."""
    order = story.order()
    story.pay_twice(order, looks=True)
    first = order.invoices.get().cause
    _news(story)
    yield from _stands(order)
    if [one.cause for one in order.invoices.filter(kind="invoice")] != [first]:
        yield "another payment bought it afterwards"


def is_opened_in_two_tabs(story: Story) -> Iterator[str]:
    order = story.order()
    story.to_payment(order)
    if len(pages := story.pages(order)) != 1:
        yield f"{len(pages)} pages can be paid"
    story.world.pay(pages[0])
    _news(story)
    yield from _stands(order)


def is_paid_with_the_address_of_another(story: Story) -> Iterator[str]:
    make_reader(email="other@example.org")
    order = story.order()
    (page,) = story.pages(order)
    story.world.pay(page, email="other@example.org")
    _news(story)
    yield from _stands(order)
    if Access.objects.filter(reader=User.objects.get(email="other@example.org")).exists():
        yield "somebody else reads what was bought"


def is_not_what_was_agreed(story: Story) -> Iterator[str]:
    """A session of another price, of another shop in the account, or of no real money."""
    for change in (
        {"amount_subtotal": 100, "amount_total": 100},
        {"metadata": {"env": "another shop"}},
        {"livemode": True},
    ):
        order = story.order()
        (page,) = story.pages(order)
        story.world.store.change(page, **change)
        story.world.pay(page)
        _news(story)
        order.refresh_from_db()
        if can_read(order) or order.state == "paid":
            yield f"{change} counts"


def is_overtaken(story: Story) -> Iterator[str]:
    """While an answer is on its way, the order is paid and another worker writes that down."""
    order = story.order()
    (page,) = story.pages(order)
    ask = gateway.facts_of
    nested = False

    def late(sessions: list[str]) -> Facts:
        nonlocal nested
        found = ask(sessions)
        if not nested:
            nested = True
            story.world.pay(page)
            sync.sync_order(order=order.pk, now=story.now)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "facts_of", late)
        sync.sync_order(order=order.pk, now=story.now)
    yield from _stands(order)


def hears_of_another_mode_and_of_yesterday(story: Story) -> Iterator[str]:
    body = event(id="evt_live", livemode=True)
    if receive(body, {"Stripe-Signature": deliveries.sign(body, SECRET, at=int(time()))}) != 200:
        yield "an event of another mode is not answered"
    body = event(id="evt_old")
    signed = deliveries.sign(body, SECRET, at=int(time()) - 3_600)
    if receive(body, {"Stripe-Signature": signed}) != 400:
        yield "an event of an hour ago is let in"
    yield from story.wrong().get("events_are_kept", [])


EVERY: tuple[Sale, ...] = (
    is_paid_on_one_page_after_the_other,
    is_given_back_by_a_worker_that_dies,
    *(is_paid_later, is_looked_at_again_and_again, is_given_back_in_parts, is_given_back_in_vain),
    *(
        is_given_back_while_stripe_breaks_down,
        is_disputed_and_won,
        is_disputed_while_stripe_is_away,
    ),
    *(is_withdrawn, is_withdrawn_and_the_bank_says_no, is_paid_on_two_pages, is_opened_in_two_tabs),
    *(is_paid_with_the_address_of_another, is_not_what_was_agreed, is_overtaken),
    hears_of_another_mode_and_of_yesterday,
)


def told(sale: Sale, story: Story) -> dict[str, list[str]]:
    """What is wrong with a sale, by check; ``the end`` is what the sale itself expects."""
    ends = list(sale(story))
    story.settle()
    return {**({"the end": ends} if ends else {}), **story.wrong()}
