"""The memory of the local Stripe: objects that are replaced, never changed in place.

Because nothing is changed in place, an event may hold the object it tells about, and older copies
of every object are at hand for the knob that answers with stale reads.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from payments.sandbox.knobs import Knobs
from payments.sandbox.refusals import NoSuchThing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Thing = dict[str, Any]

PREFIXES = {
    "checkout.session": "cs_test",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "dispute": "du",
    "event": "evt",
    "balance_transaction": "txn",
    "coupon": "coupon",
    "promotion_code": "promo",
    "product": "prod",
    "price": "price",
    "customer": "cus",
    "tax.registration": "taxreg",
    "payment_method_configuration": "pmc",
    "account": "acct",
    "endpoint": "we",
    "delivery": "dlv",
}
# How Stripe calls a kind in "No such …"; the others are called by their kind.
NAMES = {"checkout.session": "checkout session", "tax.registration": "tax registration"}
# Objects that carry no ``livemode``.
MODELESS = {"account", "balance_transaction", "refund", "endpoint", "delivery"}
# And these no date.
DATELESS = {"account", "payment_method_configuration"}
KEPT_COPIES = 6


class Store:
    """All objects of one local Stripe, under one lock, and the clock they live by (seconds)."""

    def __init__(self, *, clock: Callable[[], float], file: Path | None = None) -> None:
        self.clock = clock
        self.knobs = Knobs()
        self.news = threading.Condition(threading.RLock())
        self.things: dict[str, dict[str, Thing]] = {}
        self.kinds: dict[str, str] = {}
        self.notes: dict[str, Thing] = {}
        self.agenda: list[tuple[float, str, str]] = []
        self.answers: dict[str, Thing] = {}
        self.older: dict[str, list[Thing]] = {}
        self.request: Thing = {"id": None, "idempotency_key": None}
        self.base = ""
        self.file = file
        self.changed = False
        if file is not None and file.exists():
            self._read(file)

    def now(self) -> int:
        """The moment, in whole seconds as Stripe counts them."""
        return int(self.clock())

    @contextmanager
    def turn(self, request: Thing | None = None) -> Iterator[None]:
        """Do something alone; what changed is kept, and whoever waits for news is woken."""
        with self.news:
            outer = self.request
            self.request = request or outer
            try:
                yield
            finally:
                self.request = outer
                if self.changed:
                    self._write()
                    self.news.notify_all()

    def add(self, kind: str, fields: Thing, *, ident: str | None = None) -> Thing:
        """Make an object of a kind, with a new id unless one is given."""
        ident = ident or f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
        thing = {"id": ident, "object": kind, "created": self.now(), "livemode": False, **fields}
        if kind in MODELESS:
            del thing["livemode"]
        if kind in DATELESS:
            del thing["created"]
        self.things.setdefault(kind, {})[ident] = thing
        self.kinds[ident] = kind
        self.changed = True
        return thing

    def change(self, ident: str, **fields: Any) -> Thing:
        """Replace an object by one with other fields; the new object."""
        kind = self.kinds[ident]
        before = self.things[kind][ident]
        self.older[ident] = [*self.older.get(ident, [])[1 - KEPT_COPIES :], before]
        self.things[kind][ident] = {**before, **fields}
        self.changed = True
        return self.things[kind][ident]

    def note(self, ident: str, **fields: Any) -> Thing:
        """Remember about an object what Stripe never shows; all that is remembered about it."""
        if fields:
            self.notes[ident] = {**self.notes.get(ident, {}), **fields}
            self.changed = True
        return self.notes.get(ident, {})

    def get(self, kind: str, ident: str, *, param: str = "id") -> Thing:
        """The object of this kind and id; NoSuchThing when there is none."""
        try:
            return self.things[kind][ident]
        except KeyError:
            raise NoSuchThing(NAMES.get(kind, kind), ident, param=param) from None

    def find(self, ident: str) -> Thing | None:
        """Whatever has this id."""
        kind = self.kinds.get(ident)
        return None if kind is None else self.things[kind][ident]

    def remove(self, ident: str) -> None:
        del self.things[self.kinds.pop(ident)][ident]
        self.changed = True

    def all(self, kind: str, **wanted: Any) -> list[Thing]:
        """The objects of a kind with these values, the newest first, as Stripe lists them."""
        return [
            thing
            for thing in reversed(self.things.get(kind, {}).values())
            if all(thing.get(key) == value for key, value in wanted.items())
        ]

    def plan(self, at: float, what: str, ident: str) -> None:
        """Put something on the agenda: at this moment (seconds), do this to that."""
        self.agenda = sorted([*self.agenda, (at, what, ident)])
        self.changed = True

    def take_due(self) -> tuple[str, str] | None:
        """Take the first thing whose moment has come off the agenda: what, and to what."""
        if not self.agenda or self.agenda[0][0] > self.clock():
            return None
        _at, what, ident = self.agenda.pop(0)
        self.changed = True
        return what, ident

    def _write(self) -> None:
        self.changed = False
        if self.file is None:
            return
        state = {
            "things": self.things,
            "notes": self.notes,
            "agenda": self.agenda,
            "answers": self.answers,
        }
        hidden = self.file.with_suffix(f".{os.getpid()}")
        hidden.write_text(json.dumps(state), encoding="utf-8")
        hidden.replace(self.file)

    def _read(self, file: Path) -> None:
        state = json.loads(file.read_text(encoding="utf-8"))
        self.things, self.notes = state["things"], state["notes"]
        # A request that was cut short by the end of the process gives its key back.
        self.answers = {key: one for key, one in state["answers"].items() if one["answer"]}
        self.agenda = [(at, what, ident) for at, what, ident in state["agenda"]]
        for one in self.things.get("delivery", {}).values():
            if one["state"] == "sending":
                one["state"] = "waiting"
        self.kinds = {ident: kind for kind, rows in self.things.items() for ident in rows}
