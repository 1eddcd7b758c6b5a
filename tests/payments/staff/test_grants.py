"""*Toegang geven*: said first, done once, and ended without touching what was bought."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import granting
from payments.models import StaffGrant
from tests.counting import counting
from tests.factories import make_reader
from tests.lessons.pages.opening import address, the, tree
from tests.payments.test_buying import may_read

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

HERE = "/beheer/bestellingen/toegang/"


def sent(email: str, **more: str) -> dict[str, str]:
    return {"email": email, "product": "kiezen", "reason": "Proeflezer", **more}


def test_it_is_said_first_and_then_done(browser: Client, owner: User, shop: Shop) -> None:
    reader = make_reader(email="noor@example.org")
    asked = browser.post(HERE, sent(" Noor@example.org "))
    assert "noor@example.org" in the(tree(asked), "h1").text().lower()
    assert not StaffGrant.objects.exists()

    done = browser.post(HERE, sent("noor@example.org", sure="1"), follow=True)
    assert may_read(reader)
    text = the(tree(done), "main").text()
    assert "Proeflezer" in text
    assert owner.email in text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (sent(""), 400),
        (sent("geen adres"), 400),
        (sent("niemand@example.org"), 404),
        (sent("noor@example.org", reason=" "), 400),
        (sent("noor@example.org", product="iets"), 400),
        (sent("noor@example.org", reason="x" * 301), 400),
        ({}, 400),
    ],
)
def test_what_is_missing_or_unknown_is_said_at_its_field(
    browser: Client, shop: Shop, fields: dict[str, str], status: int
) -> None:
    make_reader(email="noor@example.org")
    for more in ({}, {"sure": "1"}):
        answer = browser.post(HERE, {**fields, **more})
        assert answer.status_code == status
        assert the(tree(answer), ".errorlist").text()
    assert not StaffGrant.objects.exists()


def test_a_second_click_gives_nothing_more_and_says_so(browser: Client, shop: Shop) -> None:
    make_reader(email="noor@example.org")
    browser.post(HERE, sent("noor@example.org", sure="1"))
    again = browser.post(HERE, sent("noor@example.org", sure="1"))

    assert again.status_code == HTTPStatus.CONFLICT
    assert StaffGrant.objects.count() == 1


def test_ending_asks_first_and_leaves_what_was_bought(
    browser: Client, owner: User, shop: Shop
) -> None:
    order = shop.order()
    shop.pay(order)
    assert order.buyer
    made = granting.grant(
        reader_email=order.buyer.email, product=shop.product, by=owner, reason="x",
        now=timezone.now(),
    )  # fmt: skip
    url = address("till:grant_end", made.pk)
    assert order.buyer.email in the(tree(browser.get(url)), "h1").text()
    made.refresh_from_db()
    assert made.ended_at is None

    for _ in range(2):
        assert browser.post(url)["Location"] == HERE
    made.refresh_from_db()
    assert (made.ended_by, may_read(order.buyer)) == (owner, True)


def test_the_list_asks_the_same_however_many_there_are(
    browser: Client, owner: User, shop: Shop
) -> None:
    counts = []
    for _ in range(2):
        granting.grant(
            reader_email=make_reader().email, product=shop.product, by=owner, reason="x",
            now=timezone.now(),
        )  # fmt: skip
        with counting() as asked:
            browser.get(HERE)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 5, str(asked)


def test_what_was_never_given_is_not_found(browser: Client, shop: Shop) -> None:
    url = address("till:grant_end", uuid.uuid4())
    assert browser.get(url).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(url).status_code == HTTPStatus.NOT_FOUND
