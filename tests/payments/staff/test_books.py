"""*Omzet* and *Boekhouder*: the figures are those of invoices and ledger, to the cent."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from django.utils.timezone import localtime

from payments import bookkeeping, ordering, refunds, sync
from payments.models import Invoice, LedgerEntry, Order, Product
from payments.staff import accountant
from tests.counting import counting
from tests.lessons.pages.opening import address, the, tree

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

REVENUE = "/beheer/bestellingen/omzet/"
FILE = "/beheer/bestellingen/boekhouder/bestand.csv"


def today() -> date:
    return localtime(timezone.now(), bookkeeping.CLOCK).date()


def pay_at(shop: Shop, order: Order, now: datetime) -> None:
    """Pay, with the books written at that moment."""
    shop.stripe.world.pay(shop.session(order))
    sync.sync_order(order=order.pk, now=now)


def get(browser: Client, van: str, tot: str) -> tuple[int, str]:
    answer = browser.get(FILE, {"van": van, "tot": tot})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return answer.status_code, body.decode()


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith(accountant.MARK)
    return list(csv.DictReader(StringIO(text[1:]), delimiter=";"))


def cents(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.slow
def test_the_file_sums_to_the_ledger_and_to_the_page(
    browser: Client, owner: User, shop: Shop, lived: dict[str, Order]
) -> None:
    part = lived["paid"]
    refunds.ask(order=part, amount=4_950, reason="", by=owner, now=timezone.now())
    shop.settle()
    lost = lived["disputed"]
    shop.stripe.world.dispute_close(lost.payments.get().disputes.get().pk, "lost")
    shop.settle()

    rows = rows_of(get(browser, str(today()), str(today()))[1])

    figures = bookkeeping.total(bookkeeping.by_month(today().replace(day=1)).months.values())
    ledger = sum(LedgerEntry.objects.filter(account="stripe").values_list("amount", flat=True))
    total = sum(cents(row["Totaal"]) for row in rows)
    assert len(rows) == Invoice.objects.count() == 8
    assert total == figures.gross - figures.refunded == ledger + figures.taken
    assert figures.taken == 14_900
    assert sum(cents(row["Btw"]) for row in rows) == figures.vat
    for row in rows:
        assert cents(row["Netto"]) + cents(row["Btw"]) == cents(row["Totaal"])
    (credit,) = [row for row in rows if row["Totaal"] == "-49,50"]
    assert credit["Soort"] == "creditnota"
    assert credit["Terugbetaling"].startswith("re_")
    assert credit["Betaling"] == part.payments.get().pk
    assert credit["Bestelling"] == part.number


def test_days_are_amsterdam_s(browser: Client, shop: Shop) -> None:
    # Half past midnight on the first of July in Amsterdam, still June in UTC.
    pay_at(shop, shop.order(), datetime(2026, 6, 30, 22, 30, tzinfo=UTC))

    assert rows_of(get(browser, "2026-06-01", "2026-06-30")[1]) == []
    (row,) = rows_of(get(browser, "2026-07-01", "2026-07-01")[1])
    assert row["Datum"] == "01-07-2026"
    assert list(bookkeeping.by_month(date(2026, 1, 1)).months) == [date(2026, 7, 1)]


@pytest.mark.parametrize(
    ("van", "tot"),
    [
        ("", ""),
        ("2026-01-01", ""),
        ("gisteren", "2026-01-01"),
        ("2026-02-30", "2026-03-01"),
        ("2026-03-01", "2026-02-01"),
        ("2026-03-01", "9999-12-31"),
        ("x\0", "y"),
    ],
)
@pytest.mark.django_db
def test_what_is_no_period_gets_the_page_and_a_sentence(
    browser: Client, van: str, tot: str
) -> None:
    status, text = get(browser, van, tot)
    assert status == HTTPStatus.BAD_REQUEST
    assert "Kies een eerste dag" in text


@pytest.mark.once
@pytest.mark.parametrize("text", ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert accountant.guarded(text) == f"'{text}"


@pytest.mark.once
@pytest.mark.parametrize(
    ("amount", "written"), [(0, "0,00"), (5, "0,05"), (-4_950, "-49,50"), (123_456, "1234,56")]
)
def test_amounts_are_numbers_to_a_dutch_spreadsheet(amount: int, written: str) -> None:
    assert accountant.decimal(amount) == written


def test_what_a_buyer_brought_in_is_guarded_in_the_file(browser: Client, shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    Order.objects.filter(pk=order.pk).update(country_evidence={"=cmd": "'/C calc"})
    (row,) = rows_of(get(browser, str(today()), str(today()))[1])
    assert row["Land"].startswith("'=cmd")


def test_the_page_tells_the_columns_that_stand_in_the_file(browser: Client, shop: Shop) -> None:
    page = tree(browser.get("/beheer/bestellingen/boekhouder/"))
    told = [node.text() for node in page.css("tbody th")]
    header = get(browser, "2026-01-01", "2026-01-02")[1].splitlines()[0]
    assert header[1:].split(";") == told


def test_the_file_is_written_with_as_many_queries_for_ten_as_for_one(
    browser: Client, shop: Shop
) -> None:
    counts = []
    for many in (1, 3):
        for _ in range(many):
            shop.pay(shop.order())
        with counting() as asked:
            assert get(browser, str(today()), str(today()))[0] == HTTPStatus.OK
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 7


def test_revenue_stands_as_plot_and_as_table_with_the_same_figures(
    browser: Client, owner: User, shop: Shop
) -> None:
    order, other = shop.order(), shop.order()
    shop.pay(order)
    pay_at(shop, other, timezone.now() - timedelta(days=62))
    order.refresh_from_db()
    refunds.ask(order=order, amount=4_900, reason="", by=owner, now=timezone.now())
    shop.settle()

    page = tree(browser.get(REVENUE))
    plot = the(page, "svg.plot")
    assert plot.attributes["role"] == "img"
    rows = the(page, "section.figures table").css("tbody tr")
    assert len(rows) == 12
    figures = [node.text().replace("\N{NO-BREAK SPACE}", " ") for node in rows[-1].css("td")]
    assert figures == ["€ 149,00", "€ 49,00", "€ 100,00", "€ 17,36", "€ 82,64"]
    kept = [row.css("td")[2].text() for row in rows]
    shown = [node.text() for node in plot.css("text.name")]
    assert all(words in shown for words in kept)
    html = str(the(page, "main").html)
    assert " style=" not in html
    assert "€ 249,00" in the(page, "tfoot").text().replace("\N{NO-BREAK SPACE}", " ")


def test_each_product_has_its_figures(browser: Client, shop: Shop) -> None:
    shop.pay(shop.order())
    other = Product.objects.create(slug="anders", title="Anders")
    other.courses.add(shop.course)
    ordering.set_price(product=other, amount=2_500, by=None, now=timezone.now())
    shop.product = other
    shop.pay(shop.order())

    named = dict(bookkeeping.by_month(today()).products)
    assert {name: sums.gross for name, sums in named.items()} == {
        "Kiezen met helderheid": 14_900, "Anders": 2_500,
    }  # fmt: skip


def test_an_empty_year_says_so(browser: Client, shop: Shop) -> None:
    page = tree(browser.get(REVENUE))
    assert "niets verkocht" in the(page, "main").text()
    assert not page.css("svg.plot")
    assert address("till:revenue") == REVENUE


def test_revenue_asks_the_same_however_much_was_sold(browser: Client, shop: Shop) -> None:
    counts = []
    for _ in range(2):
        shop.pay(shop.order())
        with counting() as asked:
            browser.get(REVENUE)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 4
