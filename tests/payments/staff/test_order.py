"""One order: the answer on top is true of every right there is, and every act says what it does."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from courseapp import privacy
from courseapp.accounts.models import AuditEntry
from courseapp.post.models import Letter
from payments import gifts, granting, refunds
from payments.models import Order, Refund
from tests.counting import counting
from tests.databases import with_keys
from tests.factories import make_reader
from tests.lessons.pages.opening import address, browser_of, links, the, tree
from tests.payments.test_buying import may_read

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop


def page(browser: Client, order: Order) -> Any:
    answer = browser.get(address("till:order", order.number))
    assert answer.status_code == HTTPStatus.OK
    return tree(answer)


def answered(browser: Client, order: Order) -> str:
    return the(page(browser, order), ".answer").text().strip()


def happened(browser: Client, order: Order) -> str:
    return " | ".join(node.text() for node in page(browser, order).css(".timeline .what"))


def today() -> str:
    from django.utils.formats import date_format  # noqa: PLC0415 -- the language is set by now.
    from django.utils.timezone import localtime  # noqa: PLC0415

    return date_format(localtime(timezone.now()), "j F Y")


def do(browser: Client, act: str, order: Order, **fields: str) -> str:
    """Send a form and read what the next page says."""
    answer = browser.post(address(f"till:{act}", order.number), fields, follow=True)
    return the(tree(answer), "main").text()


@pytest.mark.slow
def test_the_answer_says_why_in_each_state(browser: Client, lived: dict[str, Order]) -> None:
    day = today()
    expected = {
        "open": "Heeft geen toegang: er is nog niet betaald.",
        "processing": "Heeft geen toegang: de betaling is onderweg.",
        "paid": f"Heeft toegang, want er is op {day} betaald.",
        "refunded": f"Heeft geen toegang: alles is op {day} terugbetaald.",
        "withdrawn": f"Heeft geen toegang: de koper heeft op {day} ontbonden.",
        "disputed": f"Heeft geen toegang: de bank vraagt het geld sinds {day} terug, en daar is nog"
        " niet over beslist.",
        "failed": "Heeft geen toegang: de betaling is niet gelukt.",
        "expired": "Heeft geen toegang: er is nooit betaald, en de betaalpagina is verlopen.",
        "gift": "Niemand heeft het cadeau nog gebruikt. Wie de code typt, krijgt toegang.",
    }
    assert {name: answered(browser, order) for name, order in lived.items()} == expected


def test_the_answer_counts_every_right_of_the_reader(
    browser: Client, owner: User, shop: Shop
) -> None:
    order = shop.order()
    shop.pay(order)
    assert order.buyer
    granting.grant(
        reader_email=order.buyer.email, product=shop.product, by=owner, reason="Hulp",
        now=timezone.now(),
    )  # fmt: skip
    shop.stripe.world.refund(shop.intent(order))
    shop.settle()

    assert answered(browser, order) == (
        f"Heeft toegang, maar niet door deze bestelling (alles is op {today()} terugbetaald):"
        f" er is nog een toegang die wij op {today()} gaven."
    )
    assert len(page(browser, order).css("main table tbody tr")) == 2


def test_a_gift_that_was_used_names_its_reader(browser: Client, shop: Shop) -> None:
    order, friend = shop.order(is_gift=True), make_reader(email="vriend@example.org")
    shop.pay(order)
    gifts.use(code=order.gift.code, reader=friend, now=timezone.now())

    assert answered(browser, order) == f"Heeft toegang, want het cadeau is op {today()} gebruikt."
    assert "vriend@example.org" in happened(browser, order)
    assert may_read(friend)


@with_keys
def test_an_order_whose_buyer_is_erased_says_so_and_names_nobody(
    browser: Client, shop: Shop
) -> None:
    order = shop.order(make_reader(email="weg@example.org"))
    shop.pay(order)
    assert order.buyer
    privacy.erase_person(order.buyer, now=timezone.now())

    assert "gewist" in answered(browser, order)
    html = browser.get(address("till:order", order.number)).content.decode()
    assert "weg@example.org" not in html


@pytest.mark.slow
def test_the_timeline_holds_every_kind_of_row_in_order(
    browser: Client, lived: dict[str, Order]
) -> None:
    told = happened(browser, lived["refunded"])
    for words in (
        "Besteld voor", "Verklaard:", "Naar de betaalpagina", "Stripe meldde:", "kwam binnen",
        "Toegang geopend", "Factuur F", "Mail aan", "Marieke besloot", "Terugbetaling van",
        "Toegang gesloten", "Creditnota C",
    ):  # fmt: skip
        assert words in told, words
    times = page(browser, lived["paid"]).css("time")
    seconds = [str(node.attributes["datetime"])[:19] for node in times]
    assert seconds == sorted(seconds)
    assert "De bank vraagt" in happened(browser, lived["disputed"])
    assert "Ontbinding door J. Jansen" in happened(browser, lived["withdrawn"])


def test_the_page_asks_the_same_however_much_happened(
    browser: Client, owner: User, shop: Shop
) -> None:
    order = shop.order()
    shop.pay(order)
    counts = []
    for _ in range(2):
        order.refresh_from_db()
        for _ in range(2):
            refunds.ask(order=order, amount=100, reason="", by=owner, now=timezone.now())
        shop.settle()
        with counting() as asked:
            browser.get(address("till:order", order.number))
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 27


def test_its_invoice_is_there_as_the_buyer_has_it_and_no_other_s(
    browser: Client, lived: dict[str, Order]
) -> None:
    order, other = lived["paid"], lived["gift"]
    number = order.invoices.get().number
    url = address("till:paper", order.number, number)
    assert url in links(browser.get(address("till:order", order.number)))
    assert browser.get(url).content.startswith(b"%PDF")
    for wrong in (address("till:paper", other.number, number), url.replace(number, "F1999-0001")):
        assert browser.get(wrong).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("number", ["ABCDEFGHJK", "nergens", "x"])
def test_what_is_no_order_is_not_there(browser: Client, number: str) -> None:
    for act in ("order", "refund", "bar", "lift", "resend"):
        assert browser.get(address(f"till:{act}", number)).status_code == HTTPStatus.NOT_FOUND
    for act in ("refund", "bar", "lift", "resend", "look"):
        assert browser.post(address(f"till:{act}", number)).status_code == HTTPStatus.NOT_FOUND


# --- Giving back ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount",
    ["", "abc", "0", "0,00", "-5", "149,01", "1e3", "49,5", "49.50.00", "9" * 30, "٤٩", "49,50 x"],
)
def test_what_is_no_amount_that_is_left_gives_nothing_back(
    browser: Client, shop: Shop, amount: str
) -> None:
    order = shop.order()
    shop.pay(order)
    for more in ({}, {"sure": "1", "seen": "14900"}):
        answer = browser.post(
            address("till:refund", order.number), {"amount": amount, "reason": "", **more}
        )
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert the(tree(answer), ".errorlist").text()
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("typed", "cents"), [("49,50", 4950), ("49.50", 4950), ("€ 49", 4900), (" 149,00 ", 14900)]
)
def test_a_refund_is_typed_confirmed_and_done_once(
    browser: Client, owner: User, shop: Shop, typed: str, cents: int
) -> None:
    order = shop.order()
    shop.pay(order)
    url = address("till:refund", order.number)
    sure = browser.post(url, {"amount": typed, "reason": "Coulance"})
    assert not Refund.objects.exists()
    sent = {
        str(node.attributes["name"]): str(node.attributes["value"])
        for node in tree(sure).css("main form input[type=hidden]")
    }
    assert sent["seen"] == "14900"
    ends = "geeft deze bestelling meteen geen toegang meer" in the(tree(sure), "main").text()
    assert ends == (cents == 14_900)

    for _ in range(2):
        browser.post(url, sent)
    shop.settle()

    (row,) = Refund.objects.all()
    assert (row.amount, row.reason, row.asked_by, row.status) == (
        cents, "Coulance", owner, "succeeded",
    )  # fmt: skip
    assert AuditEntry.objects.filter(act="order.refunded", by=owner).count() == 1
    assert may_read(order.buyer) == (cents < 14_900)
    assert "Marieke besloot" in happened(browser, order)


def test_giving_back_what_a_bank_asks_back_too_is_warned_of(
    browser: Client, lived: dict[str, Order]
) -> None:
    for name, warned in (("disputed", True), ("paid", False)):
        said = do(browser, "refund", lived[name], amount="10", reason="")
        assert ("twee keer kwijt" in said) == warned


def test_what_was_not_paid_has_nothing_to_give_back(browser: Client, shop: Shop) -> None:
    order = shop.order()
    form = tree(browser.get(address("till:refund", order.number)))
    assert "niets meer terug te betalen" in the(form, "main").text()
    assert address("till:refund", order.number) not in links(
        browser.get(address("till:order", order.number))
    )
    do(browser, "refund", order, amount="1", sure="1", seen="0")
    assert not Refund.objects.exists()


# --- Closing, sending again, looking ------------------------------------------------------------


def test_access_is_closed_for_a_reason_and_given_back(browser: Client, shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    blank = browser.post(address("till:bar", order.number), {"reason": " "})
    assert blank.status_code == HTTPStatus.BAD_REQUEST
    assert may_read(order.buyer)

    assert "is gesloten" in do(browser, "bar", order, reason="Account gedeeld")
    assert not may_read(order.buyer)
    assert "“Account gedeeld”" in answered(browser, order)

    assert "weer zoals de betaling zegt" in do(browser, "lift", order)
    assert may_read(order.buyer)
    told = happened(browser, order)
    assert "Marieke sloot de toegang: “Account gedeeld”" in told
    assert "Marieke gaf de toegang terug" in told


@pytest.mark.slow
def test_lifting_while_stripe_is_away_follows_later(
    browser: Client, shop: Shop, settings: Any
) -> None:
    order = shop.order()
    shop.pay(order)
    do(browser, "bar", order, reason="x")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    assert "zodra dat weer kan" in do(browser, "lift", order)
    order.refresh_from_db()
    assert order.barred_at is None
    assert order.next_sync_at is not None


def test_what_cannot_be_done_is_a_sentence(browser: Client, shop: Shop) -> None:
    order = shop.order()
    assert "geeft nu geen toegang" in do(browser, "bar", order, reason="x")
    assert "niet door ons gesloten" in do(browser, "lift", order)
    assert "niets te bevestigen" in do(browser, "resend", order)
    shop.pay(order)
    assert "nog geen minuut geleden" in do(browser, "resend", order)


def test_the_confirmation_goes_again_to_the_order_s_address(browser: Client, shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    Letter.objects.update(created_at=timezone.now() - timedelta(hours=1))

    assert order.email in do(browser, "resend", order)
    assert Letter.objects.filter(key__startswith="confirmed:", to=order.email).count() == 2
    assert "stuurde de bevestiging opnieuw" in happened(browser, order)


@pytest.mark.slow
def test_stripe_is_asked_at_a_click(browser: Client, shop: Shop, settings: Any) -> None:
    order = shop.order()
    shop.stripe.world.pay(shop.session(order))
    assert "wat Stripe nu zegt" in do(browser, "look", order)
    assert may_read(order.buyer)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert "antwoordt nu niet" in do(browser, "look", order)


@pytest.mark.parametrize(
    ("key", "sandbox", "begin"),
    [
        ("sk_live_x", False, "https://dashboard.stripe.com/payments/pi_"),
        ("sk_test_x", False, "https://dashboard.stripe.com/test/payments/pi_"),
        ("sk_test_x", True, "http://localhost:"),
    ],
)
def test_the_payment_is_seen_where_it_is(
    browser: Client, shop: Shop, settings: Any, key: str, sandbox: bool, begin: str
) -> None:
    order = shop.order()
    shop.pay(order)
    settings.STRIPE_SECRET_KEY, settings.SANDBOX = key, sandbox
    found = links(browser.get(address("till:order", order.number)))
    assert any(link.startswith(begin) for link in found)


def test_forged_forms_are_refused(owner: User, shop: Shop) -> None:
    order = shop.order()
    browser = browser_of(owner, checks_forms=True)
    for act in ("refund", "bar", "lift", "resend", "look"):
        answer = browser.post(address(f"till:{act}", order.number), {"sure": "1"})
        assert answer.status_code == HTTPStatus.FORBIDDEN
