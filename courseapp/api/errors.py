"""Every error of the API in one shape and from one place: RFC 9457, ``application/problem+json``.

A problem has ``type``, ``title``, ``status`` and ``detail`` as the standard has them, our stable
``code``, and what a client needs to go on: the fields that are wrong (``errors``), when a lesson
opens (``opens_at``), which course or lesson it is about (``course``, ``next``). The type is always
``about:blank``, which by the standard makes the title the status' own phrase.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict
from uuid import UUID

from django.core import exceptions as django_errors
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as rest_errors

from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

CONTENT_TYPE = "application/problem+json"
# What a refusal knows beyond its sentence, by attribute, and what the API calls it.
TOLD = {
    "course": "course",
    "when": "opens_at",
    "onward": "next",
    "fields": "errors",
    "lesson": "lesson",
    "unsaved": "unsaved",
    "version": "version",
    "edition": "edition",
    "scope": "scope",
}


class FieldError(TypedDict):
    """What is wrong with one field of what was sent; an empty ``field`` is the whole of it."""

    field: str
    detail: str


class ProblemExtras(TypedDict, total=False):
    """What some problems add."""

    errors: list[FieldError]
    opens_at: str
    course: str
    next: str | None
    lesson: str
    unsaved: str | None
    version: int
    edition: int
    scope: str


class Problem(ProblemExtras):
    """A problem as RFC 9457 has it, with our ``code``."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class BodyTooLarge(Refused):
    code = "body_too_large"
    status = 413


class CsrfFailed(Refused):
    """A session's write without the token that proves it came from our own page."""

    code = "csrf_failed"
    status = 403


class StaffOnly(Refused):
    code = "staff_only"
    status = 403


class OwnerOnly(Refused):
    """What the owner of the practice does alone, such as what is done with money."""

    code = "owner_only"
    status = 403


class ScopeMissing(Refused):
    """A machine token that works, but not for this; ``scope`` is what it would need."""

    code = "scope_missing"
    status = 403

    def __init__(self, sentence: str, scope: str) -> None:
        super().__init__(sentence)
        self.scope = scope


class MachineTokenFailed(rest_errors.AuthenticationFailed):
    """A machine token that is none, or no longer, or whose maker is no longer on the staff."""


class MachineTokenNotHere(rest_errors.AuthenticationFailed):
    """A machine token where readers speak for themselves."""


class Known(NamedTuple):
    """How an exception of Django or REST framework is told."""

    status: int
    code: str
    detail: str


# The first that fits counts, so the special stand before the general.
KNOWN: Mapping[type[Exception], Known] = {
    rest_errors.NotAuthenticated: Known(
        401, "not_signed_in", "Sign in first: by a session, or with the header X-Session-Token."
    ),
    MachineTokenFailed: Known(
        401,
        "invalid_machine_token",
        "This machine token is not valid, or no longer. An owner makes another at /beheer/.",
    ),
    MachineTokenNotHere: Known(
        401,
        "machine_token_not_here",
        "A machine token works below /api/v1/staff/ alone; here readers sign in themselves.",
    ),
    rest_errors.AuthenticationFailed: Known(
        401, "invalid_token", "This session token is not valid, or no longer. Sign in again."
    ),
    rest_errors.ValidationError: Known(
        400, "invalid_input", "Something in what you sent is not right; see the errors."
    ),
    rest_errors.ParseError: Known(400, "invalid_json", "The body is not valid JSON in UTF-8."),
    rest_errors.MethodNotAllowed: Known(
        405, "method_not_allowed", "This address does not take that method; see the header Allow."
    ),
    rest_errors.NotAcceptable: Known(
        406, "not_acceptable", "This API answers in application/json; ask for that, or for */*."
    ),
    rest_errors.UnsupportedMediaType: Known(
        415, "unsupported_media_type", "Send the body as application/json."
    ),
    rest_errors.Throttled: Known(
        429, "too_many_requests", "Too many writes; wait as long as the header Retry-After says."
    ),
    rest_errors.PermissionDenied: Known(403, "forbidden", "You may not do this."),
    rest_errors.NotFound: Known(404, "not_found", "There is nothing at this address."),
    django_errors.PermissionDenied: Known(403, "forbidden", "You may not do this."),
    django_errors.RequestDataTooBig: Known(413, "body_too_large", "The body is too large."),
    django_errors.SuspiciousOperation: Known(400, "bad_request", "This request is malformed."),
    django_errors.BadRequest: Known(400, "bad_request", "This request is malformed."),
    MultiPartParserError: Known(400, "bad_request", "This request is malformed."),
    UnreadablePostError: Known(400, "bad_request", "The body did not arrive whole; send it again."),
    Http404: Known(404, "not_found", "There is nothing at this address."),
}


def handle(error: Exception, _context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler: the problem, or None for what is a bug (a 500)."""
    if isinstance(error, Refused):
        return _of_refusal(error)
    for kind, known in KNOWN.items():
        if isinstance(error, kind):
            more: ProblemExtras = {}
            if isinstance(error, rest_errors.ValidationError):
                more["errors"] = list(_field_errors(error.detail))
            response = problem(known.status, known.code, known.detail, more)
            return _with_headers(response, error)
    return None


def problem(status: int, code: str, detail: str, more: ProblemExtras | None = None) -> HttpResponse:
    """A problem as an answer, in English, kept by no cache."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **(more or {}),
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE
    )
    response["Content-Language"] = "en"
    response["Cache-Control"] = "private, no-store"
    return response


@csrf_exempt
def unknown_address(_request: HttpRequest) -> HttpResponse:
    """Any address below the API's that is none, whatever the method."""
    return problem(
        404, "not_found", "There is nothing at this address. Every address ends in a slash."
    )


def status_and_code(kind: type[Exception]) -> tuple[int, str]:
    """How an exception of this kind is told, for the documentation."""
    if issubclass(kind, Refused):
        return kind.status, kind.code
    known = KNOWN[kind]
    return known.status, known.code


def _of_refusal(error: Refused) -> HttpResponse:
    known = vars(error)
    more: Any = {name: _plain(known[own]) for own, name in TOLD.items() if own in known}
    return problem(error.status, error.code, str(error), more)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Model):
        return str(value.pk)
    return str(value) if isinstance(value, UUID) else value


def _with_headers(response: HttpResponse, error: Exception) -> HttpResponse:
    """The headers that go with 401 and 429, as REST framework has put them on its exception."""
    sign_in = getattr(error, "auth_header", None)
    if sign_in:
        response["WWW-Authenticate"] = sign_in
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(math.ceil(wait))
    return response


def _field_errors(detail: object, field: str = "") -> Iterable[FieldError]:
    """REST framework's tree of complaints as a flat list; nested fields are joined by dots."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _field_errors(below, f"{field}.{own}".strip("."))
    elif isinstance(detail, list):
        for below in detail:
            yield from _field_errors(below, field)
    else:
        yield FieldError(field=field, detail=str(detail))
