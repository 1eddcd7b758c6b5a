"""Holding a request against the SDK's own parameter types.

The SDK's TypedDicts are generated from the very API version it pins. A parameter that a new SDK no
longer knows is therefore refused here, as Stripe would refuse it, and the tests turn red.
"""

from __future__ import annotations

import types
import typing
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import typing_extensions
from stripe._request_options import RequestOptions  # The SDK offers it nowhere else.
from stripe._stripe_object import UntypedStripeObject  # As above.

from payments.sandbox.refusals import WrongParameter

BOOLEANS = {"true": True, "false": False, True: True, False: False}
OPTIONS = frozenset(RequestOptions.__annotations__)
# Parameters that Stripe took away lately, with what it says instead.
REMOVED = {
    "payment_method_types": "Use dynamic payment methods, with `allowed_payment_method_types` or "
    "`excluded_payment_method_types` to filter them."
}
UNIONS = {typing.Union, types.UnionType}


def check(kind: type | None, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters as typed values; WrongParameter names the first that Stripe does not take."""
    if kind is None:
        kind = _Nothing
    return _fields(kind, given, at="")


class _Nothing(typing_extensions.TypedDict):
    """A request without parameters of its own."""

    expand: typing_extensions.NotRequired[list[str]]


@cache
def _hints(kind: type) -> dict[str, tuple[Any, bool]]:
    """A TypedDict's keys: their types and whether they must be there.

    The SDK mixes the options of a call into the parameters; those are no parameters.
    """
    told = dict(kind.__annotations__)
    if told.keys() >= OPTIONS:
        told = {name: hint for name, hint in told.items() if name not in OPTIONS}
    bare = type(kind.__name__, (), {"__annotations__": told, "__module__": kind.__module__})
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    hints = typing_extensions.get_type_hints(bare)
    return {name: (hint, name in required) for name, hint in hints.items()}


def _fields(kind: type, given: Any, *, at: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise WrongParameter("Invalid object", code=None, param=at)
    known = _hints(kind)
    for name in given:
        if name not in known:
            told = f"Received unknown parameter: {_path(at, name)}"
            if name in REMOVED:
                told = f"{told}. {REMOVED[name]}"
            raise WrongParameter(told, code="parameter_unknown", param=_path(at, name))
    for name, (_hint, required) in known.items():
        if required and name not in given:
            path = _path(at, name)
            told = f"Missing required param: {path}."
            raise WrongParameter(told, code="parameter_missing", param=path)
    return {
        name: _value(known[name][0], value, at=_path(at, name)) for name, value in given.items()
    }


def _value(hint: Any, value: Any, *, at: str) -> Any:
    """The value as its type wants it."""
    origin, inner = typing_extensions.get_origin(hint), typing_extensions.get_args(hint)
    if origin in UNIONS:
        return _any_of(inner, value, at=at)
    if origin in {typing.Literal, typing_extensions.Literal}:
        return _one_of(inner, value, at=at)
    if origin is list:
        return _list(inner[0], value, at=at)
    if origin is dict:
        return _dict(inner[1], value, at=at)
    if typing_extensions.is_typeddict(hint):
        return _fields(hint, value, at=at)
    return _scalar(hint, value, at=at)


def _any_of(choices: tuple[Any, ...], value: Any, *, at: str) -> Any:
    """The first choice that fits; an open list of words counts as closed, as it does at Stripe."""
    if value is None and type(None) in choices:
        return None
    wanted = [one for one in choices if one is not type(None) and not _is_untyped(one)]
    closed = any(_words(one) - {""} for one in wanted)
    trouble: WrongParameter | None = None
    for one in wanted:
        if one is str and closed:
            continue
        try:
            return _value(one, value, at=at)
        except WrongParameter as wrong:
            trouble = wrong
    assert trouble is not None  # noqa: S101 -- a union has members.
    raise trouble


def _words(hint: Any) -> set[Any]:
    is_literal = typing_extensions.get_origin(hint) in {typing.Literal, typing_extensions.Literal}
    return set(typing_extensions.get_args(hint)) if is_literal else set()


def _is_untyped(hint: Any) -> bool:
    return (typing_extensions.get_origin(hint) or hint) is UntypedStripeObject


def _one_of(words: tuple[Any, ...], value: Any, *, at: str) -> Any:
    for word in words:
        if value == word or (isinstance(word, bool) and BOOLEANS.get(value) is word):
            return word
    told = ", ".join(str(word) for word in words)
    raise WrongParameter(f"Invalid {at}: must be one of {told}", code=None, param=at)


def _list(kind: Any, value: Any, *, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise WrongParameter("Invalid array", code=None, param=at)
    return [_value(kind, one, at=f"{at}[{place}]") for place, one in enumerate(value)]


def _dict(kind: Any, value: Any, *, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongParameter("Invalid object", code=None, param=at)
    return {name: _value(kind, one, at=_path(at, name)) for name, one in value.items()}


def _scalar(kind: Any, value: Any, *, at: str) -> Any:
    if kind is Any:
        return value
    if isinstance(value, (dict, list)):
        raise WrongParameter("Invalid string: a nested value", code=None, param=at)
    try:
        if kind is bool:
            return BOOLEANS[value]
        return {int: int, float: float, Decimal: Decimal}.get(kind, str)(value)
    except (KeyError, ValueError, InvalidOperation, TypeError):
        names = {int: "integer", bool: "boolean", float: "decimal", Decimal: "decimal"}
        name = names[kind]
        code = f"parameter_invalid_{name}" if name == "integer" else None
        raise WrongParameter(f"Invalid {name}: {value}", code=code, param=at) from None


def _path(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name
