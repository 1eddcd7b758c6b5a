"""What is for sale, told to apps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import ordering, shelf
from payments.models import Offer, Product
from tests.counting import counting
from tests.factories import make_course, make_reader
from tests.lessons.api.calling import Caller
from tests.payments.conftest import PRICE

if TYPE_CHECKING:
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_visitor_sees_what_is_for_sale_and_for_how_much(shop: Shop) -> None:
    _status, page = Caller().get("products/")

    assert page["results"] == [
        {
            "slug": "kiezen",
            "title": "Kiezen met helderheid",
            "courses": [{"slug": "kiezen", "title": shop.course.title}],
            "amount": PRICE,
            "currency": "eur",
            "vat_rate": 2100,
            "reduced_from": None,
            "owned": None,
        }
    ]


def test_a_product_tells_who_sells_it_and_what_a_buyer_declares(shop: Shop) -> None:
    assert shop
    _status, product = Caller().get("products/kiezen/")

    assert set(product["seller"]) == {"name", "address", "register", "vat", "email", "phone"}
    assert product["declarations"]["nl"]["adult"] == "Ik ben 18 jaar of ouder."
    assert product["declarations"]["en"]["adult"] == "I am 18 or older."


def test_who_is_signed_in_sees_whether_they_have_it(shop: Shop) -> None:
    reader = make_reader()
    assert Caller(reader).get("products/kiezen/")[1]["owned"] is False

    shop.pay(shop.order(reader))

    assert Caller(reader).get("products/kiezen/")[1]["owned"] is True
    assert Caller(reader).get("products/")[1]["results"][0]["owned"] is True


def test_caches_may_keep_what_a_visitor_sees_and_nothing_that_is_a_reader_s(shop: Shop) -> None:
    assert shop
    for path in ("products/", "products/kiezen/"):
        for caller, expected in (
            (Caller(), "no-cache"),
            (Caller(make_reader()), "private, no-store"),
        ):
            answer = caller.client.get(f"/api/v1/{path}", headers=caller.headers)
            assert answer["Cache-Control"] == expected
            assert {"Cookie", "X-Session-Token"} <= set(answer["Vary"].split(", "))


@pytest.mark.parametrize("why", ["unknown", "inactive", "no price", "no key"])
def test_what_is_not_for_sale_is_not_there(shop: Shop, settings: object, why: str) -> None:
    if why == "inactive":
        Product.objects.update(active=False)
    if why == "no price":
        Offer.objects.update(valid_from=timezone.now() + DAY)
    if why == "no key":
        settings.STRIPE_SECRET_KEY = ""  # type: ignore[attr-defined]

    slug = "nergens" if why == "unknown" else shop.product.slug
    status, problem = Caller().get(f"products/{slug}/")

    assert (status, problem["code"]) == (404, "not_found")
    if why != "unknown":
        assert Caller().get("products/")[1]["results"] == []


def test_many_products_take_no_more_statements_than_one(shop: Shop) -> None:
    caller = Caller(make_reader())
    caller.get("products/")
    with counting() as few:
        caller.get("products/")
    for number in range(5):
        product = Product.objects.create(slug=f"p{number}", title=f"P{number}")
        product.courses.add(make_course(access="granted", modules=1, lessons=1))
        ordering.set_price(product=product, amount=PRICE, by=None, now=shop_opened())
    with counting() as many:
        page = caller.get("products/")[1]

    assert len(page["results"]) == 6
    assert int(many) == int(few) <= 6, str(many)


def shop_opened() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([(0, 14_900)], None),
        ([(0, 14_900), (90, 9_900)], 14_900),
        ([(0, 9_900), (90, 14_900)], None),
        # Raised first, to be "reduced" afterwards: within thirty days it was as cheap.
        ([(0, 9_900), (80, 14_900), (90, 9_900)], None),
        ([(0, 9_900), (50, 14_900), (90, 9_900)], 14_900),
        ([(0, 14_900), (70, 12_900), (80, 13_900), (90, 9_900)], 12_900),
        # It held until the very beginning of the thirty days.
        ([(0, 10_000), (60, 14_900), (90, 12_000)], 14_900),
    ],
)
def test_a_reduction_is_told_from_the_lowest_price_of_the_thirty_days_before(
    prices: list[tuple[int, int]], expected: int | None
) -> None:
    offers = [Offer(amount=amount, valid_from=START + DAY * day) for day, amount in prices]

    assert shelf.reduced_from(offers, offers[-1]) == expected
