"""From the order to the right to read, and back, whatever the way of paying."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pytest
from django.utils import timezone

from courseapp.post import retention
from courseapp.post.models import Letter
from courseapp.privacy import erase_person
from lessons.reading.models import Access
from payments import checkout, gifts, ordering, refunds, sync, withdrawal
from payments.models import Invoice, LedgerEntry, Order, Refund, StripeEvent
from payments.sandbox.refusals import NotInThisState
from tests.databases import with_keys
from tests.factories import make_reader
from tests.payments.conftest import BACK, PRICE

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop


def may_read(reader: User | None) -> bool:
    return Access.objects.filter(
        reader=reader, revoked_at__isnull=True, suspended_at__isnull=True
    ).exists()


def balance(order: Order) -> int:
    return sum(LedgerEntry.objects.filter(order=order).values_list("amount", flat=True))


def letters_to(order: Order, kind: str) -> int:
    return Letter.objects.filter(key__startswith=kind, to=order.email).count()


@pytest.mark.parametrize("method", ["card", "ideal"])
def test_who_pays_may_read_and_gets_one_mail_and_one_invoice(shop: Shop, method: str) -> None:
    order = shop.order()
    shop.pay(order, method)
    order.refresh_from_db()

    assert (order.state, order.paid_amount) == ("paid", PRICE)
    assert may_read(order.buyer)
    assert letters_to(order, "confirmed:") == 1
    invoice = Invoice.objects.get(order=order)
    assert (invoice.content["total"], invoice.content["vat"]) == (PRICE, 2586)
    assert balance(order) == 0


def test_an_order_nobody_paid_gives_nothing(shop: Shop) -> None:
    order = shop.order()
    shop.settle()

    assert shop.look(order).state == "open"
    assert not may_read(order.buyer)


def test_a_declined_card_can_be_followed_by_one_that_works(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "card_declined")
    assert shop.look(order).state == "open"

    shop.pay(order, "card")

    assert shop.look(order).state == "paid"


def test_a_delayed_payment_is_under_way_until_it_is_there(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "later_succeeds")
    order.refresh_from_db()
    assert order.state == "processing"
    assert not may_read(order.buyer)
    assert letters_to(order, "confirmed:") == 0

    shop.stripe.world.async_succeed(shop.session(order))
    shop.settle()
    order.refresh_from_db()

    assert order.state == "paid"
    assert may_read(order.buyer)


def test_a_delayed_payment_that_fails_can_be_tried_again(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "later_fails")
    shop.stripe.world.async_fail(shop.session(order))
    shop.settle()
    order.refresh_from_db()
    assert order.state == "failed"

    checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())
    shop.pay(order)

    assert shop.look(order).state == "paid"


def test_without_any_webhook_the_return_page_knows(shop: Shop) -> None:
    shop.stripe.knobs.drop = {"*"}
    order = shop.order()
    shop.pay(order)
    assert StripeEvent.objects.count() == 0

    assert shop.look(order).state == "paid"
    assert may_read(order.buyer)


def test_a_full_refund_ends_the_right_and_a_part_does_not(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)

    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    shop.settle()
    order.refresh_from_db()
    assert order.refunded_amount == 5_000
    assert may_read(order.buyer)

    refunds.ask(order=order, amount=PRICE - 5_000, reason="", by=None, now=timezone.now())
    shop.settle()
    order.refresh_from_db()
    assert order.refunded_amount == PRICE
    assert not may_read(order.buyer)
    assert Invoice.objects.filter(order=order, kind="credit").count() == 2
    assert balance(order) == 0


def test_more_than_was_paid_is_not_given_back(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    refunds.ask(order=order, amount=PRICE, reason="", by=None, now=timezone.now())

    with pytest.raises(refunds.TooMuch):
        refunds.ask(order=order, amount=1, reason="", by=None, now=timezone.now())


def test_a_refund_in_stripes_dashboard_counts(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)

    shop.stripe.world.refund(shop.intent(order))
    shop.settle()

    assert not may_read(order.buyer)
    assert Refund.objects.get().origin == "stripe"


def test_what_was_told_is_not_told_again_when_its_letter_is_gone(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    refunds.ask(order=order, amount=100, reason="", by=None, now=timezone.now())
    shop.settle()
    later = timezone.now() + timedelta(days=100)
    assert retention.forget_old(now=later) == 0
    Letter.objects.update(next_at=None, sent_at=timezone.now())
    assert retention.forget_old(now=later) == 2

    sync.sync_order(order=order.pk, now=later)

    assert not Letter.objects.exists()


@with_keys
def test_who_erases_the_account_and_pays_after_all_gets_the_money_back(shop: Shop) -> None:
    order = shop.order()
    assert order.buyer is not None
    erase_person(order.buyer, now=timezone.now())
    shop.pay(order)
    order.refresh_from_db()

    assert order.buyer is None
    assert (order.paid_amount, order.refunded_amount) == (PRICE, PRICE)
    assert Refund.objects.get().origin == "nobody"
    assert not Access.objects.exists()
    assert balance(order) == 0


@with_keys
def test_who_erases_the_account_after_reading_is_paid_nothing_back(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    order.refresh_from_db()
    assert order.buyer is not None
    erase_person(order.buyer, now=timezone.now())

    assert shop.look(order).refunded_amount == 0
    assert not Refund.objects.exists()


def test_a_refund_the_bank_sends_back_later_is_undone_in_the_books_to_the_cent(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    shop.settle()
    refund = Refund.objects.get()
    shop.stripe.world.refund_fail(str(refund.stripe_id))
    shop.settle()
    order.refresh_from_db()

    papers = list(Invoice.objects.filter(order=order).order_by("issued_at", "number"))
    assert sorted(one.content["total"] for one in papers) == [-5_000, 5_000, PRICE]
    assert sum(one.content["vat"] for one in papers) == 2586
    assert order.refunded_amount == 0
    assert [one.pk for one in refunds.unsettled(order)] == [refund.pk]
    assert balance(order) == 0


def test_what_was_given_back_in_another_way_waits_for_nobody(shop: Shop) -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    order = shop.order()
    shop.pay(order)
    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    shop.settle()
    shop.stripe.world.refund_fail(str(Refund.objects.get().stripe_id))
    shop.settle()
    (failed,) = refunds.unsettled(order)

    refunds.settle(refund=failed, note="Overgemaakt", by=owner, now=timezone.now())

    assert refunds.unsettled(order) == []
    with pytest.raises(refunds.NotFailed):
        refunds.settle(refund=failed, note="Nog eens", by=owner, now=timezone.now())


@pytest.mark.parametrize(("end", "readable"), [("won", True), ("lost", False)])
def test_a_dispute_holds_the_right_until_it_is_decided(
    shop: Shop,
    end: Literal["won", "lost"],
    readable: bool,
) -> None:
    order = shop.order()
    shop.pay(order)
    dispute = shop.stripe.world.dispute_open(shop.intent(order))
    shop.settle()
    assert not may_read(order.buyer)

    shop.stripe.world.dispute_close(dispute["id"], end)
    shop.settle()

    assert may_read(order.buyer) is readable
    assert balance(order) == 0


def test_a_withdrawal_with_number_and_address_works_at_once(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)

    withdrawal.submit(
        name="J. Jansen", contract=order.number.lower(), email=order.email, now=timezone.now()
    )
    assert not may_read(order.buyer)
    shop.look(order)
    shop.settle()
    order.refresh_from_db()

    assert (order.contract, order.refunded_amount) == ("withdrawn", PRICE)
    assert letters_to(order, "withdrawal:") == 1


def test_nobody_ends_the_right_of_another(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)

    statement = withdrawal.submit(
        name="X", contract=order.number, email="else@example.org", now=timezone.now()
    )

    assert may_read(order.buyer)
    assert statement.order is None


def test_a_gift_opens_for_somebody_else_once(shop: Shop) -> None:
    order = shop.order(is_gift=True)
    shop.pay(order)
    assert not may_read(order.buyer)
    code = order.gift.code
    friend, third = make_reader(), make_reader()

    gifts.use(code=code.lower().replace("-", " "), reader=friend, now=timezone.now())
    with pytest.raises(gifts.UnknownCode):
        gifts.use(code=code, reader=third, now=timezone.now())

    assert may_read(friend)
    assert not may_read(third)


def test_what_is_bought_twice_is_given_back_once(shop: Shop) -> None:
    order = shop.order()
    first = shop.session(order)
    order.attempts.update(state="expired")  # As if its end was noted, and it was still open.
    checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())
    shop.stripe.world.pay(first)
    shop.stripe.world.pay(shop.session(order))
    shop.settle()
    order.refresh_from_db()

    assert (order.state, order.paid_amount) == ("paid", PRICE)
    assert may_read(order.buyer)
    assert [one.origin for one in Refund.objects.all()] == ["duplicate"]
    assert Invoice.objects.filter(order=order).count() == 1


def test_a_second_click_leads_to_the_same_payment_page(shop: Shop) -> None:
    order = shop.order()

    again = checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())

    assert order.attempts.count() == 1
    assert again == order.attempts.get().url


def test_a_code_takes_its_part_off_and_the_papers_say_what_was_paid(shop: Shop) -> None:
    shop.stripe.world.offer_code("HALF", percent=50)
    order = shop.order()
    shop.pay(order, code="half")
    order.refresh_from_db()

    assert (order.state, order.total, order.paid_amount) == ("paid", PRICE, PRICE // 2)
    assert order.troubles == []
    assert may_read(order.buyer)
    assert Invoice.objects.get(order=order).content["total"] == PRICE // 2
    assert balance(order) == 0


def test_a_code_for_all_of_it_gives_the_right_without_payment_or_invoice(shop: Shop) -> None:
    shop.stripe.world.offer_code("GRATIS", percent=100)
    order = shop.order()
    shop.pay(order, code="GRATIS")
    order.refresh_from_db()

    assert (order.state, order.paid_amount) == ("paid", 0)
    assert may_read(order.buyer)
    assert letters_to(order, "confirmed:") == 1
    assert not Invoice.objects.filter(order=order).exists()
    assert not order.payments.exists()


def test_a_code_that_is_used_up_changes_nothing(shop: Shop) -> None:
    shop.stripe.world.offer_code("HALF", percent=50)
    order = shop.order()
    code = shop.stripe.world.all("promotion_code")[0]
    shop.stripe.world.store.change(code["id"], active=False)

    with pytest.raises(NotInThisState, match="invalid"):
        shop.pay(order, code="HALF")

    assert shop.look(order).state == "open"
    assert not may_read(order.buyer)


def test_what_costs_nothing_asks_stripe_for_nothing(shop: Shop) -> None:
    ordering.set_price(product=shop.product, amount=0, by=None, now=timezone.now())
    shop.stripe.knobs.fail("*", "500", times=50)
    order = shop.order()
    order.refresh_from_db()

    assert (order.state, order.paid_amount) == ("paid", 0)
    assert may_read(order.buyer)
    assert not order.attempts.exists()

    withdrawal.submit(name="J", contract=order.number, email=order.email, now=timezone.now())
    assert not may_read(order.buyer)
    assert shop.look(order).contract == "withdrawn"
    assert not may_read(order.buyer)


def test_where_the_buyer_is_is_kept_twice_for_the_tax_office(shop: Shop) -> None:
    """Art. 24b of Regulation 282/2011 wants two pieces of evidence that agree."""
    order = shop.order()
    shop.pay(order, country="BE")
    order.refresh_from_db()

    assert order.country_evidence == {"billing": "BE", "payment": "BE"}
