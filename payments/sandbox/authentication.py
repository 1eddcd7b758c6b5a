"""Who may call: test keys, and only in the version of the API that is played."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from payments.sandbox.api_version import PINNED
from payments.sandbox.refusals import NOT_FOUND, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.sandbox.store import Store

TEST_KEYS = ("sk_test_", "rk_test_")
LIVE_KEYS = ("sk_live_", "rk_live_")


def check(store: Store, *, method: str, path: str, headers: Mapping[str, str]) -> None:
    """A test key is needed that may do this; a live one is told what Stripe tells it."""
    key = _key(headers.get("Authorization", ""))
    if not key:
        raise Refused(
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth.",
            status=401,
            began=False,
        )
    if key.startswith(LIVE_KEYS):
        _refuse_live(store, path)
    if not key.startswith(TEST_KEYS):
        hidden = f"{key[:8]}{'*' * 8}{key[-4:]}"
        raise Refused(f"Invalid API Key provided: {hidden}", status=401, began=False)
    if store.knobs.denies(method, path):
        raise Refused(
            f"The provided key '{key[:8]}{'*' * 8}' does not have the required permissions for "
            f"this endpoint ({method} {path}).",
            status=403,
            began=False,
        )
    version = headers.get("Stripe-Version", PINNED)
    if version != PINNED:
        raise Refused(
            f"Invalid Stripe API version: {version}. The local Stripe plays {PINNED}.", began=False
        )


def _refuse_live(store: Store, path: str) -> None:
    """Objects of test mode do not exist for a key of the other mode."""
    ident = path.rstrip("/").rpartition("/")[2]
    thing = store.find(ident)
    if thing is not None:
        name = thing["object"].replace("_", " ").replace(".", " ")
        raise Refused(
            f"No such {name}: '{ident}'; a similar object exists in test mode, but a live mode key "
            "was used to make this request.",
            status=NOT_FOUND,
            code="resource_missing",
            param="id",
            began=False,
        )
    raise Refused("Invalid API Key provided: this is a live key.", status=401, began=False)


def _key(header: str) -> str:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        return base64.b64decode(rest + "===").decode(errors="replace").partition(":")[0]
    return ""
