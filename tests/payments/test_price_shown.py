"""The price, where somebody looks at a training: to everybody, VAT included, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from payments import ordering

if TYPE_CHECKING:
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def payload() -> str:
    return "thin"


def page(shop: Shop) -> str:
    return Client().get(f"/cursus/{shop.course.slug}/").content.decode()


def test_a_visitor_sees_the_price_and_how_long_it_lasts(shop: Shop) -> None:
    shown = page(shop)

    assert "Bestellen voor €\N{NO-BREAK SPACE}149,00" in shown
    assert "inclusief btw" in shown
    assert "Vanaf 18 jaar" in shown


def test_the_newest_price_is_the_one_shown(shop: Shop) -> None:
    ordering.set_price(product=shop.product, amount=9_900, by=None, now=timezone.now())

    assert "99,00" in page(shop)
    assert "149,00" not in page(shop)


def test_what_is_not_sold_has_no_button(shop: Shop) -> None:
    shop.product.active = False
    shop.product.save()

    shown = page(shop)

    assert "nu niet te koop" in shown
    assert "/bestellen/" not in shown
