"""Which page is at which address."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from payments.sandbox import checkout_page, control_page, forms, markup
from payments.sandbox.words import say

if TYPE_CHECKING:
    from payments.sandbox.api import Call
    from payments.sandbox.markup import Page
    from payments.sandbox.words import Language
    from payments.sandbox.world import World

PAY = re.compile(r"/c/pay/(cs_[\w]+)")
RECEIPT = re.compile(r"/c/receipt/(ch_[\w]+)")
MISSING = 404


def answer(world: World, call: Call) -> Page:
    """The page at an address, or what comes of a form."""
    query = forms.read(urlsplit(call.target).query)
    if call.path == "/_sim/knobs":
        return _knobs(world, call)
    if call.path.rstrip("/") == "/_sim":
        language = _language(call)
        if call.method == "POST":
            return control_page.act(world, language, forms.read(call.body.decode()))
        return control_page.show(world, language, str(query.get("told", "")))
    try:
        return _checkout(world, call, str(query.get("told", "")))
    except KeyError:
        return missing(_language(call))


def missing(language: Language) -> Page:
    told = say("no page", language)
    return markup.page(told, "", language=language, status=MISSING)


def _checkout(world: World, call: Call, told: str) -> Page:
    """The page of a session or of a charge; KeyError when there is none."""
    if match := PAY.fullmatch(call.path):
        world.get(match[1])
        if call.method == "POST":
            return checkout_page.act(world, match[1], forms.read(call.body.decode()))
        return checkout_page.show(world, match[1], told)
    if match := RECEIPT.fullmatch(call.path):
        return checkout_page.receipt(world, match[1])
    raise KeyError(call.path)


def _language(call: Call) -> Language:
    return "en" if call.headers.get("Accept-Language", "nl").lower().startswith("en") else "nl"


def _knobs(world: World, call: Call) -> Page:
    """The knobs as JSON: read with GET, turned with POST; 400 with a sentence for a wrong one."""
    status, told = 200, dict[str, Any]()
    try:
        if call.method == "POST":
            world.knobs.turn(**json.loads(call.body))
    except (TypeError, ValueError) as trouble:
        status, told = 400, {"error": str(trouble)}
    body = json.dumps(told or world.knobs.told())
    return markup.Page(status, body, {"Content-Type": "application/json"})
