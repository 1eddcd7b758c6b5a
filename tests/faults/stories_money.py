"""What is bought, given, given back and withdrawn: our side, its worker, and Stripe beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tests.faults.founding import person, press
from tests.faults.stories import look_for_mail, send_mail
from tests.faults.telling import NOOR, OWNER, SAM, Step, Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.models import Order, Product
    from tests.faults.cases import World
    from tests.faults.telling import Told


def product() -> Product:
    from payments.models import Product

    return Product.objects.get(slug="kiezen")


def order() -> Order:
    from payments.models import Order

    return Order.objects.latest("placed_at")


# --- Outside --------------------------------------------------------------------------------------


def is_bought(*, is_gift: bool = False) -> Callable[[World], None]:
    """All of a sale, without a fault, before the story begins."""

    def happens(world: World) -> None:
        world.sales.next_buyer = lambda: person(NOOR)  # type: ignore[method-assign]
        world.sales.order(is_gift=is_gift)
        pays(world)
        world.sales.world.deliver(*[one["id"] for one in world.sales.world.held()])
        world.sales.work()
        world.sales.work()

    return happens


def pays(world: World) -> None:
    """On Stripe's page."""
    made = order()
    if made not in world.sales.orders:
        world.sales.orders.append(made)
    (page,) = world.sales.pages(made)
    world.sales.world.pay(page)


def news_arrives(world: World) -> None:
    """Stripe knocks; what was not taken it brings again."""
    for _time in range(2):
        world.sales.world.deliver(*[one["id"] for one in world.sales.world.held()])
        for one in world.sales.world.deliveries("failed"):
            world.sales.world.store.change(one["id"], state="held")


# --- Our side -------------------------------------------------------------------------------------


def place(_told: Told) -> None:
    from payments import ordering
    from payments.ordering import declarations
    from tests.payments.conftest import PRICE

    ordering.place(
        buyer=person(NOOR), product=product(), shown=PRICE, declared=declarations(),
        is_gift=False, language="nl", now=timezone.now(),
    )  # fmt: skip


def is_placed(_told: Told) -> bool:
    from payments.models import Order

    return Order.objects.filter(buyer=person(NOOR)).exists()


def begin_to_pay(_told: Told) -> None:
    from payments import checkout
    from tests.payments.conftest import BACK

    checkout.begin(order=order(), back=BACK, cancel=BACK, now=timezone.now())


def come_back(_told: Told) -> None:
    from payments import sync

    sync.sync_order(order=order().pk, now=timezone.now())


def sweep(_told: Told) -> None:
    import payments.tasks

    payments.tasks.sweep()


def look_at_all(_told: Told) -> None:
    import payments.tasks

    payments.tasks.pull()
    payments.tasks.audit()
    payments.tasks.forget_old()


def refund(_told: Told) -> None:
    from payments import refunds

    refunds.ask(order=order(), amount=5_000, reason="Op verzoek", by=person(OWNER),
                now=timezone.now())  # fmt: skip


def is_refunded(_told: Told) -> bool:
    from payments.models import Refund

    return Refund.objects.filter(payment__order=order()).exists()


def withdraw(_told: Told) -> None:
    from payments import withdrawal

    made = order()
    withdrawal.submit(name="N. Jansen", contract=made.number, email=made.email,
                      now=timezone.now())  # fmt: skip


def is_withdrawn(_told: Told) -> bool:
    from payments.models import Withdrawal

    return Withdrawal.objects.exists()


def use_gift(_told: Told) -> None:
    press(SAM, "gift", code=order().gift.code)


def by_owner(act: str, *, later: int = 0, **given: Any) -> Callable[[Told], None]:
    """An act of staff on the order, named ``module.function``, so many minutes later."""

    def acting(_told: Told) -> None:
        from tests.faults import fuses

        owner, name = fuses.found(act)
        now = timezone.now() + timedelta(minutes=later)
        getattr(owner, name)(order=order(), by=person(OWNER), now=now, **given)

    return acting


