"""Idempotency keys: the same request twice is done once and answered twice."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from payments.sandbox.refusals import Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

# How long an answer is kept, in seconds.
KEPT = 24 * 60 * 60
KIND = "idempotency_error"


class KeyInUse(Refused):
    """The first request with this key has not been answered yet."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "There is currently another in-progress request using this Stripe-Idempotency key "
            f"(that probably means you submitted twice): {key}.",
            status=409,
            kind=KIND,
            code="idempotency_key_in_use",
            began=False,
        )


class OtherRequest(Refused):
    """The key belongs to a request with another address or other parameters."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}'.",
            kind=KIND,
            began=False,
        )


def begin(store: Store, key: str, *, address: str, params: Thing, request_id: str) -> Thing | None:
    """Take a key into use; the kept answer when there is one already.

    KeyInUse while the first request runs, OtherRequest when the key was used for something else.
    """
    forget_old(store)
    digest = _digest(address, params)
    kept = store.answers.get(key)
    if kept is None:
        taken = {"digest": digest, "at": store.now(), "request_id": request_id, "answer": None}
        store.keep_answer(key, taken)
        return None
    if kept["answer"] is None:
        raise KeyInUse(key)
    if kept["digest"] != digest:
        raise OtherRequest(key)
    return kept


def end(store: Store, key: str, answer: Any | None) -> None:
    """Keep the answer with its key; None gives the key back, as if it had not been used."""
    store.keep_answer(key, answer and {**store.answers[key], "answer": answer})


def forget_old(store: Store) -> None:
    oldest = store.now() - KEPT
    for key in [one for one, kept in store.answers.items() if kept["at"] < oldest]:
        store.keep_answer(key, None)


def _digest(address: str, params: Thing) -> str:
    told = json.dumps([address, params], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
