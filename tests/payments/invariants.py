"""What must hold for money and rights, whatever happened: each a function that tells what does not.

Each takes what stands on both sides, our database and the sandbox's memory, once nothing is left to
do, and yields one sentence for each thing that is wrong. None asks the code it judges: what is true
at Stripe comes from `tests.payments.truth`, what follows from it from the pure projection, and the
rule about rights is said a second time in words of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from courseapp.post.models import Letter
from lessons.reading.models import Access
from payments import applying, projection
from payments.models import Invoice, InvoiceSeries, LedgerEntry, Order, Refund, StripeEvent
from tests.payments import truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from payments.sandbox.world import World

    Check = Callable[["Seen"], Iterator[str]]
    Kept = set[tuple[object, ...]]

GIVEN_BACK = {"succeeded", "pending", "requires_action"}
TAKING = {"needs_response", "under_review", "lost"}


@dataclass(frozen=True)
class Seen:
    """Both sides, and the orders to look at.

    ``forced`` are orders for which a second payable session was made on purpose, past our guard;
    ``kept`` are the books and papers of orders as they stood when their buyer was erased.
    """

    world: World
    orders: list[Order]
    forced: set[UUID] = field(default_factory=set)
    kept: dict[UUID, Kept] = field(default_factory=dict)


def rights_are_one(seen: Seen) -> Iterator[str]:
    """At most one right per order and course, for one reader."""
    for order in seen.orders:
        rows = Access.objects.filter(source=order.source).values_list("course", "reader")
        if len(rows) != len({course for course, _reader in rows}):
            yield f"{order}: {len(rows)} rights"
        if len({reader for _course, reader in rows}) > 1:
            yield f"{order}: rights of several readers"


def rights_are_paid_for(seen: Seen) -> Iterator[str]:
    """An active right is paid for, at the price agreed, and neither given back nor held."""
    for order in seen.orders:
        active = Access.objects.filter(
            source=order.source, revoked_at__isnull=True, suspended_at__isnull=True
        )
        if active.exists() and not any(_pays(seen, order, one) for one in _paid(seen, order)):
            yield f"{order}: a right that nothing pays for"
        if active.exists() and order.contract == Order.Contract.WITHDRAWN:
            yield f"{order}: a right after withdrawing"
        wanted = {order.buyer_id} if not order.is_gift else {_used_by(order)}
        if set(active.values_list("reader", flat=True)) - wanted:
            yield f"{order}: a right of somebody who did not buy"


def _used_by(order: Order) -> int | None:
    return order.gift.used_by_id if hasattr(order, "gift") else None


def _paid(seen: Seen, order: Order) -> list[truth.Thing]:
    found = truth.sessions(seen.world, order)
    return [one for one in found if one["payment_status"] in {"paid", "no_payment_required"}]


def _pays(seen: Seen, order: Order, session: truth.Thing) -> bool:
    """Whether this session alone justifies a right."""
    fits = session["amount_subtotal"] == order.total and session["currency"] == order.currency
    if not (fits and truth.is_ours(session)):
        return False
    if not session["amount_total"]:
        return True
    intent = [seen.world.get(session["payment_intent"])]
    back = sum(
        one["amount"]
        for one in truth.of_intents(seen.world, "refund", intent)
        if one["status"] in GIVEN_BACK
    )
    taken = {one["status"] for one in truth.of_intents(seen.world, "dispute", intent)}
    return back < session["amount_total"] and not taken & TAKING


def orders_are_as_stripe_has_them(seen: Seen) -> Iterator[str]:
    """State, right and sums are what the projection of Stripe's truth says."""
    for order in seen.orders:
        found = projection.project(applying.agreed(order), truth.facts(seen.world, order))
        last = order.access_changes.order_by("-sync_no").first()
        stands = (order.state, last.now if last else "none", order.paid_amount)
        wanted = (found.state, found.right, found.paid)
        if stands != wanted:
            yield f"{order}: {stands} instead of {wanted}"
        if order.refunded_amount != found.refunded:
            yield f"{order}: {order.refunded_amount} given back instead of {found.refunded}"
        if missing := set(found.troubles) - set(order.troubles):
            yield f"{order}: nobody is told of {missing}"
        yield from _followed(order, found.right)