def is_resent(_told: Told) -> bool:
    from courseapp.post.models import Letter

    return Letter.objects.filter(key__startswith="confirmed:").count() > 1


def set_price(_told: Told) -> None:
    from payments import ordering

    ordering.set_price(product=product(), amount=15_900, by=person(OWNER), now=timezone.now())


def is_priced(_told: Told) -> bool:
    from payments.models import Offer

    return Offer.objects.filter(amount=15_900).exists()


def grant(_told: Told) -> None:
    from payments import granting

    granting.grant(reader_email=SAM, product=product(), by=person(OWNER), reason="Cadeau",
                   now=timezone.now())  # fmt: skip


def end_grant(_told: Told) -> None:
    from payments import granting
    from payments.models import StaffGrant

    granting.end(grant=StaffGrant.objects.get(), by=person(OWNER), now=timezone.now())


def ordered_once(_told: Told) -> None:
    """By the API, whose sender asks again under the same key."""
    from payments import once, ordering
    from payments.ordering import declarations
    from tests.payments.conftest import PRICE

    now, buyer = timezone.now(), person(SAM)

    def act() -> Order:
        return ordering.place(
            buyer=buyer, product=product(), shown=PRICE, declared=declarations(),
            is_gift=False, language="nl", now=now,
        )  # fmt: skip

    once.order(by=buyer, key="een-sleutel", asked={"product": "kiezen"}, act=act, now=now)


def refunded_once(_told: Told) -> None:
    from payments import once, refunds

    now, owner = timezone.now(), person(OWNER)
    once.refund(
        by=owner, key="nog-een", asked={"amount": 2_000}, now=now,
        act=lambda: refunds.ask(order=order(), amount=2_000, reason="", by=owner, now=now),
    )  # fmt: skip


WORK = (
    Step("news arrives", outside=news_arrives),
    Step("sweep", sweep),
    Step("send mail", send_mail),
)
MONEY: tuple[Story, ...] = (
    Story(
        "buying",
        (
            Step("place", place, is_there=is_placed, is_for_anybody=False),
            Step("begin to pay", begin_to_pay),
            Step("pays", outside=pays),
            *WORK,
            Step("come back", come_back),
            Step("look at all", look_at_all),
        ),
    ),
    Story(
        "refunding",
        (
            Step("is bought", outside=is_bought()),
            Step("refund", refund, is_there=is_refunded, is_for_anybody=False),
            *WORK,
        ),
    ),
    Story(
        "refunding once",
        (
            Step("is bought", outside=is_bought()),
            Step("refunded once", refunded_once),
            *WORK,
        ),
    ),
    Story(
        "withdrawing",
        (
            Step("is bought", outside=is_bought()),
            Step("withdraw", withdraw, is_there=is_withdrawn, is_for_anybody=False),
            *WORK,
        ),
    ),
    Story(
        "giving",
        (Step("is bought", outside=is_bought(is_gift=True)), Step("use gift", use_gift), *WORK),
    ),
    Story(
        "barring",
        (
            Step("is bought", outside=is_bought()),
            Step("bar", by_owner("payments.barring.bar", reason="Misbruik")),
            Step("lift", by_owner("payments.barring.lift")),
            *WORK,
        ),
    ),
    Story(
        "sending again",
        (
            Step("is bought", outside=is_bought()),
            Step("two confirmations are right", outside=lambda world: world.sales.orders.clear()),
            Step("resend", by_owner("payments.letters.resend", later=30), is_there=is_resent,
                 is_for_anybody=False),
            Step("send mail", send_mail),
        ),
    ),
    Story(
        "the shop",
        (
            Step("grant", grant),
            Step("end grant", end_grant),
            Step("set price", set_price, is_there=is_priced, is_for_anybody=False),
        ),
    ),
    Story("ordering once", (Step("ordered once", ordered_once), Step("look", look_for_mail))),
)  # fmt: skip
# Whoever does not look first sets the price twice.
PRESSING_TWICE = Story("pressing twice", (Step("set price", set_price, is_for_anybody=False),))
