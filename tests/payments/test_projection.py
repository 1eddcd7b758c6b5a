"""What follows from what Stripe says: every rule with an example of its own.

The invariants of money ask the projection what should be; what the projection itself should say
stands here, in figures.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payments.projection import (
    Agreed,
    Booking,
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
OPEN = Session("cs_1", "open", "unpaid", 14_900, 14_900, "eur", "order")
UNPAID = replace(OPEN, status="complete", intent="pi_1")
PAID = replace(UNPAID, payment_status="paid")
AGAIN = replace(PAID, id="cs_2", intent="pi_2")
TAKEN = Payment("pi_1", "succeeded", 14_900, "eur", PAID_AT)
TAKEN_AGAIN = replace(TAKEN, id="pi_2", paid_at=PAID_AT + timedelta(hours=1))
SOLD = Facts((PAID,), (TAKEN,))
CAME_IN = Booking("pi_1:paid", "customer", "stripe", 14_900)
CAME_IN_AGAIN = Booking("pi_2:paid", "customer", "stripe", 14_900)


def refund(status: str, amount: int = 14_900, intent: str = "pi_1") -> Refund:
    return Refund("re_1", intent, amount, status)


def dispute(status: str, intent: str = "pi_1") -> Dispute:
    return Dispute("dp_1", intent, 14_900, status)


def stands(found: Projection) -> tuple[str, str, str]:
    return found.state, found.right, found.cause


def test_what_costs_nothing_is_open_at_once_and_its_books_are_empty() -> None:
    assert project(replace(AGREED, total=0), SOLD) == Projection("paid", "active", "free")


@pytest.mark.parametrize(
    ("withdrawn", "barred", "cause"),
    [(True, False, "withdrawn"), (False, True, "barred"), (True, True, "withdrawn")],
)
@pytest.mark.parametrize("total", [0, 14_900])
def test_who_withdrew_and_who_was_barred_may_not_read_whatever_was_paid(
    total: int, withdrawn: bool, barred: bool, cause: str
) -> None:
    agreed = replace(AGREED, total=total, withdrawn=withdrawn, barred=barred)

    assert stands(project(agreed, SOLD)) == ("paid", "revoked", cause)


def test_a_payment_opens_what_was_bought() -> None:
    assert project(AGREED, SOLD) == Projection(
        "paid", "active", "paid", paid=14_900, granting=PAID, bookings=(CAME_IN,)
    )


@pytest.mark.parametrize(
    ("sessions", "payments", "state"),
    [
        ((), (), "open"),
        ((OPEN,), (), "open"),
        ((replace(OPEN, status="expired"),), (), "expired"),
        ((replace(OPEN, status="expired"), replace(OPEN, id="cs_2")), (), "open"),
        ((UNPAID,), (Payment("pi_1", "processing", 0, "eur"),), "processing"),
        ((UNPAID,), (Payment("pi_1", "requires_payment_method", 0, "eur"),), "failed"),
        ((UNPAID,), (Payment("pi_1", "canceled", 0, "eur"),), "failed"),
        ((UNPAID, OPEN), (Payment("pi_1", "canceled", 0, "eur"),), "open"),
        # The payment is there a moment before its session says so.
        ((replace(OPEN, intent="pi_1"),), (TAKEN,), "processing"),
        ((replace(OPEN, intent="pi_1"),), (replace(TAKEN, amount=0),), "open"),
        ((replace(OPEN, intent="pi_1"),), (replace(TAKEN, status="processing"),), "open"),
        ((replace(OPEN, intent="pi_1"),), (TAKEN_AGAIN,), "open"),
        ((replace(OPEN, status="expired", intent="pi_1"), AGAIN), (), "paid"),
    ],
)
def test_where_an_order_stands(
    sessions: tuple[Session, ...], payments: tuple[Payment, ...], state: str
) -> None:
    found = project(AGREED, Facts(sessions, payments))

    assert found.state == state
    if state != "paid":
        assert (found.right, found.cause, found.paid, found.granting) == (
            "none",
            "not_paid",
            0,
            None,
        )


def test_nothing_is_said_of_a_payment_that_is_about_to_buy_something() -> None:
    found = project(AGREED, Facts((replace(OPEN, intent="pi_1"),), (TAKEN,)))

    assert (found.surplus, found.troubles, found.bookings) == ((), (), (CAME_IN,))


def test_a_promotion_code_lowers_what_was_paid() -> None:
    cheaper = replace(PAID, total=9_900)
    found = project(AGREED, Facts((cheaper,), (replace(TAKEN, amount=9_900),)))

    assert (found.right, found.cause, found.paid, found.troubles) == ("active", "paid", 9_900, ())


def test_a_promotion_code_of_all_of_it_leaves_nothing_to_pay_or_to_give_back() -> None:
    free = replace(PAID, payment_status="no_payment_required", total=0, intent=None)

    assert project(AGREED, Facts((free,))) == Projection("paid", "active", "free", granting=free)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PAID, subtotal=1_000),
        replace(PAID, currency="usd"),
        replace(PAID, total=14_901),
        replace(PAID, total=-1),
    ],
)
def test_a_payment_of_something_else_opens_nothing_and_goes_back(wrong: Session) -> None:
    found = project(AGREED, Facts((wrong,), (TAKEN,)))

    assert stands(found) == ("processing", "none", "not_paid")
    assert (found.surplus, found.bookings) == ((TAKEN,), (CAME_IN,))
    assert found.troubles == ("mismatch", "paid_twice")


def test_a_page_of_something_else_that_nobody_paid_troubles_nobody() -> None:
    assert project(AGREED, Facts((replace(OPEN, subtotal=1_000),))).troubles == ()


def test_a_session_of_another_order_is_told_and_counts_for_nothing() -> None:
    found = project(AGREED, Facts((replace(PAID, order="else"),), (TAKEN,)))

    assert stands(found) == ("open", "none", "not_paid")
    assert (found.surplus, found.troubles) == ((), ("foreign_session",))


def test_of_two_payments_the_first_opens_it_and_the_second_goes_back() -> None:
    found = project(AGREED, Facts((AGAIN, PAID), (TAKEN_AGAIN, TAKEN)))

    assert (found.granting, found.surplus) == (PAID, (TAKEN_AGAIN,))
    assert (found.paid, found.troubles) == (14_900, ("paid_twice",))
    assert found.bookings == (CAME_IN_AGAIN, CAME_IN)


def test_first_is_who_paid_first_whatever_the_numbers_of_the_pages() -> None:
    earlier = replace(TAKEN_AGAIN, paid_at=PAID_AT - timedelta(hours=1))
    found = project(AGREED, Facts((PAID, AGAIN), (TAKEN, earlier)))

    assert (found.granting, found.surplus) == (AGAIN, (TAKEN,))


def test_the_one_that_an_invoice_was_drawn_for_stays_the_one() -> None:
    found = project(replace(AGREED, granted="cs_2"), Facts((PAID, AGAIN), (TAKEN, TAKEN_AGAIN)))

    assert (found.granting, found.surplus) == (AGAIN, (TAKEN,))


def test_of_two_in_one_second_the_smaller_number_opens_it() -> None:
    at_once = replace(TAKEN_AGAIN, paid_at=PAID_AT)
    found = project(AGREED, Facts((AGAIN, PAID), (at_once, TAKEN)))

    assert found.granting == PAID


@pytest.mark.parametrize("sessions", [(PAID, AGAIN), (AGAIN, PAID)])
@pytest.mark.parametrize("payments", [(TAKEN, TAKEN_AGAIN), (TAKEN_AGAIN, TAKEN)])
def test_the_order_in_which_stripe_lists_things_changes_nothing(
    sessions: tuple[Session, ...], payments: tuple[Payment, ...]
) -> None:
    third, last = replace(PAID, id="cs_3", intent="pi_3"), PAID_AT + timedelta(hours=2)
    found = project(
        AGREED,
        Facts((third, *sessions), (*payments, replace(TAKEN, id="pi_3", paid_at=last))),
    )

    assert found.granting == PAID
    assert [one.id for one in found.surplus] == ["pi_2", "pi_3"]


def test_what_was_paid_on_a_page_that_has_expired_goes_back() -> None:
    late = replace(AGAIN, status="expired", payment_status="unpaid")
    found = project(AGREED, Facts((PAID, late), (TAKEN, TAKEN_AGAIN)))

    assert (found.surplus, found.troubles) == ((TAKEN_AGAIN,), ("paid_twice",))


@pytest.mark.parametrize(
    ("status", "amount", "intent", "is_surplus"),
    [
        ("succeeded", 14_900, "pi_2", False),
        ("pending", 14_900, "pi_2", False),
        ("requires_action", 14_900, "pi_2", False),
        ("intended", 14_900, "pi_2", False),
        ("failed", 14_900, "pi_2", True),
        ("canceled", 14_900, "pi_2", True),
        ("succeeded", 14_899, "pi_2", True),
        ("succeeded", 14_900, "pi_1", True),
    ],
)
def test_what_is_given_back_already_is_not_given_back_again(
    status: str, amount: int, intent: str, is_surplus: bool
) -> None:
    facts = Facts((PAID, AGAIN), (TAKEN, TAKEN_AGAIN), (refund(status, amount, intent),))

    assert project(AGREED, facts).surplus == ((TAKEN_AGAIN,) if is_surplus else ())


@pytest.mark.parametrize("status", ["succeeded", "pending", "requires_action"])
def test_what_was_given_back_is_closed(status: str) -> None:
    found = project(AGREED, replace(SOLD, refunds=(refund(status),)))

    assert stands(found) == ("paid", "revoked", "refunded")
    assert (found.paid, found.refunded, found.troubles) == (14_900, 14_900, ())
    assert found.bookings == (CAME_IN, Booking("re_1:refunded", "stripe", "customer", 14_900))


def test_given_back_in_parts_it_closes_with_the_last_cent() -> None:
    parts = (refund("succeeded", 5_000), replace(refund("succeeded", 9_899), id="re_2"))
    found = project(AGREED, replace(SOLD, refunds=parts))
    assert (found.right, found.cause, found.refunded) == ("active", "paid", 14_899)

    last = replace(refund("succeeded", 1), id="re_3")
    found = project(AGREED, replace(SOLD, refunds=(*parts, last)))
    assert (found.right, found.cause, found.refunded) == ("revoked", "refunded", 14_900)


@pytest.mark.parametrize(("status", "troubles"), [("failed", ("refund_failed",)), ("canceled", ())])
def test_a_refund_that_came_back_leaves_all_as_it_was(
    status: str, troubles: tuple[str, ...]
) -> None:
    found = project(AGREED, replace(SOLD, refunds=(refund(status),)))

    assert (found.right, found.cause, found.refunded) == ("active", "paid", 0)
    assert found.troubles == troubles
    assert found.bookings == (
        CAME_IN,
        Booking("re_1:refunded", "stripe", "customer", 14_900),
        Booking("re_1:returned", "customer", "stripe", 14_900),
    )


def test_a_refund_that_stripe_does_not_know_yet_is_in_no_book() -> None:
    found = project(AGREED, replace(SOLD, refunds=(refund("intended"),)))

    assert (found.right, found.refunded, found.bookings) == ("active", 0, (CAME_IN,))


def test_a_refund_of_another_payment_closes_nothing() -> None:
    found = project(AGREED, replace(SOLD, refunds=(refund("succeeded", intent="pi_9"),)))

    assert (found.right, found.refunded) == ("active", 0)


@pytest.mark.parametrize(
    ("status", "right", "cause", "trouble", "moves"),
    [
        ("warning_needs_response", "active", "paid", True, ""),
        ("warning_under_review", "active", "paid", True, ""),
        ("warning_closed", "active", "paid", False, ""),
        ("needs_response", "suspended", "disputed", True, "taken"),
        ("under_review", "suspended", "disputed", True, "taken"),
        ("won", "active", "paid", False, "taken won"),
        ("lost", "revoked", "dispute_lost", False, "taken"),
    ],
)
def test_a_dispute_holds_up_what_was_bought_as_long_as_the_bank_holds_the_money(
    status: str, right: str, cause: str, trouble: bool, moves: str
) -> None:
    found = project(AGREED, replace(SOLD, disputes=(dispute(status),)))

    assert (found.right, found.cause) == (right, cause)
    assert found.troubles == ((f"dispute_{status}",) if trouble else ())
    ways = {"taken": ("stripe", "customer"), "won": ("customer", "stripe")}
    moved = [Booking(f"dp_1:{move}", *ways[move], 14_900) for move in moves.split()]
    assert found.bookings == (CAME_IN, *moved)


def test_a_dispute_of_another_payment_closes_nothing_here_but_its_money_is_booked() -> None:
    found = project(AGREED, replace(SOLD, disputes=(dispute("lost", "pi_9"),)))

    assert (found.right, found.troubles) == ("active", ())
    assert found.bookings[1:] == (Booking("dp_1:taken", "stripe", "customer", 14_900),)


def test_of_several_reasons_the_one_that_ends_it_for_good_is_told() -> None:
    everything = replace(SOLD, refunds=(refund("succeeded"),), disputes=(dispute("lost"),))
    held = replace(SOLD, disputes=(dispute("needs_response"),))
    barred = replace(AGREED, barred=True)

    assert project(replace(AGREED, withdrawn=True), everything).cause == "withdrawn"
    assert project(barred, everything).cause == "dispute_lost"
    assert project(barred, replace(everything, disputes=())).cause == "refunded"
    assert project(barred, held).cause == "barred"


def test_a_payment_that_took_nothing_is_in_no_book() -> None:
    facts = Facts((UNPAID,), (Payment("pi_1", "processing", 14_900, "eur"),))
    assert project(AGREED, facts).bookings == ()

    facts = Facts((PAID,), (replace(TAKEN, amount=0),))
    assert project(AGREED, facts).bookings == ()


def test_what_is_wrong_is_told_in_one_order_each_once() -> None:
    third = replace(PAID, id="cs_3", intent="pi_3")
    found = project(
        AGREED,
        Facts(
            (replace(PAID, order="else"), PAID, AGAIN, third),
            (TAKEN, TAKEN_AGAIN, replace(TAKEN_AGAIN, id="pi_3")),
            (refund("failed", intent="pi_2"), replace(refund("failed", intent="pi_3"), id="re_2")),
            (dispute("needs_response"),),
        ),
    )

    assert found.troubles == (
        "dispute_needs_response",
        "foreign_session",
        "paid_twice",
        "refund_failed",
    )
