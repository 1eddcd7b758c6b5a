"""The timeline is a pure function: rows go in, dated lines and one sentence come out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from courseapp.accounts.models import AuditEntry, User
from lessons.content.models import Course
from lessons.reading.models import Access
from payments.models import AccessChange, Dispute, LedgerEntry, Offer, Order, StripeEvent
from payments.staff import timeline, typed
from payments.staff.timeline import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.once
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ONE, TWO = uuid4(), uuid4()


def make_order(**fields: Any) -> Order:
    return Order(
        number="AAAAAAAAAA", total=14_900, placed_at=NOON, paid_at=NOON, offer=Offer(), **fields
    )


def right(order: Order, *, course: Any = ONE, source: str = "", revoked: bool = False) -> Access:
    return Access(
        reader=User(), course=Course(pk=course), source=source or order.source, granted_at=NOON,
        revoked_at=NOON if revoked else None,
    )  # fmt: skip


def rows(
    order: Order, rights: Sequence[Access], now: str = "active", cause: str = "paid", **more: Any
) -> Rows:
    changes = [AccessChange(order=order, was="none", now=now, cause=cause, sync_no=1, at=NOON)]
    return Rows(
        order=order, reader=User(), courses=more.pop("courses", [ONE]), rights=rights,
        changes=changes, **more,
    )  # fmt: skip


def test_each_cause_has_its_sentence() -> None:
    order = make_order(barred_reason="Gedeeld")
    for cause in ("withdrawn", "refunded", "dispute_lost", "disputed", "barred"):
        said = timeline.answer(rows(order, [right(order, revoked=True)], "revoked", cause))
        assert not said.has
        assert "3 november 2026" in said.sentence
        assert cause not in said.sentence


def test_a_right_from_elsewhere_counts_and_is_named() -> None:
    order = make_order()
    held = [right(order, revoked=True), right(order, source="staff:x")]
    said = timeline.answer(
        rows(order, held, "revoked", "refunded", sources={"staff:x": "een toegang van ons"})
    )
    assert said.has
    assert "een toegang van ons" in said.sentence


def test_a_right_to_one_of_two_courses_is_a_part() -> None:
    order = make_order()
    said = timeline.answer(rows(order, [right(order)], courses=[ONE, TWO]))
    assert not said.has
    assert "deel" in said.sentence


def test_causes_stand_before_what_follows_at_the_same_moment() -> None:
    order = make_order()
    told = timeline.lines(
        rows(
            order,
            [],
            acts=[AuditEntry(act="order.barred", after={"reason": "x"}, at=NOON)],
            events=[StripeEvent(event_id="e", type="t", object_id="pi_1", received_at=NOON)],
        )
    )
    assert [line.kind for line in told] == ["agreed", "staff", "stripe", "access"]


def test_a_dispute_stands_at_the_moment_the_bank_took_the_money() -> None:
    order, later = make_order(), NOON + timedelta(days=9)
    dispute = Dispute(stripe_id="dp_1", amount=100, status="won", due_by=later)
    booked = [
        LedgerEntry(cause="dp_1:taken", at=NOON + timedelta(days=1)),
        LedgerEntry(cause="dp_1:won", at=later),
    ]
    told = timeline.lines(rows(order, [], disputes=[dispute], ledger=booked))
    assert [line.at for line in told if line.kind == "money"] == [one.at for one in booked]


def test_an_act_nobody_wrote_a_sentence_for_is_told_by_its_name() -> None:
    order = make_order()
    told = timeline.lines(rows(order, [], acts=[AuditEntry(act="order.else", after=3, at=NOON)]))
    assert any("order.else" in line.words for line in told)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("49,50", 4_950), ("49.50", 4_950), ("49", 4_900), ("€ 1.249,00", 124_900),
        ("1249,00", 124_900), ("1.249", 124_900), ("149,-", 14_900), ("€\N{NO-BREAK SPACE}0,05", 5),
        ("", None), ("abc", None), ("49,5", None), ("-1", None), ("1,249,00", None),
        ("12.34.567", None), ("1e9", None), ("²", None), ("99999999", None), ("5 €", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, cents: int | None) -> None:
    assert typed.cents(text) == cents
