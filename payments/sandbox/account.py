"""The account itself: who sells, which methods are switched on, where taxes are registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox.methods import OFFERED
from payments.sandbox.refusals import NoSuchThing

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

ACCOUNT = "acct_1SandboxSandbox"
CONFIGURATION = "pmc_1SandboxSandbox"
COUNTRY = "NL"


def furnish(store: Store) -> None:
    """What an account has from the start; nothing is done twice."""
    if store.find(ACCOUNT) is None:
        store.add("account", _account(), ident=ACCOUNT)
        store.add(
            "payment_method_configuration",
            {
                "active": True,
                "application": None,
                "is_default": True,
                "name": "Default",
                "parent": None,
                **{method: _switched_on() for method in OFFERED},
            },
            ident=CONFIGURATION,
        )


def mine(store: Store) -> Thing:
    return store.get("account", ACCOUNT)


def named(store: Store, ident: str) -> Thing:
    if ident != ACCOUNT:
        raise NoSuchThing("account", ident)
    return mine(store)


def settle(store: Store, **fields: object) -> Thing:
    """Another state of the account, such as ``charges_enabled=False``."""
    return store.change(mine(store)["id"], **fields)


def switch(store: Store, method: str, *, on: bool) -> Thing:
    """Switch a method on or off, as under "Payment methods" in the dashboard."""
    word = "on" if on else "off"
    shown = {**_switched_on(), "available": on}
    shown["display_preference"] = {**shown["display_preference"], "preference": word, "value": word}
    return store.change(CONFIGURATION, **{method: shown})


def register_for_tax(store: Store, params: Thing) -> Thing:
    """A registration for taxes in a country; it is listed and charges nothing here."""
    active_from = params["active_from"]
    starts = store.now() if active_from == "now" else active_from
    return store.add(
        "tax.registration",
        {
            "active_from": starts,
            "country": params["country"],
            "country_options": params["country_options"],
            "expires_at": params.get("expires_at"),
            "status": "active" if starts <= store.now() else "scheduled",
        },
    )


def _switched_on() -> Thing:
    return {
        "available": True,
        "display_preference": {"overridable": None, "preference": "on", "value": "on"},
    }


def _account() -> Thing:
    return {
        "business_profile": None,
        "business_type": "company",
        "capabilities": {f"{method}_payments": "active" for method in OFFERED},
        "charges_enabled": True,
        "country": COUNTRY,
        "default_currency": "eur",
        "details_submitted": True,
        "email": "praktijk@example.nl",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }
