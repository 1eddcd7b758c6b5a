"""What a buyer keeps: the mail that confirms, its papers, and the pages they are read on."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from courseapp.post import pump
from courseapp.post.models import Letter
from lessons.content import site_pages, site_texts
from payments import refunds, terms
from payments.models import Invoice, Order, TermsText
from payments.papers import press
from tests.counting import counting
from tests.factories import make_reader
from tests.lessons.pages.opening import browser_of
from tests.payments.papers import text_of

if TYPE_CHECKING:
    from tests.payments.conftest import Shop


@pytest.fixture
def payload() -> str:
    return "thin"


def bought(shop: Shop, **more: Any) -> Order:
    order = shop.order(**more)
    shop.pay(order)
    order.refresh_from_db()
    return order


def mails() -> list[Any]:
    """All that goes out, as it goes out."""
    pump.send_due(now=timezone.now() + timedelta(minutes=1))
    return list(mail.outbox)


def files_of(message: Any) -> dict[str, bytes]:
    return {one[0]: one[1] for one in message.attachments}


def publish_terms(body: str) -> None:
    """Put other terms on their page."""
    now = timezone.now()
    words = site_texts.Plain(title="Voorwaarden", body=body, description="x")
    version = site_pages.state(name="terms", language="nl").version
    saved = site_pages.save(
        name="terms", language="nl", version=version, words=words, by=None, now=now
    )
    site_pages.publish(
        name="terms", language="nl", version=saved.version, note="", by=None, now=now
    )


def address(order: Order, paper: str) -> str:
    return f"/bestellingen/{order.number}/{paper}.pdf"


# --- The mail -------------------------------------------------------------------------------------


def test_the_confirmation_brings_invoice_terms_and_model_form(shop: Shop) -> None:
    order = bought(shop)
    number = Invoice.objects.get(order=order).number

    [message] = mails()
    files = files_of(message)

    assert list(files) == [
        f"factuur-{number}.pdf", "voorwaarden.pdf", "modelformulier-ontbinding.pdf",
    ]  # fmt: skip
    assert number in text_of(files[f"factuur-{number}.pdf"])
    assert order.number in text_of(files["voorwaarden.pdf"])
    assert order.number in text_of(files["modelformulier-ontbinding.pdf"])


def test_the_confirmation_itself_holds_what_was_declared_when_for_how_much(shop: Shop) -> None:
    order = bought(shop)
    [message] = mails()

    for declared in order.declarations.all():
        at = timezone.localtime(declared.at)
        assert f"{declared.text} ({at.day} " in message.body
        assert f"{at:%H:%M})" in message.body
    for part in (order.number, "Online training", "€\N{NO-BREAK SPACE}149,00", "/ontbinden/"):
        assert part in message.body
        assert part in unescape(message.alternatives[0][0])
    for topic in (shop.product.title, shop.course.title):
        assert topic not in message.body + message.subject


def test_a_refund_brings_its_credit_note(shop: Shop) -> None:
    order = bought(shop)
    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    shop.settle()
    note = Invoice.objects.get(order=order, kind="credit")

    files = files_of(mails()[-1])

    assert list(files) == [f"creditnota-{note.number}.pdf"]
    assert "-€ 50,00" in text_of(files[f"creditnota-{note.number}.pdf"])


def test_when_no_document_can_be_set_the_sale_and_its_mail_stand_and_the_papers_follow(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = press.STANDARDS, press.HERE
    monkeypatch.setattr(press, "HERE", press.HERE / "nowhere")
    order = bought(shop)
    assert order.state == "paid"
    [message] = mails()
    assert not message.attachments
    assert order.number in message.body

    monkeypatch.setattr(press, "HERE", whole[1])
    pump.send_due(now=timezone.now() + timedelta(hours=2))

    assert len(files_of(mail.outbox[-1])) == 3
    assert Letter.objects.filter(next_at__isnull=False).count() == 0


def test_a_free_order_has_no_invoice_and_still_its_terms(shop: Shop) -> None:
    shop.product.offers.update(amount=0)
    order = shop.order()
    order.refresh_from_db()

    assert not Invoice.objects.filter(order=order).exists()
    assert list(files_of(mails()[0])) == ["voorwaarden.pdf", "modelformulier-ontbinding.pdf"]


# --- The terms ------------------------------------------------------------------------------------


def test_an_order_names_the_terms_that_were_in_force_and_keeps_them(shop: Shop) -> None:
    publish_terms("### Eerst\n\nZo was het.")
    before = shop.order()
    publish_terms("### Later\n\nZo is het nu.")
    after = shop.order()

    assert before.terms_version != after.terms_version
    kept = [terms.required_of(one).content["body"] for one in (before, after)]
    assert ["Zo was het." in kept[0], "Zo is het nu." in kept[1]] == [True, True]
    page = browser_of(before.buyer).get(address(before, "voorwaarden"))
    assert "Zo was het." in text_of(page.content)


def test_the_same_terms_are_kept_once_under_their_digest(shop: Shop) -> None:
    first, second = shop.order(), shop.order()

    row = TermsText.objects.get()
    assert first.terms_version == second.terms_version == row.digest
    assert terms.digest_of(row.content) == row.digest


# --- The pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", ["voorwaarden", "modelformulier", "F"])
def test_a_document_is_the_buyer_s_alone_and_kept_nowhere(shop: Shop, paper: str) -> None:
    order = bought(shop)
    paper = Invoice.objects.get(order=order).number if paper == "F" else paper

    own = browser_of(order.buyer).get(address(order, paper))
    other = browser_of(make_reader()).get(address(order, paper))
    nobody = Client().get(address(order, paper))

    assert (own.status_code, own["Content-Type"]) == (HTTPStatus.OK, "application/pdf")
    assert own.content.startswith(b"%PDF-")
    assert "no-store" in own["Cache-Control"]
    assert other.status_code == HTTPStatus.NOT_FOUND
    assert nobody.status_code == HTTPStatus.FOUND


def test_a_file_is_named_after_what_it_is(shop: Shop) -> None:
    order = bought(shop)
    number = Invoice.objects.get(order=order).number

    answer = browser_of(order.buyer).get(address(order, number))

    assert answer["Content-Disposition"] == f'inline; filename="factuur-{number}.pdf"'


def test_the_invoice_of_another_order_is_not_there(shop: Shop) -> None:
    first, second = bought(shop), bought(shop)
    number = Invoice.objects.get(order=second).number

    answer = browser_of(first.buyer).get(address(first, number))

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_document_that_cannot_be_set_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = bought(shop)
    monkeypatch.setattr(press, "HERE", press.HERE / "nowhere")

    answer = browser_of(order.buyer).get(address(order, "voorwaarden"))

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "Er is niets kwijt" in answer.content.decode()


def test_the_pages_of_orders_link_what_there_is(shop: Shop) -> None:
    order = bought(shop)
    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    shop.settle()
    client = browser_of(order.buyer)
    numbers = [one.number for one in order.invoices.order_by("issued_at")]

    for page in ("/bestellingen/", f"/bestellingen/{order.number}/"):
        html = client.get(page).content.decode()
        assert [address(order, number) in html for number in numbers] == [True, True]
        assert f"Factuur {numbers[0]} (pdf)" in html
        assert f"Creditnota {numbers[1]} (pdf)" in html
        assert shop.product.title not in html


def test_an_order_that_is_not_paid_has_its_terms_and_no_invoice(shop: Shop) -> None:
    order = shop.order()

    html = browser_of(order.buyer).get(f"/bestellingen/{order.number}/").content.decode()

    assert address(order, "voorwaarden") in html
    assert "Factuur" not in html


def test_the_model_form_is_there_for_everybody(shop: Shop) -> None:
    form = "/ontbinden/modelformulier.pdf"
    for page in ("/voorwaarden/", "/ontbinden/"):
        assert form in Client().get(page).content.decode()

    answer = Client().get(form)

    assert answer.status_code == HTTPStatus.OK
    assert "Ik/wij*" in text_of(answer.content)


def test_ten_orders_are_listed_in_as_many_queries_as_one(shop: Shop) -> None:
    buyer = make_reader()
    client = browser_of(buyer)
    bought(shop, buyer=buyer)
    with counting() as one:
        client.get("/bestellingen/")
    for _ in range(3):
        order = bought(shop, buyer=buyer, is_gift=True)
    with counting() as four:
        client.get("/bestellingen/")
    with counting() as state:
        client.get(f"/bestellingen/{order.number}/")
    with counting() as paper:
        client.get(address(order, "voorwaarden"))

    assert int(one) == int(four), four
    assert (int(four), int(state), int(paper)) == (4, 8, 4), (four, state, paper)
