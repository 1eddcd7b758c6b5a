"""Looking things up as the API does: lists by pages, and ids opened up where ``expand`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.sandbox import ledger, promotions, refunds
from payments.sandbox.events import snapshot
from payments.sandbox.refusals import NoSuchReference, Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

MOST = 100
USUAL = 10
DEEPEST = 4
# What ``created`` and its like compare with.
COMPARE = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def page(found: list[Thing], params: Thing, *, url: str) -> Thing:
    """A page of a list that is the newest first; cursors are ids."""
    limit = params.get("limit", USUAL)
    if not 1 <= limit <= MOST:
        raise Refused("This value must be between 1 and 100.", param="limit")
    if "starting_after" in params and "ending_before" in params:
        raise Refused("You may only specify one of: starting_after, ending_before.")
    if "ending_before" in params:
        newer = found[: _place(found, params["ending_before"], "ending_before")]
        data, more = newer[-limit:], len(newer) > limit
    else:
        older = found
        if "starting_after" in params:
            older = found[_place(found, params["starting_after"], "starting_after") + 1 :]
        data, more = older[:limit], len(older) > limit
    return {"object": "list", "data": data, "has_more": more, "url": url}


def within(value: float, bounds: Any) -> bool:
    """Whether a moment lies within ``{gte: …, lt: …}``, or is the one moment given."""
    if bounds is None:
        return True
    if not isinstance(bounds, dict):
        return bool(value == bounds)
    return all(COMPARE[name](value, bound) for name, bound in bounds.items())


def shown(store: Store, thing: Thing) -> Thing:
    """An object as the API shows it: with what only the moment decides."""
    kind = thing.get("object")
    if kind == "balance_transaction":
        return ledger.shown(store, thing)
    if kind == "event":
        return snapshot(store, thing)
    if kind == "promotion_code":
        return {**thing, "active": promotions.is_active(store, thing)}
    if kind == "coupon":
        return {**thing, "valid": promotions.is_valid(store, thing)}
    return thing


def expanded(store: Store, thing: Thing, paths: list[str]) -> Thing:
    """The object with the ids on these paths replaced by what they stand for."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST + (steps[0] == "data"):
            raise Refused("You cannot expand more than 4 levels of a property.", param="expand")
        thing = _open(store, thing, steps, whole=path)
    return thing


def _open(store: Store, thing: Thing, steps: list[str], *, whole: str) -> Thing:
    name, rest = steps[0], steps[1:]
    value = _related(store, thing, name)
    if value is None and name not in thing:
        raise Refused(f"This property cannot be expanded ({whole}).", param="expand")
    if isinstance(value, str):
        found = store.find(value)
        if found is None:
            raise Refused(f"This property cannot be expanded ({whole}).", param="expand")
        value = shown(store, found)
    if rest:
        value = _open_rest(store, value, rest, whole=whole)
    return {**thing, name: value}


def _open_rest(store: Store, value: Any, rest: list[str], *, whole: str) -> Any:
    if isinstance(value, list):
        return [_open(store, one, rest, whole=whole) for one in value]
    return _open(store, value, rest, whole=whole) if isinstance(value, dict) else value


def _related(store: Store, thing: Thing, name: str) -> Any:
    """A field's value, also of the lists that Stripe shows only when they are asked for."""
    if thing.get("object") == "checkout.session" and name == "line_items":
        return session_lines(store, thing["id"])
    if thing.get("object") == "charge" and name == "refunds":
        found = refunds.of_charge(store, thing["id"])
        return page(found, {}, url=f"/v1/charges/{thing['id']}/refunds")
    return thing.get(name)


def session_lines(store: Store, ident: str, params: Thing | None = None) -> Thing:
    lines = store.note(ident)["lines"]
    return page(lines, params or {}, url=f"/v1/checkout/sessions/{ident}/line_items")


def _place(found: list[Thing], cursor: str, param: str) -> int:
    for place, one in enumerate(found):
        if one["id"] == cursor:
            return place
    raise NoSuchReference("object", cursor, param=param)
