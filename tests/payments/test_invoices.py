"""Numbers and amounts of invoices, and that nobody changes them afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courseapp import privacy
from payments import invoices, refunds
from payments.models import Invoice, InvoiceSeries, Order
from tests.databases import with_keys
from tests.payments.conftest import PRICE

if TYPE_CHECKING:
    from tests.payments.conftest import Shop


@pytest.fixture
def payload() -> str:
    return "thin"


def bought(shop: Shop) -> Order:
    order = shop.order()
    shop.pay(order)
    order.refresh_from_db()
    return order


@st.composite
def splits(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A total in cents and the parts it is given back in, whatever their number."""
    total = draw(st.integers(1, 200_000))
    cuts = sorted(draw(st.sets(st.integers(1, total), max_size=12)) | {total})
    parts = [after - before for before, after in zip([0, *cuts], cuts, strict=False)]
    return total, draw(st.permutations(parts))


@pytest.mark.once
@given(split=splits(), rate=st.sampled_from([0, 900, 2_100, 2_550]))
def test_parts_of_a_whole_hold_the_vat_of_the_whole(
    split: tuple[int, list[int]], rate: int
) -> None:
    total, parts = split
    before, vats = 0, []
    for part in parts:
        vats.append(invoices.vat_of_next(part, before, rate))
        before += part

    assert sum(vats) == invoices.vat_of(total, rate)
    assert all(0 <= vat <= part for vat, part in zip(vats, parts, strict=True))


@pytest.mark.once
@given(amount=st.integers(0, 10_000_000))
def test_vat_is_the_nearest_cent(amount: int) -> None:
    vat = invoices.vat_of(amount, 2_100)

    assert abs(vat * 121 - amount * 21) * 2 <= 121


def test_credit_notes_of_a_whole_order_add_up_to_its_invoice(shop: Shop) -> None:
    order = bought(shop)
    for amount in (3_333, 3_333, 3_333, 1, PRICE - 10_000):
        refunds.ask(order=order, amount=amount, reason="", by=None, now=timezone.now())
        shop.settle()
    invoice = Invoice.objects.get(order=order, kind="invoice").content
    notes = [one.content for one in Invoice.objects.filter(order=order, kind="credit")]

    assert len(notes) == 5
    for part in ("total", "net", "vat"):
        assert sum(one[part] for one in notes) == -invoice[part], part


def test_an_invoice_keeps_what_was_agreed_and_nothing_of_the_buyer(shop: Shop) -> None:
    order = bought(shop)
    content = Invoice.objects.get(order=order).content

    assert (content["price"], content["discount"], content["method"]) == (PRICE, 0, "card")
    assert content["paid_at"] == order.paid_at.isoformat()  # type: ignore[union-attr]
    assert content["is_test"]
    assert order.email not in str(content)


def test_a_credit_note_keeps_which_invoice_it_corrects(shop: Shop) -> None:
    order = bought(shop)
    refunds.ask(order=order, amount=100, reason="", by=None, now=timezone.now())
    shop.settle()
    invoice = Invoice.objects.get(order=order, kind="invoice")

    assert order.invoices.get(kind="credit").content["corrects"]["number"] == invoice.number


@pytest.mark.django_db
def test_the_year_of_a_number_is_that_of_the_practice_s_clock() -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert invoices._draw("F", new_year) == "F2027-0001"
    assert InvoiceSeries.objects.get().last == 1


@pytest.mark.parametrize("act", [
    "UPDATE payments_invoice SET number = 'F0'",
    "UPDATE payments_invoice SET content = '{}'",
    "DELETE FROM payments_invoice",
])  # fmt: skip
def test_the_database_lets_nobody_change_or_delete_an_invoice(shop: Shop, act: str) -> None:
    order = bought(shop)
    before = Invoice.objects.get(order=order)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)

    after = Invoice.objects.get(order=order)
    assert (after.number, after.content) == (before.number, before.content)


@with_keys
def test_erasing_an_account_leaves_its_invoices_as_they_are(shop: Shop) -> None:
    order = bought(shop)
    before = list(Invoice.objects.filter(order=order).values())
    assert order.buyer is not None

    privacy.erase_person(order.buyer, now=timezone.now())

    assert Order.objects.filter(pk=order.pk, buyer=None, email="").exists()
    assert list(Invoice.objects.filter(order=order).values()) == before
