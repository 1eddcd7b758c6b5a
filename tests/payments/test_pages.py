"""The buyer's pages where something is not as it should be."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.test import Client

from courseapp.post.models import Letter
from payments.models import Withdrawal
from tests.factories import make_reader
from tests.signing import BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def state(client: Client, *, email: str = "a@example.org", contract: str = "ABC") -> int:
    """Both steps of the withdrawal; returns the status of the second."""
    words = {"name": "J. Jansen", "contract": contract, "email": email}
    first = client.post("/ontbinden/", words)
    assert first.status_code == HTTPStatus.OK
    assert "Ontbinding bevestigen" in first.content.decode()
    return client.post("/ontbinden/", {**words, "confirm": "1"}).status_code


def test_a_statement_about_an_unknown_order_is_kept_and_acknowledged_like_any_other() -> None:
    assert state(Client()) == HTTPStatus.OK

    assert Withdrawal.objects.get().order is None
    assert Letter.objects.get().to == "a@example.org"


def test_strangers_are_not_mailed_all_day() -> None:
    client = Client()
    answers = [state(client) for _ in range(6)]

    assert answers == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]
    assert Withdrawal.objects.count() == 5


def test_nothing_is_kept_before_the_confirmation() -> None:
    Client().post("/ontbinden/", {"name": "J", "contract": "A", "email": "a@example.org"})

    assert not Withdrawal.objects.exists()


def test_what_is_not_sold_says_so() -> None:
    client = Client()
    client.force_login(make_reader(), backend=BACKEND)

    answer = client.get("/bestellen/nergens/")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "niet te koop" in answer.content.decode()


def test_the_order_of_somebody_else_is_not_there() -> None:
    client = Client()
    client.force_login(make_reader(), backend=BACKEND)

    assert client.get("/bestellingen/ABCDEFGHJK/").status_code == HTTPStatus.NOT_FOUND


def test_the_longest_address_there_is_gets_its_receipt_as_well() -> None:
    labels = ".".join(["a" * 60] * 3)
    address = f"{'b' * 60}@{labels}.example"

    assert state(Client(), email=address) == HTTPStatus.OK
    assert Letter.objects.get().to == address
