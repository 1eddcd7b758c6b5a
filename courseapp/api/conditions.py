"""Two who change one thing at once: what a reader of it got as ``ETag``, a writer sends back.

Tags are strong and say a number under a letter: ``"v7"`` is a lesson's seventh version, ``"e12"``
the twelfth edition of a course, ``"s…"`` a number made of what an order's state says. ``If-Match``
takes exactly one of them. ``*`` would say "whatever stands there", which is what the header is to
prevent, so it is refused; so is a weak tag, which says nothing about the exact text and mostly
comes from a proxy that packed the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter

from courseapp.errors import Refused

if TYPE_CHECKING:
    from rest_framework.request import Request

Letter = Literal["v", "e", "s"]
# An entity tag as RFC 9110 §8.8.3 writes it.
TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
# No version or edition comes to ten digits, and no database column of ours holds more.
OURS = re.compile(r'"([a-z])([0-9]{1,9})"')
NO_NUMBER = -1


class PreconditionRequired(Refused):
    """A write that has to name the state it starts from, and does not."""

    code = "precondition_required"
    status = 428


class InvalidPrecondition(Refused):
    """A header ``If-Match`` that is not one strong tag."""

    code = "invalid_precondition"


def tag(letter: Letter, number: int) -> str:
    """The strong tag of a numbered state."""
    return f'"{letter}{number}"'


def expected(request: Request, letter: Letter) -> int | None:
    """The number in ``If-Match``; None without the header, ``NO_NUMBER`` in a tag not of ours.

    Raises ``InvalidPrecondition``.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        return None
    if sent.startswith("W/"):
        raise InvalidPrecondition("If-Match takes the strong tag, without W/ before it.")
    if not TAG.fullmatch(sent):
        raise InvalidPrecondition(
            f"If-Match takes exactly one tag, in quotes, such as {tag(letter, 7)}; never *."
        )
    ours = OURS.fullmatch(sent)
    return int(ours[2]) if ours and ours[1] == letter else NO_NUMBER


def required(request: Request, letter: Letter) -> int:
    """The same, where the header must be there. Raises ``PreconditionRequired`` too."""
    number = expected(request, letter)
    if number is None:
        raise PreconditionRequired("Send the ETag you started from in the header If-Match.")
    return number


def not_modified(request: Request, etag: str) -> HttpResponse | None:
    """304 for who has this state already; tags are compared weakly, what is none is no match."""
    sent = request.headers.get("If-None-Match", "")
    known = {one.strip().removeprefix("W/") for one in sent.split(",")}
    if etag not in known and sent.strip() != "*":
        return None
    return HttpResponse(status=304, headers={"ETag": etag})


def if_match(letter: Letter, *, needed: bool) -> OpenApiParameter:
    """How the documentation tells the header."""
    said = "Needed: without it 428." if needed else "Without it nothing is compared."
    return OpenApiParameter(
        "If-Match",
        {"type": "string", "pattern": f'^"{letter}[0-9]{{1,9}}"$'},
        OpenApiParameter.HEADER,
        required=needed,
        description=f"The ETag you started from: one strong tag, not `*` and not weak. {said}",
    )


def if_none_match() -> OpenApiParameter:
    """How the documentation tells the header of a reader who has the answer already."""
    return OpenApiParameter(
        "If-None-Match",
        str,
        OpenApiParameter.HEADER,
        description="The ETag you have: 304 when it still holds.",
    )


def etag_header(letter: Letter, *statuses: int) -> OpenApiParameter:
    """The same of the header in the answers."""
    return OpenApiParameter(
        "ETag",
        {"type": "string", "pattern": f'^"{letter}[0-9]{{1,9}}"$'},
        OpenApiParameter.HEADER,
        response=list(statuses),
        description="What `If-Match` takes.",
    )
