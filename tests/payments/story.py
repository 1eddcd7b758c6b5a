"""What can happen around a sale, as acts that can follow one another in any order.

`Story.possible` lists what makes sense where the story stands. Acts at Stripe lead to webhooks that
are held until some other act lets one arrive, twice or never. At the end `settle` lets time pass
until nothing is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from django.utils import timezone

from courseapp.privacy import erase_person
from payments import (
    checkout,
    gifts,
    inbox,
    ordering,
    reconciliation,
    refunds,
    sync,
    withdrawal,
)
from payments.models import Gift
from payments.ordering import declarations
from tests.factories import make_reader
from tests.payments import invariants, truth
from tests.payments.conftest import BACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from courseapp.accounts.models import User
    from payments.models import Order
    from payments.sandbox.knobs import How
    from payments.sandbox.world import World
    from tests.payments.conftest import Payload, Shop
    from tests.payments.invariants import Kept

    # What it is called, and the doing of it.
    Act = tuple[str, Callable[[], object]]

Healing = Literal["webhooks", "list", "audit"]
WAYS = ("card", "ideal", "card_declined", "ideal_cancelled", "later_succeeds")
FAULTS: tuple[How, ...] = (
    "500", "500_stored", "500_after_effect", "429", "cut_before", "cut_after_effect", "garbage",
)  # fmt: skip
PATHS = ("/v1/checkout/sessions", "/v1/refunds", "/v1/*")
# Orders of one story; two, so that one can be mistaken for the other.
MOST = 2
ROUNDS = 8
# Between two rounds of the worker: longer than any lease, and than an order waits for its turn.
PAUSE = timedelta(minutes=3)


@dataclass
class Story:
    """One history. ``now`` is the time of our side and moves with every act of the worker."""

    shop: Shop
    payload: Payload = "snapshot"
    now: datetime = field(default_factory=timezone.now)
    orders: list[Order] = field(default_factory=list)
    forced: set[UUID] = field(default_factory=set)
    kept: dict[UUID, Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.forget()
        self.world.knobs.hold = True
        self.world.knobs.settle_after = self.world.knobs.refund_after = None
        for one in self.world.all("endpoint"):
            self.world.store.change(one["id"], payload=self.payload)
        for percent in (10, 100):
            _code(self.world, percent)

    @property
    def world(self) -> World:
        return self.shop.stripe.world

    def possible(self, kind: int) -> list[Act]:
        """Things of one kind that can happen now; of the next kind, when there are none."""
        every = (
            *(self._orders, self._buyers, self._gifts, self._pages, self._banks, self._dashboard),
            *(self._staff, self._worker, self._news, self._faults),
            # These are more likely, so that stories go on.
            *(self._gifts, self._pages, self._banks, self._banks, self._dashboard, self._news),
        )
        turned = (every[(kind + step) % len(every)] for step in range(len(every)))
        return next(found for some in turned if (found := list(some())))

    # What buyers do.

    def _orders(self) -> Iterator[Act]:
        if len(self.orders) < MOST:
            yield "buy", self.order
            yield "buy a gift", partial(self.order, is_gift=True)

    def _buyers(self) -> Iterator[Act]:
        for order in self._living():
            yield "press the button", partial(self.to_payment, order)
            yield "come back", partial(self.come_back, order)
            yield "withdraw", partial(self.withdraw, order)
            yield "withdraw too late", partial(self.withdraw, order, after=timedelta(days=15))
            yield "withdraw from something", partial(self.withdraw, order, number="UNKNOWN")
            yield "be forgotten", partial(self.be_forgotten, order)

    def _gifts(self) -> Iterator[Act]:
        for gift in Gift.objects.all():
            yield "use a gift", partial(self.use_gift, gift.code)

    def _pages(self) -> Iterator[Act]:
        for order in self.orders:
            for page in self.pages(order):
                for way in WAYS:
                    yield f"pay by {way}", partial(self.world.pay, page, way)
                for code in ("OFF10", "OFF100"):
                    yield f"pay with {code}", partial(self.world.pay, page, code=code)
                yield "the page expires", partial(self.world.expire, page)
            if self.pages(order) and order.buyer_id:
                yield "pay on two pages", partial(self.pay_twice, order)
                yield "pay on one page after the other", partial(self.pay_twice, order, looks=True)

    def next_buyer(self) -> User:
        """Who buys now: somebody new each time."""
        return make_reader()

    def order(self, *, is_gift: bool = False) -> Order:
        """A new order with its payment page open."""
        placed = ordering.place(
            buyer=self.next_buyer(), product=self.shop.product, declared=declarations(),
            shown=ordering.offer_of(self.shop.product, self.now).amount, is_gift=is_gift,
            language="nl", now=self.now,
        )  # fmt: skip
        self.orders.append(placed)
        self.to_payment(placed)
        return placed

    def to_payment(self, order: Order) -> None:
        order.refresh_from_db()
        checkout.begin(order=order, back=BACK, cancel=BACK, now=self.now)

    def pay_twice(self, order: Order, looks: bool = False) -> None:
        """Two pages that can both be paid, as our guard never lets happen."""
        order.attempts.filter(state="open").update(state="expired")
        self.forced.add(order.pk)
        self.to_payment(order)
        for page in self.pages(order):
            self.world.pay(page)
            if looks:
                self.come_back(order)

    def remember(self, order: Order) -> None:
        """Its books and papers, which have to stay when its buyer is erased."""
        self.kept[order.pk] = invariants.kept_of(order)

    def be_forgotten(self, order: Order) -> None:
        self.remember(order)
        if order.buyer is not None:
            erase_person(order.buyer, now=self.now)
        order.refresh_from_db()

    def _living(self) -> list[Order]:
        """Orders that somebody can still do something with."""
        return [order for order in self.orders if order.buyer_id]

    def come_back(self, order: Order) -> None:
        """The page Stripe leads back to."""
        sync.sync_order(order=order.pk, now=self.now)

    def withdraw(self, order: Order, number: str = "", after: timedelta = timedelta(0)) -> None:
        withdrawal.submit(
            name="J. Jansen", contract=number or order.number, email=order.email,
            now=self.now + after,
        )  # fmt: skip

    def use_gift(self, code: str) -> None:
        gifts.use(code=code, reader=make_reader(), now=self.now)

    # What banks do, and the seller in the dashboard.

    def _banks(self) -> Iterator[Act]:
        for session in self.world.all("checkout.session"):
            if session["status"] == "complete" and session["payment_status"] == "unpaid":
                yield "the bank says yes", partial(self.world.async_succeed, session["id"])
                yield "the bank says no", partial(self.world.async_fail, session["id"])
        for refund in self.world.all("refund"):
            if refund["status"] == "pending":
                yield "a refund arrives", partial(self.world.refund_succeed, refund["id"])
            if refund["status"] != "failed":
                yield "a refund fails", partial(self.world.refund_fail, refund["id"])
        for dispute in self.world.all("dispute"):
            yield from self._disputed(dispute["id"], dispute["status"])

    def _disputed(self, ident: str, status: str) -> Iterator[Act]:
        if status.startswith("warning_needs"):
            yield "an inquiry becomes a dispute", partial(self.world.dispute_escalate, ident)
            yield "an inquiry ends", partial(self.world.dispute_close, ident, "warning_closed")
        if status in {"needs_response", "under_review"}:
            yield "evidence is sent", partial(self.world.dispute_submit, ident)
            yield "a dispute is won", partial(self.world.dispute_close, ident, "won")
            yield "a dispute is lost", partial(self.world.dispute_close, ident, "lost")

    def _dashboard(self) -> Iterator[Act]:
        for intent in self.world.all("payment_intent"):
            if intent["status"] == "succeeded":
                yield "refund there", partial(self.world.refund, intent["id"])
                yield "refund a part there", partial(self.world.refund, intent["id"], 5_000)
                yield "a bank disputes", partial(self.world.dispute_open, intent["id"])
                inquire = partial(self.world.dispute_open, intent["id"], warning=True)
                yield "a bank asks", inquire

    # What we do.

    def _staff(self) -> Iterator[Act]:
        for order in self.orders:
            if any(one["status"] == "succeeded" for one in truth.intents(self.world, order)):
                for amount in (2_000, order.total):
                    yield f"refund {amount} here", partial(self.refund, order, amount)

    def _worker(self) -> Iterator[Act]:
        yield "work", self.work
        yield "sweep", self.sweep
        yield "send refunds", partial(refunds.send_intended, now=self.now)
        yield "read the list", partial(inbox.pull, now=self.now)
        yield "audit", partial(reconciliation.audit, now=self.now)

    def refund(self, order: Order, amount: int) -> None:
        """As staff do; no more than is left."""
        order.refresh_from_db()
        left = max(1, order.paid_amount - order.refunded_amount)
        refunds.ask(order=order, amount=min(amount, left), reason="", by=None, now=self.now)

    def work(self) -> int:
        self.now += PAUSE
        return inbox.work(now=self.now)

    def sweep(self) -> int:
        self.now += PAUSE
        return sync.sweep(now=self.now)

    # What goes wrong on the way.

    def _news(self) -> Iterator[Act]:
        held = [one["id"] for one in self.world.held()]
        arrived = [one["id"] for one in self.world.deliveries("arrived")]
        if held:
            yield "the oldest news arrives", partial(self.world.deliver, held[0])
            yield "the latest news arrives", partial(self.world.deliver, held[-1])
            yield "all news arrives", partial(self.world.deliver, *held)
            yield "all news arrives backwards", partial(self.world.deliver, *held[::-1])
            yield "some news is lost", partial(self._lose, held[::2])
        if arrived:
            yield "old news arrives again", partial(self.world.deliver, arrived[0])

    def _faults(self) -> Iterator[Act]:
        for path in PATHS:
            for how in FAULTS:
                # Each of the SDK's three tries of one call.
                yield f"{path}: {how}", partial(self.world.knobs.fail, path, how, times=3)

    def _lose(self, held: list[str]) -> None:
        for one in held:
            self.world.store.change(one, state="dropped")

    # The end.

    def settle(self, heal: Healing = "list") -> None:
        """Let all that is under way arrive or be lost, and time pass until nothing is left."""
        self.world.knobs.faults.clear()
        # A day later no key stands for an answer any more.
        self.world.store.answers.clear()
        if heal == "webhooks":
            self.world.deliver(*[one["id"] for one in self.world.held()])
        if heal == "audit":
            for one in self.world.all("event"):
                self.world.store.change(one["id"], created=0)
            self._rounds()
            reconciliation.audit(now=self.now)
        else:
            inbox.pull(now=self.now)
        self._rounds()

    def wrong(self) -> dict[str, list[str]]:
        return invariants.broken(invariants.Seen(self.world, self.orders, self.forced, self.kept))

    def _rounds(self) -> None:
        """The worker's rounds until it has nothing to do."""
        for number in range(ROUNDS):
            busy = [self.work(), number == 0 and self.sweep(), refunds.send_intended(now=self.now)]
            if not any(busy):
                return

    def pages(self, order: Order) -> list[str]:
        found = truth.sessions(self.world, order)
        return [one["id"] for one in found if one["status"] == "open"]


def _code(world: World, percent: int) -> None:
    """A promotion code that takes off so much."""
    endless = {"max_redemptions": None, "times_redeemed": 0}
    coupon = {"percent_off": percent, "amount_off": None, "redeem_by": None, **endless}
    code = {
        "active": True, "code": f"OFF{percent}", "expires_at": None,
        "promotion": {"coupon": f"off{percent}"}, "restrictions": {"minimum_amount": None},
        **endless,
    }  # fmt: skip
    with world.store.turn():
        world.store.add("coupon", coupon, ident=f"off{percent}")
        world.store.add("promotion_code", code)
