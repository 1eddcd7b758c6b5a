"""Mistakes that shops really make, put into our code one at a time: each is caught.

A check that no mistake can fail proves nothing. Each line names the mistake, the sale that is told
with it, and what notices: a check of `tests.payments.invariants`, or the end the sale must come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lessons.reading import access
from payments import (
    answers,
    applying,
    checkout,
    gateway,
    inbox,
    invoices,
    letters,
    projection,
    refunds,
    sync,
)
from tests.databases import with_keys
from tests.payments import sales
from tests.payments.seeding import Mistake
from tests.payments.story import Story

if TYPE_CHECKING:
    from tests.payments.conftest import Payload, Shop
    from tests.payments.sales import Sale


class Seed:
    """A mistake, the sale it spoils, and what notices."""

    def __init__(self, sale: Sale, caught_by: str, *mistakes: Mistake) -> None:
        self.sale = sale
        self.caught_by = caught_by
        self.mistakes = mistakes


# Longer texts of mistakes.
ORDER_OF = "    order = _order_of(event)\n"
BELIEVING = """_end(event, StripeEvent.State.DONE)
        if event.type == "checkout.session.completed":
            sync.applying.set_right(Order.objects.get(pk=order), "active", "told", now)"""
OF_THE_ADDRESS = 'order.buyer.__class__.objects.get(email="other@example.org")'
SEEDS = {
    "who has not paid yet may read": Seed(
        sales.is_paid_later,
        "the end",
        Mistake(
            projection.project,
            ("one.payment_status in PAID and _fits(agreed, one)]", "_fits(agreed, one)]"),
        ),
    ),
    "what the event says is believed": Seed(
        sales.is_paid_later,
        "the end",
        Mistake(inbox._work_on, ("_end(event, StripeEvent.State.DONE)", BELIEVING)),
    ),
    "an older answer overwrites a newer one": Seed(
        sales.is_overtaken,
        "the end",
        Mistake(sync._apply, ("if row.sync_no != seen:", "if False:")),
    ),
    "an event counts as done before it is worked on": Seed(
        sales.is_disputed_while_stripe_is_away,
        "the end",
        Mistake(inbox._work_on, (ORDER_OF, ORDER_OF + "    _end(event, StripeEvent.State.DONE)\n")),
        Mistake(inbox.work, ('event.save(update_fields=["error", "next_at"])', "pass")),
    ),
    "a part given back ends the right": Seed(
        sales.is_given_back_in_parts,
        "the end",
        Mistake(projection._right, ("refunded >= granting.total", "refunded")),
    ),
    "what is given back counts twice": Seed(
        sales.is_given_back_in_parts,
        "the end",
        Mistake(projection._refunded, ("one.amount\n", "one.amount * 2\n")),
    ),
    "test money buys": Seed(
        sales.is_not_what_was_agreed,
        "rights_are_paid_for",
        Mistake(answers.session, (" and one.livemode == is_live", "")),
    ),
    "an event of another mode is worked on": Seed(
        sales.hears_of_another_mode_and_of_yesterday,
        "events_are_kept",
        Mistake(inbox._keep, (" and hint.livemode == gateway.live()", "")),
    ),
    "another price buys": Seed(
        sales.is_not_what_was_agreed,
        "rights_are_paid_for",
        Mistake(projection._fits, ("session.subtotal == agreed.total", "True")),
    ),
    "a session of another shop buys": Seed(
        sales.is_not_what_was_agreed,
        "rights_are_paid_for",
        Mistake(answers.session, ('meta(one).get("env") == settings.STRIPE_ENV and ', "")),
    ),
    "each look sends the letter again": Seed(
        sales.is_looked_at_again_and_again,
        "letters_go_once",
        Mistake(letters._is_new, (" and not Letter.objects.filter(key=key).exists()", "")),
        Mistake(letters._put, ("key=key,", 'key=f"{key}:{secrets.token_hex(4)}",')),
    ),
    "a lost answer is not looked for before asking again": Seed(
        sales.is_given_back_while_stripe_breaks_down,
        "no_more_goes_back_than_came",
        Mistake(refunds.send_intended, ("if (row.error or", "if False and (row.error or")),
    ),
    "each try to give back has a key of its own": Seed(
        sales.is_given_back_by_a_worker_that_dies,
        "no_more_goes_back_than_came",
        Mistake(gateway.refund, ('f"re-{key}"', "f\"re-{key}-{__import__('time').time_ns()}\"")),
    ),
    "a dispute that is won does not give back": Seed(
        sales.is_disputed_and_won,
        "the end",
        Mistake(
            access.follow,
            ('if right == "suspended" else None', 'if right == "suspended" else was[0]'),
        ),
    ),
    "a dispute changes nothing": Seed(
        sales.is_disputed_and_won,
        "the end",
        Mistake(projection._right, ("if statuses & HELD:", "if False:")),
    ),
    "giving back what was paid twice ends the right": Seed(
        sales.is_paid_on_two_pages,
        "the end",
        Mistake(projection._refunded, ("one.intent == granting.intent and ", "")),
    ),
    "what was paid twice is kept": Seed(
        sales.is_paid_on_two_pages,
        "what_bought_nothing_goes_back",
        Mistake(applying._give_back, ("for one in found.surplus]", "for one in ()]")),
    ),
    "each look books again": Seed(
        sales.is_looked_at_again_and_again,
        "books_balance",
        Mistake(
            applying._write_ledger, ("cause=one.cause,", 'cause=f"{one.cause}{order.sync_no}",')
        ),
    ),
    "a refund that came back is not booked": Seed(
        sales.is_given_back_in_vain,
        "books_balance",
        Mistake(projection._bookings, ("if refund.status in RETURNED:", "if False:")),
    ),
    "a refund under way has a credit note already": Seed(
        sales.is_given_back_in_vain,
        "the end",
        Mistake(invoices.issue, (' and one.status == "succeeded"', "")),
    ),
    "each look draws another invoice": Seed(
        sales.is_looked_at_again_and_again,
        "invoices_are_complete",
        Mistake(
            invoices.issue,
            ('f"{found.granting.id}{SALE}"', 'f"{found.granting.id}{order.sync_no}{SALE}"'),
        ),
    ),
    "an event of an hour ago is let in": Seed(
        sales.hears_of_another_mode_and_of_yesterday,
        "the end",
        Mistake(
            gateway.hint_of,
            ("tolerance=TOLERANCE", "tolerance=None"),
            ("abs(now.timestamp() - stamp) > TOLERANCE", "False"),
        ),
    ),
    "the reader is whose address Stripe knows": Seed(
        sales.is_paid_with_the_address_of_another,
        "rights_are_paid_for",
        Mistake(applying._reader, ("return order.buyer", f"return {OF_THE_ADDRESS}")),
    ),
    "each press opens a page": Seed(
        sales.is_opened_in_two_tabs,
        "the end",
        Mistake(
            checkout._begin,
            (
                'order.attempts.filter(state__in=["new", "open"]).first()',
                '[order.attempts.update(state="expired"), None][1]',
            ),
        ),
    ),
    "who withdraws does not get the money": Seed(
        sales.is_withdrawn,
        "who_withdrew_gets_it_back",
        Mistake(applying._give_back, ("order.contract == Order.Contract.WITHDRAWN", "False")),
    ),
    "who withdraws reads on": Seed(
        sales.is_withdrawn,
        "the end",
        Mistake(projection._ended, ("if agreed.withdrawn", "if False")),
    ),
    "what the bank does not take is sent again and again": Seed(
        sales.is_withdrawn_and_the_bank_says_no,
        "the end",
        Mistake(applying._give_back, ('filter(payment=intent, status="failed")', "none()")),
    ),
    "nobody is told of what is owed": Seed(
        sales.is_withdrawn_and_the_bank_says_no,
        "the end",
        Mistake(applying._write_order, ("sorted(stuck.union(found.troubles))", "[]")),
    ),
}
LEAST = 12
pytestmark = [pytest.mark.usefixtures("without_pauses"), with_keys]


@pytest.fixture
def payload() -> Payload:
    """With a thin event there is nothing to believe."""
    return "snapshot"


@pytest.mark.parametrize("sale", sales.EVERY, ids=lambda sale: sale.__name__)
def test_without_a_mistake_all_is_well(shop: Shop, sale: Sale) -> None:
    assert sales.told(sale, Story(shop)) == {}


@pytest.mark.parametrize("name", SEEDS)
def test_a_mistake_is_caught(shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    one = SEEDS[name]
    story = Story(shop)
    for mistake in one.mistakes:
        mistake.put(monkeypatch)

    assert one.caught_by in sales.told(one.sale, story)


def test_there_are_enough_of_them() -> None:
    assert len(SEEDS) >= LEAST
