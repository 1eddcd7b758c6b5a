"""Ten thousand knocks at the webhook's door by somebody who does not know the secret."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import RequestFactory

from payments import webhook
from payments.models import StripeEvent
from payments.sandbox import deliveries
from tests.payments.conftest import SECRET
from tests.payments.test_webhook import event, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    # A body and a header, from a good pair.
    Trick = Callable[[Random, bytes], tuple[bytes, str]]

pytestmark = pytest.mark.django_db
KNOCKS = 10_000
LETTERS = "tv01=,. -_éλ\x7f\"'{}abcdef0123456789"


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_old", SECRET]


def _flipped(dice: Random, body: bytes) -> bytes:
    place = dice.randrange(len(body))
    return body[:place] + bytes([body[place] ^ dice.randrange(1, 256)]) + body[place + 1 :]


def another_body(dice: Random, body: bytes) -> tuple[bytes, str]:
    return _flipped(dice, body), signature(body)


def a_longer_body(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body + dice.choice([b"\n", b" ", b"\0", b"{}"]), signature(body)


def a_shorter_body(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body[: dice.randrange(len(body))], signature(body)


def noise(dice: Random, _body: bytes) -> tuple[bytes, str]:
    made = dice.randbytes(dice.randrange(200))
    return made, deliveries.sign(made, "whsec_guessed", at=int(time()))


def another_signature(dice: Random, body: bytes) -> tuple[bytes, str]:
    good = signature(body)
    place = dice.randrange(good.index("v1=") + 3, len(good))
    other = dice.choice([one for one in "0123456789abcdefgé" if one != good[place]])
    return body, good[:place] + other + good[place + 1 :]


def another_secret(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body, signature(body, secret=f"whsec_{dice.random()}")


def replayed(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body, signature(body, at=time() - dice.randrange(302, 10**9))


def of_tomorrow(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body, signature(body, at=time() + dice.randrange(302, 10**9))


def restamped(dice: Random, body: bytes) -> tuple[bytes, str]:
    """An old signature under a fresh stamp, before or behind its own."""
    old = signature(body, at=time() - dice.randrange(302, 10**6))
    stamp = f"t={int(time())}"
    _t, _, rest = old.partition(",")
    return body, dice.choice([f"{stamp},{rest}", f"{stamp},{old}", f"{old},{stamp}"])


def another_scheme(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body, signature(body).replace("v1=", dice.choice(["v0=", "v2=", "V1=", "v1 =", "="]))


def a_header_of_noise(dice: Random, body: bytes) -> tuple[bytes, str]:
    return body, "".join(dice.choices(LETTERS, k=dice.randrange(120)))


def a_number_without_end(dice: Random, body: bytes) -> tuple[bytes, str]:
    digits = "9" * dice.choice([20, 400, 5_000])
    return body, f"t={digits},{signature(body).partition(',')[2]}"


def too_much(dice: Random, body: bytes) -> tuple[bytes, str]:
    large = body + b" " * (webhook.LARGEST + dice.randrange(9))
    return large, "t=1,v1=0"


TRICKS: tuple[Trick, ...] = (
    *(another_body, a_longer_body, a_shorter_body, noise, another_signature, another_secret),
    *(replayed, of_tomorrow, restamped, another_scheme, a_header_of_noise, a_number_without_end),
)


@pytest.mark.slow
def test_ten_thousand_forgeries_are_refused_and_leave_nothing() -> None:
    dice = Random(20261122)  # noqa: S311 -- the same ten thousand each time.
    requests = RequestFactory()
    answers: Counter[int] = Counter()
    for knock in range(KNOCKS):
        good = event(
            id=f"evt_{knock}", livemode=dice.random() < 0.5, padding="é" * dice.randrange(9)
        )
        trick = too_much if knock % 1_000 == 0 else dice.choice(TRICKS)
        body, signed = trick(dice, good)
        answer = webhook.receive(
            requests.generic(
                "POST", "/hooks/stripe/", body, "application/json", HTTP_STRIPE_SIGNATURE=signed
            )
        )
        answers[answer.status_code] += 1

    assert answers == {400: KNOCKS - KNOCKS // 1_000, 413: KNOCKS // 1_000}
    assert not StripeEvent.objects.exists()


def test_the_same_knock_with_the_secret_is_let_in() -> None:
    """Control: what the forgeries start from is good."""
    body = event(id="evt_good", padding="é")
    assert json.loads(body)["padding"] == "é"
    request = RequestFactory().generic(
        "POST", "/", body, "application/json", HTTP_STRIPE_SIGNATURE=signature(body)
    )

    assert webhook.receive(request).status_code == 200
    assert StripeEvent.objects.count() == 1