def _followed(order: Order, right: projection.Right) -> Iterator[str]:
    """The rights of readers say the same as the order."""
    for one in Access.objects.filter(source=order.source):
        stands = "revoked" if one.revoked_at else "suspended" if one.suspended_at else "active"
        if stands != right:
            yield f"{order}: a reader's right is {stands} instead of {right}"
    has_reader = order.is_gift or order.buyer_id is not None
    if right == "active" and not order.is_gift and has_reader:
        wanted = order.offer.product.courses.count()
        if Access.objects.filter(source=order.source).count() != wanted:
            yield f"{order}: paid, and the reader has no right"


def letters_go_once(seen: Seen) -> Iterator[str]:
    """One confirmation of a paid order, one letter for each refund that arrived."""
    for order in seen.orders:
        if order.pk in seen.kept:
            continue  # Letters to somebody who was erased are gone.
        keys = list(Letter.objects.filter(to=order.email).values_list("key", flat=True))
        confirmed = sum(key.startswith(f"confirmed:{order.pk}") for key in keys)
        if confirmed != (order.state == Order.State.PAID):
            yield f"{order}: {confirmed} confirmations while {order.state}"
        told = Counter(key.split(":")[1] for key in keys if key.startswith("refunded:"))
        refunds = truth.of_intents(seen.world, "refund", truth.intents(seen.world, order))
        for one in refunds:
            times = told.pop(one["id"], 0)
            if times > 1 or (one["status"] == "succeeded" and times != 1):
                yield f"{order}: {times} letters about a refund that {one['status']}"
        # What is left is about refunds of the same buyer's other orders.


def no_more_goes_back_than_came(seen: Seen) -> Iterator[str]:
    """What is given back is at most what was paid, and each refund is known once."""
    for order in seen.orders:
        for intent in truth.intents(seen.world, order):
            refunds = truth.of_intents(seen.world, "refund", [intent])
            back = sum(one["amount"] for one in refunds if one["status"] in GIVEN_BACK)
            if back > intent["amount_received"]:
                yield f"{order}: {back} given back of {intent['amount_received']}"
            rows = Refund.objects.filter(payment=intent["id"], stripe_id__isnull=False)
            stand = dict(rows.values_list("stripe_id", "status"))
            if stand != {one["id"]: one["status"] for one in refunds}:
                yield f"{order}: refunds {stand}"
        if Refund.objects.filter(payment__order=order, status=projection.INTENDED).exists():
            yield f"{order}: a refund that was decided on and never asked for"


def books_balance(seen: Seen) -> Iterator[str]:
    """The sides of each cause sum to nothing; what Stripe should hold is what it holds."""
    sums: Counter[str] = Counter()
    for cause, amount in LedgerEntry.objects.values_list("cause", "amount"):
        sums[cause] += amount
    yield from (f"{cause} is off by {amount}" for cause, amount in sums.items() if amount)
    for order in seen.orders:
        held = order.ledger.filter(account="stripe").values_list("amount", flat=True)
        if sum(held) != truth.balance(seen.world, order):
            yield f"{order}: {sum(held)} in the books, {truth.balance(seen.world, order)} there"


def invoices_are_complete(seen: Seen) -> Iterator[str]:
    """Numbers without gaps; one invoice per paid order, one credit note per refund that arrived."""
    numbers: dict[str, list[int]] = {}
    for number in Invoice.objects.values_list("number", flat=True):
        series, _, place = number.partition("-")
        numbers.setdefault(series, []).append(int(place))
    for series, places in numbers.items():
        last = InvoiceSeries.objects.get(name=series).last
        if sorted(places) != list(range(1, last + 1)):
            yield f"{series} has {sorted(places)} up to {last}"
    for order in seen.orders:
        sums = dict.fromkeys(("invoice", "credit"), 0)
        rows = list(order.invoices.values_list("kind", "content__total", "cause"))
        for kind, total, _cause in rows:
            sums[kind] += total
        invoices = [
            total for kind, total, cause in rows if kind == "invoice" and ":returned" not in cause
        ]
        if invoices != ([order.paid_amount] if order.paid_amount else []):
            yield f"{order}: invoices {invoices} for {order.paid_amount}"
        yield from _credited(seen, order)


