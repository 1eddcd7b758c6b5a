"""What an installation that sells must not be started with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

if TYPE_CHECKING:
    from collections.abc import Iterator

VAT_MODES = {"nl21", "kor"}


@register(Tags.security)
def selling(**_: object) -> list[CheckMessage]:
    """Keys that belong together, and no test money in production."""
    return [*_keys(), *_vat()]


def _keys() -> Iterator[CheckMessage]:
    key = settings.STRIPE_SECRET_KEY
    if key and not settings.STRIPE_WEBHOOK_SECRETS:
        yield Error(
            "STRIPE_SECRET_KEY is set and STRIPE_WEBHOOK_SECRETS is not: no event would be taken.",
            hint="The signing secret of the event destination, whsec_…",
            id="payments.E001",
        )
    if key and not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        yield Error(
            "STRIPE_SECRET_KEY is no secret or restricted key of Stripe's.",
            hint="It begins with rk_live_, sk_live_, rk_test_ or sk_test_.",
            id="payments.E002",
        )
    if settings.PRODUCTION and "_test_" in key:
        yield Warning(
            "STRIPE_SECRET_KEY is a test key: in this shop nobody really pays.",
            hint="Take a restricted live key, rk_live_…",
            id="payments.W001",
        )


def _vat() -> Iterator[CheckMessage]:
    if settings.VAT_MODE not in VAT_MODES:
        yield Error(f"VAT_MODE is {settings.VAT_MODE}; known are nl21 and kor.", id="payments.E003")
