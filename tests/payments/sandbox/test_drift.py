"""The two rulers themselves: Stripe's description of answers, the SDK's types of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from payments.sandbox import routes, shapes
from payments.sandbox.refusals import WrongParameter
from tests.payments.sandbox import openapi
from tests.payments.sandbox.dealing import order

if TYPE_CHECKING:
    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "wrong", [{"status": "done"}, {"expires_at": "soon"}, {"colour": "blue"}, {"currency": 1}]
)
def test_an_answer_that_stripe_would_not_give_is_seen(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, wrong: dict[str, Any]
) -> None:
    session = stripe_.world.get(client.v1.checkout.sessions.create(order(clock)).id)
    assert openapi.faults(session) == []

    assert openapi.faults({**session, **wrong}) != []
    without = {name: value for name, value in session.items() if name != "expires_at"}
    assert openapi.faults(without) != []


def test_every_exception_from_the_description_is_in_the_sdk_and_not_in_the_cut() -> None:
    homes = {"checkout.session": stripe.checkout.Session, "v2.core.event": stripe.v2.core.Event}

    for kind, name in openapi.NEWER:
        assert name in homes[kind].__annotations__
        assert name not in openapi.document()["schemas"][kind]["properties"]


def test_the_types_of_all_requests_can_be_read() -> None:
    for route in routes.ROUTES:
        with pytest.raises(WrongParameter, match="unknown parameter: colour"):
            shapes.check(route.params, {"colour": "blue"})


def test_a_closed_list_of_words_stays_closed_though_the_sdk_leaves_it_open() -> None:
    route, _ids = routes.find("POST", "/v1/refunds") or (None, ())
    assert route is not None

    assert shapes.check(route.params, {"reason": "duplicate", "amount": "12"}) == {
        "reason": "duplicate",
        "amount": 12,
    }
    with pytest.raises(WrongParameter, match="must be one of"):
        shapes.check(route.params, {"reason": "bored"})


def test_metadata_can_be_emptied() -> None:
    route, _ids = routes.find("POST", "/v1/refunds/re_1") or (None, ())
    assert route is not None

    assert shapes.check(route.params, {"metadata": ""}) == {"metadata": ""}
    assert shapes.check(route.params, {"metadata": {"a": "1"}}) == {"metadata": {"a": "1"}}