def _credited(seen: Seen, order: Order) -> Iterator[str]:
    facts = truth.facts(seen.world, order)
    granting = projection.project(applying.agreed(order), facts).granting
    notes = Counter(order.invoices.filter(kind="credit").values_list("cause", flat=True))
    for one in facts.refunds:
        times = notes.pop(f"{one.id}:credit", 0)
        arrived = one.status == "succeeded" and granting and one.intent == granting.intent
        undone = order.invoices.filter(cause=f"{one.id}:returned").count()
        if times > (one.status != "pending") or (arrived and times != 1):
            yield f"{order}: {times} credit notes for a refund that {one.status}"
        if one.status in projection.RETURNED and times != undone:
            yield f"{order}: {times} credit notes for what came back, {undone} of them undone"
    if notes:
        yield f"{order}: credit notes for nothing: {list(notes)}"


def events_are_kept(seen: Seen) -> Iterator[str]:
    """What was answered with 200 has a row; nothing is left unworked; other modes are ignored."""
    arrived = {one["event"] for one in seen.world.deliveries("arrived")}
    if lost := arrived - set(StripeEvent.objects.values_list("event_id", flat=True)):
        yield f"{len(lost)} events were acknowledged and lost"
    if left := StripeEvent.objects.filter(state=StripeEvent.State.RECEIVED).count():
        yield f"{left} events are still waiting"
    if StripeEvent.objects.filter(livemode=True).exclude(state="ignored").exists():
        yield "an event of another mode was worked on"


def one_page_can_be_paid(seen: Seen) -> Iterator[str]:
    """At most one open session per order, on either side, and it is not of a paid order."""
    for order in seen.orders:
        if order.pk in seen.forced:
            continue
        there = [one for one in truth.sessions(seen.world, order) if one["status"] == "open"]
        if len(there) > 1 or order.attempts.filter(state__in=["new", "open"]).count() > 1:
            yield f"{order}: {len(there)} payment pages are open"
        if there and order.state == Order.State.PAID:
            yield f"{order}: paid, and can be paid again"


def who_withdrew_gets_it_back(seen: Seen) -> Iterator[str]:
    """All of it, from us or by the bank; or the reason stands there for a person to act on."""
    for order in seen.orders:
        if order.contract != Order.Contract.WITHDRAWN or not order.paid_amount:
            continue
        stuck = Refund.objects.filter(payment__order=order, status="failed").exists()
        told = "refund_failed" in order.troubles or any("dispute" in one for one in order.troubles)
        found = truth.of_intents(seen.world, "dispute", truth.intents(seen.world, order))
        lost = any(one["status"] == "lost" for one in found)
        if order.refunded_amount < order.paid_amount and not (lost or (stuck and told)):
            yield f"{order}: withdrawn, {order.refunded_amount} of {order.paid_amount} came back"


def what_bought_nothing_goes_back(seen: Seen) -> Iterator[str]:
    """Of two payments for one order one is given back, unless a bank or Stripe keeps it."""
    for order in seen.orders:
        found = projection.project(applying.agreed(order), truth.facts(seen.world, order))
        for one in found.surplus:
            disputed = truth.of_intents(seen.world, "dispute", [{"id": one.id}])
            stuck = Refund.objects.filter(payment=one.id, status="failed").exists()
            if not (disputed or stuck):
                yield f"{order}: {one.amount} bought nothing and stays here"


def kept_of(order: Order) -> Kept:
    """The books and papers of an order."""
    books = order.ledger.values_list("cause", "account", "amount")
    papers = order.invoices.values_list("number", "kind", "cause", "content__total")
    return {*books, *papers}


def erasure_keeps_the_books(seen: Seen) -> Iterator[str]:
    """What the tax law wants stays, and nobody stands in it."""
    for order in seen.orders:
        if order.pk not in seen.kept:
            continue
        if gone := seen.kept[order.pk] - kept_of(order):
            yield f"{order}: {gone} is gone"
        if order.email or order.buyer_id or order.attempts.exclude(request={}).exists():
            yield f"{order}: its buyer still stands there"


EVERY: tuple[Check, ...] = (
    erasure_keeps_the_books,
    rights_are_one,
    rights_are_paid_for,
    orders_are_as_stripe_has_them,
    letters_go_once,
    no_more_goes_back_than_came,
    books_balance,
    invoices_are_complete,
    events_are_kept,
    one_page_can_be_paid,
    who_withdrew_gets_it_back,
    what_bought_nothing_goes_back,
)


def broken(seen: Seen) -> dict[str, list[str]]:
    """What does not hold, by the name of the check; empty: all is well."""
    for order in seen.orders:
        order.refresh_from_db()
    found = {check.__name__: list(check(seen)) for check in EVERY}
    return {name: told for name, told in found.items() if told}
