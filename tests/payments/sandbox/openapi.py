"""Holding what the local Stripe says against Stripe's own description of it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft7Validator

from tests.payments.sandbox.cut_openapi import CUT

# Where the SDK's version of the API, or what Stripe sends besides, differs from the cut: each field
# that the cut does not know, and why it is right all the same.
NEWER = {
    ("checkout.session", "allowed_payment_method_types"): "new in endive, in the SDK's Session",
    ("v2.core.event", "snapshot_event"): "in the SDK's v2 Event; the document is older",
}


def faults(thing: Any) -> list[str]:
    """What is wrong with an answer or an event, each with the way to it; none when all is well."""
    if not isinstance(thing, dict):
        return [f"no object: {thing!r}"]
    if "error" in thing:
        return _found("error", thing)
    if "data" in thing and thing.get("object") in {"list", None}:
        return [fault for one in thing["data"] for fault in faults(one)]
    told = [] if thing["object"] != "event" else faults(thing["data"]["object"])
    return told + _found(_schema_of(thing), thing)


def _schema_of(thing: dict[str, Any]) -> str:
    kind = str(thing["object"])
    if thing.keys() == {"id", "object"}:
        return "v2.deleted_object"
    return f"deleted_{kind}" if thing.get("deleted") else kind


def _found(kind: str, thing: dict[str, Any]) -> list[str]:
    if kind not in document()["schemas"]:
        return [f"{kind} is not in the cut"]
    return [
        f"{kind} {'.'.join(str(step) for step in fault.absolute_path)}: {fault.message[:300]}"
        for fault in _checker(kind).iter_errors(_older(thing))
    ]


def _older(thing: Any) -> Any:
    """The thing without the fields that only the SDK's version has."""
    if isinstance(thing, list):
        return [_older(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    kind = str(thing.get("object"))[:40]
    return {name: _older(one) for name, one in thing.items() if (kind, name) not in NEWER}


@cache
def document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(CUT.read_text(encoding="utf-8"))
    return document


@cache
def _checker(kind: str) -> Draft7Validator:
    return Draft7Validator({**document(), "$ref": f"#/schemas/{kind}"})
