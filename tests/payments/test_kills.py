"""Our side dies at every moment at which it can matter: nothing is lost, and nothing comes twice.

A sale is told in steps. Each step of ours is done by a process that kills itself (SIGKILL) at one
boundary: before and after each COMMIT, each lone write, each call of Stripe and each letter sent,
found by watching instead of by marking (`tests.payments.dying`). What lasts is the same after one
of them as before the next, so that it is enough to die before each. Then the people concerned try
again, Stripe sends again what was not taken, and the worker, restarted, does its rounds: no list of
events, no audit. The whole is done once for each boundary of each sale.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections

from courseapp.post.models import Letter
from payments import gateway, ordering
from payments.models import Order, StripeEvent
from payments.ordering import declarations
from tests.databases import with_keys_committed
from tests.factories import make_reader
from tests.payments import dying
from tests.payments.conftest import PRICE, SECRET
from tests.payments.sales import can_read
from tests.payments.story import PAUSE, Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.payments.conftest import Payload, Shop

    Step = list[str]
    Sale = Callable[["Telling"], Iterator[Step]]

pytestmark = [with_keys_committed, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
# All boundaries instead of each state between two of them once: KILLS=all.
ALL = os.environ.get("KILLS") == "all"
# What a sale must at least be killed at, so that boundaries do not go missing unseen.
LEAST = 10
WORKING = ["news", "work", "letters"]


@pytest.fixture
def payload() -> Payload:
    """The kind that leaves more to be found out."""
    return "thin"


class Mortal:
    """Our side in a process of its own, which dies when it is told to."""

    def __init__(self, shop: Shop, letters: Path, *mistakes: tuple[str, str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.payments.dying"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        told = {
            "databases": {one.alias: one.settings_dict["NAME"] for one in connections.all()},
            "settings": {
                "STRIPE_SECRET_KEY": shop.stripe.key,
                "STRIPE_API_BASE": shop.stripe.base,
                "STRIPE_WEBHOOK_SECRETS": [SECRET],
                "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "EMAIL_FILE_PATH": str(letters),
            },
            "mistakes": mistakes,
        }
        self._say(told)
        assert self._hear() == "ready"

    def run(self, acts: list[dict[str, Any]], die_at: int) -> dict[str, list[Any]]:
        """What was passed, what was taken, and how it ended."""
        self._say({"acts": acts, "die_at": die_at})
        found: dict[str, list[Any]] = {"passed": [], "taken": [], "ended": []}
        while not found["ended"]:
            what, one = json.loads(self._hear())
            found.setdefault(what, []).append(one)
        return found

    def end(self) -> None:
        self.process.communicate(timeout=30)

    def _say(self, told: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> str:
        assert self.process.stdout
        return str(self.process.stdout.readline()).strip()


@pytest.fixture
def mortal(shop: Shop, tmp_path: Path) -> Iterator[Mortal]:
    made = Mortal(shop, tmp_path)
    yield made
    made.end()


@pytest.fixture
def forgetful(shop: Shop, tmp_path: Path) -> Iterator[Mortal]:
    """One in which an event counts as done before it is worked on."""
    line = "    order = _order_of(event)\n"
    early = line + "    _end(event, StripeEvent.State.DONE)\n"
    made = Mortal(shop, tmp_path, ("payments.inbox._work_on", line, early))
    yield made
    made.end()


class Telling:
    """One sale told once, with a death at the boundary ``die_at``; 0: nobody dies."""

    def __init__(self, shop: Shop, mortal: Mortal, die_at: int) -> None:
        Order.objects.update(next_sync_at=None)  # Earlier tellings' world is forgotten.
        Letter.objects.update(next_at=None)
        self.story = Story(shop, "thin")
        self.world = self.story.world
        self.mortal = mortal
        self.die_at = die_at
        self.passed: list[str] = []
        self.died = False
        self.more: dict[str, Any] = {}

    def placed(self, *, is_gift: bool = False) -> Order:
        """An order nobody has pressed the button of yet."""
        self.story.orders.append(
            ordering.place(
                buyer=make_reader(), product=self.story.shop.product, shown=PRICE,
                declared=declarations(), is_gift=is_gift, language="nl", now=self.story.now,
            )
        )  # fmt: skip
        return self.story.orders[0]

    def sold(self, way: str = "card", *, is_gift: bool = False) -> tuple[Order, str]:
        """An order that was paid before our story, and its payment intent."""
        order = self.placed(is_gift=is_gift)
        self.story.to_payment(order)
        (page,) = self.story.pages(order)
        self.world.pay(page, way)
        self.world.deliver(*[one["id"] for one in self.world.held()])
        self.story.work()
        return order, str(self.world.get(page)["payment_intent"])

    def step(self, names: Step) -> None:
        """Let our side do this; if it dies in it, do it again in one that does not."""
        acts = [act for name in names for act in self._acts(name)]
        if self.died:
            self._again(names)
            return
        found = self.mortal.run(acts, max(0, self.die_at - len(self.passed)))
        self.passed += found["passed"]
        for one in found["taken"]:
            self.world.store.change(one, state="arrived")
        assert found["ended"] in ([0], [-SIGKILL]), found
        if found["ended"] != [0]:
            self.died = True
            _wait_until_buried()
            self._again(names)

    def _again(self, names: Step) -> None:
        for name in names:
            for act in self._acts(name):
                if dying.do(act) and name == "news":
                    self.world.store.change(act["delivery"], state="arrived")

    def _acts(self, name: str) -> Iterator[dict[str, Any]]:
        if name in {"work", "letters"}:
            self.story.now += PAUSE
        act = {"act": name, "now": self.story.now.isoformat(), **self.more}
        act["order"] = str(self.story.orders[0].pk)
        if name != "news":
            yield act
            return
        for body, headers, ident in self._heard():
            told = base64.b64encode(body).decode()
            yield {**act, "body": told, "headers": headers, "delivery": ident}

    def _heard(self) -> Iterator[tuple[bytes, dict[str, str], str]]:
        """What Stripe has to tell: it knocks once, and finds the door not answered."""
        heard: list[tuple[bytes, dict[str, str]]] = []

        def nobody(body: bytes, headers: dict[str, str]) -> int:
            heard.append((body, headers))
            return 503

        (endpoint,) = self.world.all("endpoint")
        usual = self.world.receivers[endpoint["url"]]
        self.world.receivers[endpoint["url"]] = nobody
        for one in self.world.held():
            if self.world.get(one["event"])["type"] not in gateway.EVENTS:
                continue  # The endpoint is set to what we listen to.
            self.world.deliver(one["id"])
            self.world.store.change(one["id"], state="held")
            yield (*heard.pop(), one["id"])
        self.world.receivers[endpoint["url"]] = usual

    def ended(self) -> dict[str, Any]:
        """What is wrong when all is over."""
        self.step(WORKING)
        self._again(WORKING)
        self._again(WORKING)
        waiting = list(Letter.objects.filter(next_at__isnull=False).values_list("key", flat=True))
        wrong: dict[str, Any] = dict(self.story.wrong())
        return {**wrong, **({"letters are waiting": waiting} if waiting else {})}


def _wait_until_buried() -> None:
    """PostgreSQL needs a moment to notice that a process died and to let go of its locks; whoever
    comes at once skips what is locked, as a second worker should."""
    if connection.vendor != "postgresql":
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)


def paid_by_card(sale: Telling) -> Iterator[Step]:
    order = sale.placed()
    yield ["press"]
    (page,) = sale.story.pages(order)
    sale.world.pay(page)
    yield WORKING
    assert can_read(order)


def paid_later(sale: Telling) -> Iterator[Step]:
    order, _intent = sale.sold("later_succeeds")
    assert not can_read(order)
    sale.world.async_succeed(sale.world.all("checkout.session")[0]["id"])
    yield ["come back", *WORKING]
    assert can_read(order)


def never_paid(sale: Telling) -> Iterator[Step]:
    order, _intent = sale.sold("later_fails")
    sale.world.async_fail(sale.world.all("checkout.session")[0]["id"])
    yield WORKING
    yield ["press"]
    (page,) = sale.story.pages(order)
    sale.world.pay(page)
    yield WORKING
    assert can_read(order)


def a_part_given_back(sale: Telling) -> Iterator[Step]:
    order, _intent = sale.sold()
    sale.more = {"amount": 5_000}
    yield ["refund", "work"]
    yield WORKING
    order.refresh_from_db()
    assert (can_read(order), order.refunded_amount) == (True, 5_000)


def given_back_in_the_dashboard(sale: Telling) -> Iterator[Step]:
    order, intent = sale.sold()
    sale.world.refund(intent)
    yield WORKING
    assert not can_read(order)


def disputed_and_lost(sale: Telling) -> Iterator[Step]:
    order, intent = sale.sold()
    dispute = sale.world.dispute_open(intent)["id"]
    yield WORKING
    assert not can_read(order)
    sale.world.dispute_close(dispute, "lost")
    yield WORKING
    assert not can_read(order)


def withdrawn(sale: Telling) -> Iterator[Step]:
    order, _intent = sale.sold()
    yield ["withdraw", "work"]
    yield WORKING
    order.refresh_from_db()
    assert (can_read(order), order.refunded_amount) == (False, PRICE)


def given_away(sale: Telling) -> Iterator[Step]:
    order = sale.placed(is_gift=True)
    sale.story.to_payment(order)
    (page,) = sale.story.pages(order)
    sale.world.pay(page)
    yield WORKING
    friend = make_reader()
    sale.more = {"reader": friend.pk}
    yield ["use"]
    assert can_read(order)


SALES: tuple[Sale, ...] = (
    *(paid_by_card, paid_later, never_paid, a_part_given_back, given_back_in_the_dashboard),
    *(disputed_and_lost, withdrawn, given_away),
)


def told(sale: Sale, shop: Shop, mortal: Mortal, die_at: int = 0) -> Telling:
    telling = Telling(shop, mortal, die_at)
    for step in sale(telling):
        telling.step(step)
    wrong = telling.ended()
    where = telling.passed[-1:] if telling.died else []
    assert wrong == {}, f"killed at {die_at}, {where}"
    return telling


def places(passed: list[str]) -> list[int]:
    """Where to die in a sale that passes these boundaries, counted from one."""
    wanted = {at for at, name in enumerate(passed, 1) if name.startswith("before") or ALL}
    return sorted({*wanted, len(passed)})


@pytest.mark.parametrize("sale", SALES, ids=lambda one: one.__name__)
def test_wherever_our_side_dies_a_sale_comes_to_the_same_end(
    shop: Shop, mortal: Mortal, sale: Sale
) -> None:
    wanted = places(told(sale, shop, mortal).passed)
    # A telling may pass one boundary less than the one before, and end before the last place.
    deaths = [die_at for die_at in wanted if told(sale, shop, mortal, die_at).died]

    assert len(deaths) >= len(wanted) - 1
    assert len(wanted) >= LEAST


def test_of_a_forgetful_side_some_deaths_lose_what_happened(shop: Shop, forgetful: Mortal) -> None:
    """Control: as long as nobody dies, nothing shows."""
    wanted = places(told(given_back_in_the_dashboard, shop, forgetful).passed)

    lost = 0
    for die_at in wanted:
        try:
            told(given_back_in_the_dashboard, shop, forgetful, die_at)
        except AssertionError:
            lost += 1
            StripeEvent.objects.all().update(state="done", next_at=None)

    assert 0 < lost < len(wanted)
