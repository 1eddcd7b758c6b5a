"""The header ``Idempotency-Key``: with what must not happen twice its sender sends a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import OpenApiParameter

from payments import once

if TYPE_CHECKING:
    from rest_framework.request import Request

NAME = "Idempotency-Key"
REFUSALS = (once.KeyNeeded, once.InvalidKey, once.KeyReused)


def key_of(request: Request) -> str:
    """What the header says; empty without one. `payments.once` says what a key is."""
    return str(request.headers.get(NAME, ""))


def parameter() -> OpenApiParameter:
    """How the documentation tells the header."""
    return OpenApiParameter(
        NAME,
        {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$", "minLength": 1, "maxLength": 255},
        OpenApiParameter.HEADER,
        required=True,
        description=(
            "A key of your own, new for each thing you want done: 1 to 255 visible ASCII"
            " characters, such as a UUID. The same key with the same body is done once; it is"
            " yours, and holds as long as your account. The same key with another body is 422. A"
            " request that was refused leaves its key free."
        ),
    )
