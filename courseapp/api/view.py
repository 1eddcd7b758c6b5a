"""What every endpoint of the API is: JSON in and out, English, refused in one shape, not cached.

REST framework signs in, permits and throttles; reading and writing JSON is done here, because its
own reader lets some bodies through to a 500 (deep nesting, NUL bytes) and its renderers cost more
than the answers.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, cast

from django.http import HttpResponse
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from courseapp import writing
from courseapp.api.errors import BodyTooLarge, handle
from courseapp.api.sign_in import ByMachineToken, BySession, ByToken, HasScope, IsOwner, IsStaff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request

    from courseapp.accounts.models import User


# The longest body is a note of 300 characters, unless an endpoint takes whole texts.
BODY_MAX = 65_536  # bytes
# The deepest body there is: a lesson's blocks with their cards.
DEPTH_MAX = 20
ACCEPTED = {"*/*", "application/*", "application/json", "application/problem+json"}


def answer(data: Mapping[str, Any], *, status: int = 200, etag: str = "") -> HttpResponse:
    """A JSON answer; a shape of the documentation as bytes."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    headers = {"ETag": etag} if etag else {}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


class StrictJson(BaseParser):
    """A JSON body in UTF-8, of reasonable size, without what no database keeps."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = parser_context["view"].body_max if parser_context else BODY_MAX
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise BodyTooLarge(f"A body has at most {most} bytes here.")
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
            _refuse_unkeepable(data)
        except (ValueError, RecursionError):
            raise exceptions.ParseError from None
        return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")


def _refuse_unkeepable(data: object, depth: int = 0) -> None:
    """Refuse NUL bytes and half characters, which JSON can say and no database keeps, and what is
    nested so deeply that whoever prints it would run out of stack."""
    if depth > DEPTH_MAX:
        raise ValueError("This is nested too deeply.")
    if isinstance(data, str) and b"\x00" in data.encode("utf-8"):
        raise ValueError("There is a NUL byte in the text.")
    if isinstance(data, dict):
        for name, below in data.items():
            _refuse_unkeepable(name)
            _refuse_unkeepable(below, depth + 1)
    elif isinstance(data, list):
        for below in data:
            _refuse_unkeepable(below, depth + 1)


class JsonOnly(BaseContentNegotiation):
    """There is one form of an answer; a client that takes anything but JSON is told."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        accept = request.META.get("HTTP_ACCEPT")
        if accept:
            kinds = {kind.partition(";")[0].strip().lower() for kind in accept.split(",")}
            if not kinds & ACCEPTED:
                raise exceptions.NotAcceptable
        return next(iter(renderers)), "application/json"


class Writes(BaseThrottle):
    """So many writes a minute by one person or program, see ``courseapp.writing``.

    Whoever calls by a page's session was counted on the way in. A machine token counts for itself:
    a program gone wild does not hold up the person it acts for.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            return True
        person = signed_in(request)
        if person.acts_through is not None:
            return writing.may_write("program", person.acts_through.pk)
        return writing.may_write("account", person.pk)

    def wait(self) -> float:
        return writing.seconds_left()


class Endpoint(APIView):
    """One address. Signed-in people only, unless ``permission_classes`` says otherwise."""

    http_method_names = ["get", "head", "post", "put", "patch"]
    authentication_classes = [ByToken, BySession]
    permission_classes = [IsAuthenticated]
    parser_classes = [StrictJson]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = JsonOnly
    metadata_class = None
    body_max = BODY_MAX

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A wrong method is wrong for everybody: it is told before anybody has to sign in."""
        if request.method not in self.allowed_methods:
            raise exceptions.MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def get_throttles(self) -> list[BaseThrottle]:
        return [] if self.request.method in SAFE_METHODS else [Writes()]

    def get_exception_handler(self) -> Callable[..., Any]:
        return handle

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class PublicEndpoint(Endpoint):
    """The same for everybody: it does not ask who calls. Caches ask whether it still holds."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers.setdefault("Cache-Control", "no-cache")
        return super().finalize_response(request, response, *args, **kwargs)


class StaffEndpoint(Endpoint):
    """For members of the practice, and for programs that act for one by a machine token."""

    authentication_classes = [ByMachineToken, ByToken, BySession]
    permission_classes = [IsStaff, HasScope]


class OwnerEndpoint(StaffEndpoint):
    """For the owner of the practice, and for programs that act for one."""

    permission_classes = [IsStaff, IsOwner, HasScope]


def signed_in(request: Request) -> User:
    """Who calls, where a permission has made sure that somebody does."""
    return cast("User", request.user)


def reader_of(request: Request) -> User | None:
    """Who calls; None is a visitor."""
    return request.user if request.user.is_authenticated else None
