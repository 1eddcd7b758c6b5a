"""The API's description (OpenAPI 3.1), made from the same types that the answers are built with.

An answer's shape is a ``TypedDict``: mypy holds the code that builds it to it, and this module
turns it into a schema. What a type cannot say goes along: ``Annotated[str, Also(format="uuid")]``.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpResponse
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework import exceptions
from rest_framework.permissions import AllowAny

from courseapp import browser
from courseapp.accounts.second_step import SecondStepMissing
from courseapp.api.errors import (
    CONTENT_TYPE,
    BodyTooLarge,
    CsrfFailed,
    MachineTokenFailed,
    MachineTokenNotHere,
    OwnerOnly,
    Problem,
    ScopeMissing,
    StaffOnly,
    status_and_code,
)
from courseapp.api.view import PublicEndpoint
from courseapp.errors import NotFound

if TYPE_CHECKING:
    from rest_framework.request import Request

View = TypeVar("View", bound=Callable[..., Any])
Who = Literal["everybody", "visitors too", "readers", "staff", "owners"]
Scope = Literal["read", "edit", "publish", "money"]

# What each address may answer with, whatever it is for.
ALWAYS = (exceptions.MethodNotAllowed, exceptions.NotAcceptable, SuspiciousOperation)
WRITING = (
    exceptions.ParseError,
    exceptions.UnsupportedMediaType,
    exceptions.Throttled,
    BodyTooLarge,
)
SIGNING_IN: Mapping[Who, tuple[type[Exception], ...]] = {
    "everybody": (),
    "visitors too": (exceptions.AuthenticationFailed, MachineTokenNotHere),
    "readers": (
        exceptions.AuthenticationFailed,
        MachineTokenNotHere,
        exceptions.NotAuthenticated,
    ),
    "staff": (
        exceptions.AuthenticationFailed,
        MachineTokenFailed,
        exceptions.NotAuthenticated,
        StaffOnly,
        SecondStepMissing,
        ScopeMissing,
    ),
    "owners": (
        exceptions.AuthenticationFailed,
        MachineTokenFailed,
        exceptions.NotAuthenticated,
        StaffOnly,
        SecondStepMissing,
        OwnerOnly,
        ScopeMissing,
    ),
}
BASIC: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Any: {},
}


class Also:
    """What a schema says of a type beyond the type, in the words of JSON Schema."""

    def __init__(self, **schema: Any) -> None:
        self.schema = schema


def describe(
    operation: str,
    *,
    tag: str,
    who: Who,
    answers: Mapping[int, Any],
    refusals: Sequence[type[Exception]] = (),
    body: Any = None,
    writes: bool = False,
    parameters: Sequence[OpenApiParameter] = (),
    scope: Scope | None = None,
) -> Callable[[View], View]:
    """Document a method of an endpoint: its shapes, and every refusal with its codes.

    For the staff also: which ``scope`` a machine token needs; without it, to edit what ``writes``
    and to read all else. The same word is what ``sign_in.HasScope`` asks for.
    """
    kinds = [*refusals, *SIGNING_IN[who], *ALWAYS, *(WRITING if writes else ())]
    if writes and who != "everybody":  # Without a session there is nothing to forge.
        kinds.append(CsrfFailed)
    if any(issubclass(kind, NotFound) for kind in refusals):
        kinds.append(Http404)  # An id that is none meets no endpoint at all.
    if body is not None:
        kinds.append(exceptions.ValidationError)
    responses: dict[Any, Any] = {
        status: OpenApiResponse(shape, description=HTTPStatus(status).phrase)
        for status, shape in answers.items()
    }
    for status, codes in _codes(kinds).items():
        told = "Codes: " + ", ".join(f"`{code}`" for code in codes)
        responses[status, CONTENT_TYPE] = OpenApiResponse(Problem, description=told)
    document = extend_schema(
        operation_id=operation,
        tags=[tag],
        request=body,
        responses=responses,
        parameters=list(parameters),
    )

    def described(view: View) -> View:
        view.scope = scope or ("edit" if writes else "read")  # type: ignore[attr-defined]
        return document(view)

    return described


def _codes(kinds: Sequence[type[Exception]]) -> dict[int, list[str]]:
    result: dict[int, list[str]] = {}
    for status, code in sorted({status_and_code(kind) for kind in kinds}):
        result.setdefault(status, []).append(code)
    return result


class Shape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A ``TypedDict`` as a component of the schema, under its own name and with its docstring."""

    target_class = None

    @classmethod
    def _matches(cls, target: Any) -> bool:
        return typing.is_typeddict(target)

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        return str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        def told(kind: Any) -> dict[str, Any]:
            return _schema_of(kind, lambda shape: auto_schema.resolve_serializer(shape, direction))

        hints = typing.get_type_hints(self.target, include_extras=True)
        return {
            "type": "object",
            "description": " ".join((self.target.__doc__ or "").replace("``", "`").split()),
            "properties": {name: told(kind) for name, kind in hints.items()},
            "required": sorted(self.target.__required_keys__),
        }


def _schema_of(kind: Any, resolve: Callable[[Any], Any]) -> dict[str, Any]:
    """The JSON Schema of a type that shapes are made of."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if kind in BASIC:
        return dict(BASIC[kind])
    if typing.is_typeddict(kind):
        return dict(resolve(kind).ref)
    if origin is Annotated:
        return {**_schema_of(inside[0], resolve), **inside[1].schema}
    if origin in {Union, UnionType}:
        one, _none = inside  # "X | None" is all that shapes use.
        return _nullable(_schema_of(one, resolve))
    if origin is list:
        return {"type": "array", "items": _schema_of(inside[0], resolve)}
    more: dict[Any, dict[str, Any]] = {
        Literal: {"type": "string", "enum": list(inside)},
        dict: {"type": "object"},
    }
    return more[origin]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "type" in schema and not {"enum", "oneOf"} & schema.keys():
        return {**schema, "type": [schema["type"], "null"]}
    return {"oneOf": [schema, {"type": "null"}]}


@lru_cache(maxsize=1)
def document() -> bytes:
    """The whole description; it depends on the code alone, so it is made once."""
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    return json.dumps(schema, ensure_ascii=False).encode()


class Description(PublicEndpoint):
    """The description, for programs."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(document(), content_type="application/json")


class Documentation(SpectacularSwaggerView):
    """The description, for people: Swagger UI from our own server, talking to nobody else."""

    http_method_names = ["get", "head"]
    authentication_classes = []
    permission_classes = [AllowAny]
    url_name = "api-schema"
    title = "Ik kies jou API"
    template_name = "api/docs.html"

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        return browser.allow(super().finalize_response(*args, **kwargs), browser.API_DOCS)
