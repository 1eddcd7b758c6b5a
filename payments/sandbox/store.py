"""The memory of the local Stripe: objects that are replaced, never changed in place.

Because nothing is changed in place, an event may hold the object it tells about, and older copies
of every object are at hand for the knob that answers with stale reads.
"""

from __future__ import annotations

import bisect
import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from payments.sandbox.journal import Change, Journal
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
# What is there before anything is sold, and after all of it was forgotten.
LASTING = {"account", "payment_method_configuration", "endpoint"}
# Webhooks whose story has not ended.
UNDER_WAY = {"waiting", "sending"}


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
        self.under_way: dict[str, None] = {}
        self.request: Thing = {"id": None, "idempotency_key": None}
        self.base = ""
        self.fresh = Change()
        self.journal = None if file is None else Journal(file)
        if self.journal is not None:
            self._go_on(self.journal)

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
                if self.fresh:
                    fresh, self.fresh = self.fresh, Change()
                    if self.journal is not None:
                        self.journal.append(fresh)
                    self.news.notify_all()

    def add(self, kind: str, fields: Thing, *, ident: str | None = None) -> Thing:
        """Make an object of a kind, with a new id unless one is given."""
        ident = ident or f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
        thing = {"id": ident, "object": kind, "created": self.now(), "livemode": False, **fields}
        if kind in MODELESS:
            del thing["livemode"]
        if kind in DATELESS:
            del thing["created"]
        self._put(kind, ident, thing)
        return thing

    def change(self, ident: str, **fields: Any) -> Thing:
        """Replace an object by one with other fields; the new object."""
        kind = self.kinds[ident]
        before = self.things[kind][ident]
        self.older[ident] = [*self.older.get(ident, [])[1 - KEPT_COPIES :], before]
        after = {**before, **fields}
        self._put(kind, ident, after)
        return after

    def note(self, ident: str, **fields: Any) -> Thing:
        """Remember about an object what Stripe never shows; all that is remembered about it."""
        if fields:
            self.notes[ident] = {**self.notes.get(ident, {}), **fields}
            self.fresh.notes[ident] = self.notes[ident]
        return self.notes.get(ident, {})

    def keep_answer(self, key: str, answer: Thing | None) -> None:
        """What an idempotency key stands for; None forgets it."""
        if answer is None:
            self.answers.pop(key, None)
        else:
            self.answers[key] = answer
        self.fresh.answers[key] = answer

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
        kind = self.kinds.pop(ident)
        del self.things[kind][ident]
        self.fresh.things[ident] = (kind, None)

    def forget(self) -> None:
        """Lose everything but the account and who listens, as if nothing had happened yet."""
        for ident in [one for one, kind in self.kinds.items() if kind not in LASTING]:
            self.remove(ident)
        for kept in (self.notes, self.answers, self.older, self.under_way):
            kept.clear()
        self.agenda.clear()
        if self.journal is not None:
            self.fresh = Change()
            self.journal.begin(self._whole())

    def all(self, kind: str, **wanted: Any) -> list[Thing]:
        """The objects of a kind with these values, the newest first, as Stripe lists them."""
        return [
            thing
            for thing in reversed(self.things.get(kind, {}).values())
            if all(thing.get(key) == value for key, value in wanted.items())
        ]

    def plan(self, at: float, what: str, ident: str) -> None:
        """Put something on the agenda: at this moment (seconds), do this to that."""
        bisect.insort(self.agenda, (at, what, ident))
        self.fresh.plans[f"{what} {ident}"] = at

    def take_due(self) -> tuple[str, str] | None:
        """Take the first thing whose moment has come off the agenda: what, and to what."""
        if not self.agenda or self.agenda[0][0] > self.clock():
            return None
        _at, what, ident = self.agenda.pop(0)
        self.fresh.plans[f"{what} {ident}"] = None
        return what, ident

    def _put(self, kind: str, ident: str, thing: Thing) -> None:
        self.things.setdefault(kind, {})[ident] = thing
        self.kinds[ident] = kind
        self.fresh.things[ident] = (kind, thing)
        if kind == "delivery":
            if thing["state"] in UNDER_WAY:
                self.under_way[ident] = None
            else:
                self.under_way.pop(ident, None)

    def _go_on(self, journal: Journal) -> None:
        """Where the last process stopped."""
        plans: dict[str, float | None] = {}
        for change in journal.read():
            for ident, (kind, thing) in change.things.items():
                if thing is not None:
                    self._put(kind, ident, thing)
                elif ident in self.kinds:
                    self.remove(ident)
            self.notes |= change.notes
            self.answers |= change.answers
            plans |= change.plans
        self.agenda = sorted((at, *_two(what)) for what, at in plans.items() if at is not None)
        # A call that was cut short gives its key back, a webhook that was on its way goes again.
        self.answers = {key: one for key, one in self.answers.items() if one and one["answer"]}
        for ident in self.under_way:
            self.things["delivery"][ident]["state"] = "waiting"
        journal.begin(self._whole())
        self.fresh = Change()

    def _whole(self) -> Change:
        return Change(
            things={ident: (kind, self.things[kind][ident]) for ident, kind in self.kinds.items()},
            notes=self.notes,
            plans={f"{what} {ident}": at for at, what, ident in self.agenda},
            answers=self.answers,
        )


def _two(plan: str) -> tuple[str, str]:
    what, _, ident = plan.partition(" ")
    return what, ident
