"""The checkout page and the control page, over HTTP and without a script."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import requests

from tests.payments.sandbox.dealing import order, paid

if TYPE_CHECKING:
    import stripe

    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock, Hook

pytestmark = pytest.mark.once


def _post(url: str, **form: str) -> str:
    """Where a form leads."""
    answer = requests.post(url, data=form, allow_redirects=False, timeout=5)
    assert answer.status_code == 303
    return answer.headers["Location"]


def _read(url: str, **headers: str) -> str:
    answer = requests.get(url, headers=headers, timeout=5)
    assert answer.status_code == 200
    return answer.text


def test_the_page_says_what_is_sold_for_how_much_and_that_it_is_a_test(
    client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock, customer_email="lezer@example.org"))
    page = _read(str(session.url))

    assert "Testwinkel: er wordt niets afgeschreven" in page
    assert "Kiezen met helderheid" in page
    assert "€ 249,00" in page
    assert 'value="lezer@example.org"' in page
    assert "Actiecode" not in page
    assert 'href="http://shop.test/cart"' in page
    assert "<script" not in page


def test_the_page_speaks_english_when_the_session_does(
    client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock, locale="en"))
    page = _read(str(session.url))

    assert '<html lang="en">' in page
    assert "Test shop: no money is taken" in page
    assert "€249.00" in page


def test_every_field_of_both_pages_has_a_label(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    paid(stripe_, client, clock)
    session = client.v1.checkout.sessions.create(order(clock, allow_promotion_codes=True))

    for page in (_read(str(session.url)), _read(f"{stripe_.base}/_sim/")):
        fields = re.findall(r'<(?:input|select) id="([^"]+)"', page)
        assert len(fields) > 1
        assert len(set(fields)) == len(fields)
        assert set(re.findall(r'<label for="([^"]+)"', page)) == set(fields)


@pytest.mark.parametrize("method", ["card", "ideal", "bancontact", "later_succeeds", "later_fails"])
def test_whoever_pays_is_sent_back_to_the_shop(
    client: stripe.StripeClient, clock: Clock, method: str
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    back = _post(str(session.url), method=method, email="a@example.org", country="BE")

    assert back == f"http://shop.test/return?sid={session.id}"
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert found.status == "complete"
    assert found.customer_details is not None
    assert found.customer_details.email == "a@example.org"


@pytest.mark.parametrize(
    ("method", "told"),
    [("card_declined", "De kaart is geweigerd"), ("ideal_cancelled", "bij de bank is afgebroken")],
)
def test_whoever_is_refused_stays_and_reads_why(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, method: str, told: str
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    back = _post(str(session.url), method=method)

    assert told in _read(stripe_.base + back)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_second_tab_says_that_it_is_paid_or_too_late(
    client: stripe.StripeClient, clock: Clock
) -> None:
    first = client.v1.checkout.sessions.create(order(clock))
    second = client.v1.checkout.sessions.create(order(clock))
    _post(str(first.url), method="card")
    client.v1.checkout.sessions.expire(second.id)

    for session, told in ((first, "al afgerond"), (second, "is verlopen")):
        assert session.url is not None
        assert session.id in _post(session.url, method="ideal")
        assert told in _read(session.url)


def test_a_code_lowers_the_price_on_the_page(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 100})
    client.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "GRATIS"}
    )
    session = client.v1.checkout.sessions.create(order(clock, allow_promotion_codes=True))
    url = str(session.url)

    assert "Deze code geldt hier niet" in _read(stripe_.base + _post(url, code="ONZIN"))
    assert "Bestellen zonder te betalen" in _read(stripe_.base + _post(url, code=" gratis "))
    _post(url, method="card")

    found = client.v1.checkout.sessions.retrieve(session.id)
    assert found.payment_status == "no_payment_required"


def test_methods_that_are_left_out_have_no_button(
    client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(
        order(clock, excluded_payment_method_types=["sepa_debit", "multibanco"])
    )

    assert "Uitgestelde" not in _read(str(session.url))


def test_names_of_products_are_text_and_nothing_else(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    params = order(clock)
    params["line_items"][0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    session = client.v1.checkout.sessions.create(params)

    for page in (_read(str(session.url)), _read(f"{stripe_.base}/_sim/")):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


def test_there_is_a_receipt_and_no_page_for_nobody(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    paid(stripe_, client, clock)
    charge = client.v1.charges.list().data[0]

    assert "€ 249,00" in _read(str(charge.receipt_url))
    for path in ("/c/pay/cs_test_nobody", "/elsewhere"):
        assert requests.get(stripe_.base + path, timeout=5).status_code == 404


def test_a_person_plays_the_bank_on_the_control_page(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    control = f"{stripe_.base}/_sim/"
    assert "Nog geen bestellingen." in _read(control)
    session = client.v1.checkout.sessions.create(order(clock))
    intent = stripe_.world.pay(session.id, "sepa_debit")["payment_intent"]
    assert "Betaling lukt nu" in _read(control)

    _post(control, act="succeed", id=session.id)
    _post(control, act="refund", id=intent, amount="1000")
    (refund,) = client.v1.refunds.list().data
    _post(control, act="refund_fail", id=refund.id)
    _post(control, act="dispute", id=intent)
    (dispute,) = client.v1.disputes.list().data
    _post(control, act="dispute_submit", id=dispute.id)
    _post(control, act="won", id=dispute.id)

    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.disputes.retrieve(dispute.id).status == "won"
    page = _read(control, **{"Accept-Language": "en-GB"})
    assert "Dispute: €249.00 (Won)" in page
    assert "Refund: €10.00 (failed)" in page


def test_what_cannot_be_done_is_said_on_the_control_page(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    control = f"{stripe_.base}/_sim/"
    intent = paid(stripe_, client, clock)

    too_much = _post(control, act="refund", id=intent, amount="999999")
    assert "greater than unrefunded" in _read(stripe_.base + too_much)
    nonsense = _post(control, act="refund", id=intent, amount="veel")
    assert "hele centen" in _read(stripe_.base + nonsense)
    assert "bestaat niet" in _read(stripe_.base + _post(control, act="dance", id=intent))


def test_knobs_are_turned_and_webhooks_sent_from_the_control_page(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    control = f"{stripe_.base}/_sim/"
    _post(control, act="knobs", duplicate="1", delay="", drop="refund.created", hold="1")
    paid(stripe_, client, clock)
    assert stripe_.knobs.drop == {"refund.created"}
    held = stripe_.world.held()
    assert "vastgehouden" in _read(control)

    _post(control, act="deliver", id=held[0]["id"])
    assert hook.types == ["payment_intent.created"]
    _post(control, act="reset")
    _post(control, act="resend", id=held[0]["event"])
    stripe_.world.wait()

    assert hook.types == ["payment_intent.created"] * 2


def test_knobs_are_json_as_well(stripe_: Running) -> None:
    url = f"{stripe_.base}/_sim/knobs"
    turned = requests.post(url, json={"delay": 2.5, "retry_after": [1]}, timeout=5)

    assert turned.json()["delay"] == 2.5
    assert json.loads(_read(url))["retry_after"] == [1.0]
    wrong = requests.post(url, json={"colour": "blue"}, timeout=5)
    assert (wrong.status_code, wrong.json()) == (400, {"error": "There is no knob colour."})
