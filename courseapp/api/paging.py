"""Pages by cursor: ``{"next", "previous", "results"}``, the first two addresses or null.

A cursor names the row it stands beside, so rows that come or go elsewhere move nothing.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar
from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rest_framework.request import Request

Row = TypeVar("Row")
Side = Literal["after", "before"]
LIMIT = 20
LIMIT_MAX = 100
PARAMETERS = (
    OpenApiParameter("cursor", str, description="From `next` or `previous`; none: from the start."),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT},
        description="How many results a page holds.",
    ),
)


class InvalidCursor(Refused):
    code = "invalid_cursor"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the addresses of the pages beside them."""

    rows: Sequence[Row]
    next: str | None
    previous: str | None


def page(request: Request, rows: Sequence[Row], name: Callable[[Row], str]) -> Page[Row]:
    """The page that this request asks for; ``name`` gives a row's lasting name.

    Raises ``InvalidCursor`` and ``ValidationError``.
    """
    limit = _limit(request.query_params.get("limit"))
    start = _start(request.query_params.get("cursor"), [name(row) for row in rows], limit)
    part = rows[start : start + limit]

    def address(side: Side, row: Row) -> str:
        query = urlencode({"cursor": _pack(side, name(row)), "limit": limit})
        return request.build_absolute_uri(f"{request.path}?{query}")

    return Page(
        rows=part,
        next=address("after", part[-1]) if start + limit < len(rows) else None,
        previous=address("before", part[0]) if part and start > 0 else None,
    )


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LIMIT_MAX:  # noqa: PLR2004
        return int(text)
    raise serializers.ValidationError({"limit": [f"A whole number from 1 to {LIMIT_MAX}."]})


def _start(cursor: str | None, names: Sequence[str], limit: int) -> int:
    if cursor is None:
        return 0
    side, name = _unpack(cursor)
    if name not in names:
        raise InvalidCursor("This cursor leads nowhere, or no longer. Begin without one.")
    place = names.index(name)
    return place + 1 if side == "after" else max(0, place - limit)


def _pack(side: Side, name: str) -> str:
    return base64.urlsafe_b64encode(f"{side}:{name}".encode()).decode("ascii").rstrip("=")


def _unpack(cursor: str) -> tuple[str, str]:
    """The side and the name in a cursor; what is none gives a name that no row has."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, binascii.Error):
        return "", ""
    side, _, name = text.partition(":")
    return side, name
