"""The inbox: what is kept of a hint, when it is worked on, and whose order it leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from payments import doorbell, inbox, ordering
from payments.answers import Hint
from payments.models import Cursor, Dispute, Order, Payment, Product, Refund, StripeEvent
from tests.factories import NOW, make_course, make_reader

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PAID = "checkout.session.completed"


@pytest.fixture
def payload() -> str:
    """Once is enough here: what an event carries is not looked at."""
    return "thin"


@pytest.fixture(autouse=True)
def _nobody_at_stripe(settings: Any, without_pauses: None) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"


@pytest.fixture
def order() -> Order:
    """An order that Stripe need not be asked about: it has no payment page yet."""
    product = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
    product.courses.add(make_course(access="granted"))
    ordering.set_price(product=product, amount=100, by=None, now=NOW)
    reader = make_reader()
    return Order.objects.create(
        number="A", buyer=reader, email=reader.email, language="nl", offer=product.offers.get(),
        total=100, currency="eur", vat_mode="nl21", vat_rate=2100, terms_version="x", placed_at=NOW,
    )  # fmt: skip


def hint(name: str = "evt_1", **fields: Any) -> Hint:
    told = {"type": PAID, "object_id": "cs_1", "livemode": False, "about": {}, "created": NOW}
    return Hint(event_id=name, **{**told, **fields})


def keep(*hints: Hint, now: Any = NOW) -> None:
    inbox.keep(hints=hints, now=now)


def row(name: str = "evt_1") -> StripeEvent:
    return StripeEvent.objects.get(pk=name)


def syncs(order: Order) -> int:
    order.refresh_from_db()
    return order.sync_no


def test_what_a_hint_says_is_kept_as_it_came_the_first_time() -> None:
    keep(hint(about={"intent": "pi_1"}))
    keep(hint(object_id="cs_2"), now=NOW + MINUTE)

    kept = row()
    assert (kept.type, kept.object_id, kept.about) == (PAID, "cs_1", {"intent": "pi_1"})
    assert (kept.livemode, kept.received_at) == (False, NOW)
    assert (kept.state, kept.next_at, kept.attempts) == ("received", NOW, 0)


@pytest.mark.parametrize("fields", [{"type": "payout.paid"}, {"livemode": True}])
def test_what_is_not_ours_is_kept_and_never_comes_up(fields: dict[str, Any]) -> None:
    keep(hint(**fields))

    assert (row().state, row().next_at) == ("ignored", None)
    assert row().livemode == fields.get("livemode", False)
    assert inbox.work(now=NOW + timedelta(days=1)) == 0


def test_the_live_key_listens_to_live_events(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_live_x"
    keep(hint(livemode=True), hint("evt_2"))

    assert (row().state, row("evt_2").state) == ("received", "ignored")


def test_names_that_are_too_long_are_kept_as_far_as_they_fit() -> None:
    keep(hint("e" * 300, type="t" * 300, object_id="o" * 300))

    kept = StripeEvent.objects.get()
    assert (len(kept.event_id), len(kept.type), len(kept.object_id)) == (255, 120, 255)


def test_the_worker_is_rung_for_when_one_of_them_is_ours(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as rings:
        keep(hint("evt_1", type="payout.paid"), hint("evt_2"))
        keep(hint("evt_3", type="payout.paid"))

    assert rings == [doorbell.ring_soon]


def test_only_what_is_due_is_taken_the_oldest_first_and_so_many_at_a_time() -> None:
    keep(hint("evt_late"), now=NOW + SECOND)
    keep(hint("evt_third"), now=NOW)
    keep(hint("evt_first"), now=NOW - 2 * MINUTE)
    keep(hint("evt_second"), now=NOW - MINUTE)

    assert inbox.work(now=NOW, limit=2) == 2
    taken = StripeEvent.objects.filter(attempts=1).values_list("pk", flat=True)
    assert set(taken) == {"evt_first", "evt_second"}
    assert inbox.work(now=NOW) == 1
    assert row("evt_late").attempts == 0


def test_what_is_taken_is_leased_so_that_a_dead_worker_leaves_nothing_behind() -> None:
    keep(hint())
    (taken,) = inbox._claim(NOW, 5)

    assert (taken.pk, row().attempts, row().next_at) == ("evt_1", 1, NOW + 2 * MINUTE)
    assert inbox.work(now=NOW + 2 * MINUTE - SECOND) == 0
    assert inbox.work(now=NOW + 2 * MINUTE) == 1
    assert row().attempts == 2


def test_what_fails_is_kept_with_its_error_and_tried_again_later_and_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    keep(hint(object_id="re_1"), hint("evt_2"))
    inbox.work(now=NOW)

    assert row().error.startswith("Unreachable: ")
    assert (row().state, row().next_at) == ("received", NOW + 30 * SECOND)
    assert "event evt_1: Unreachable" in caplog.text
    assert row("evt_2").attempts == 1

    StripeEvent.objects.filter(pk="evt_1").update(attempts=5)
    inbox.work(now=NOW + 30 * SECOND)
    assert row().next_at == NOW + 30 * SECOND + 960 * SECOND

    StripeEvent.objects.filter(pk="evt_1").update(attempts=7, next_at=NOW)
    inbox.work(now=NOW)
    assert row().next_at == NOW + timedelta(hours=1)


def test_a_long_error_is_kept_as_far_as_somebody_reads_it(settings: Any) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1/" + "x" * 900
    keep(hint(object_id="re_1"))
    inbox.work(now=NOW)

    assert len(row().error) <= 500


def test_two_hints_about_one_order_lead_to_one_look(order: Order) -> None:
    about = {"order": str(order.pk)}
    keep(hint(about=about), hint("evt_2", about=about))

    assert inbox.work(now=NOW) == 2
    assert syncs(order) == 1
    assert [(one.state, one.next_at) for one in (row(), row("evt_2"))] == [("done", None)] * 2


def test_a_hint_that_failed_before_ends_without_its_error(order: Order) -> None:
    keep(hint(about={"order": str(order.pk)}))
    StripeEvent.objects.update(error="Unreachable: later")
    inbox.work(now=NOW)

    assert (row().state, row().error) == ("done", "")


def test_what_leads_to_nobody_is_asked_about_for_half_an_hour() -> None:
    keep(hint(about={"order": "anybody's words"}))
    inbox.work(now=NOW)
    assert (row().state, row().next_at) == ("received", NOW + 2 * MINUTE)
    assert row().error == "no order of ours"

    inbox.work(now=NOW + 30 * MINUTE)
    assert (row().state, row().next_at) == ("received", NOW + 32 * MINUTE)

    inbox.work(now=NOW + 32 * MINUTE)
    assert (row().state, row().next_at, row().error) == ("ignored", None, "")


@pytest.mark.parametrize(
    ("object_id", "about"),
    [
        ("pi_1", {}),
        ("re_1", {}),
        ("dp_1", {}),
        ("du_1", {}),
        ("cs_9", {"intent": "pi_1"}),
        ("cus_9", {"intent": "pi_1", "order": "nobody's"}),
    ],
)
def test_what_is_known_here_leads_to_its_order_without_asking(
    order: Order, object_id: str, about: dict[str, str]
) -> None:
    paid = Payment.objects.create(
        intent_id="pi_1", order=order, amount=100, currency="eur", status="succeeded"
    )
    Refund.objects.create(
        stripe_id="re_1", payment=paid, amount=100, origin="stripe", status="pending", asked_at=NOW
    )
    for name in ("dp_1", "du_1"):
        Dispute.objects.create(stripe_id=name, payment=paid, amount=100, status="won")
    keep(hint(object_id=object_id, about=about))
    inbox.work(now=NOW)

    assert (row().state, syncs(order)) == ("done", 1)


def test_an_order_that_is_named_but_not_there_is_nobody_s(order: Order) -> None:
    keep(hint(object_id="cus_1", about={"order": "00000000-0000-4000-8000-000000000000"}))
    inbox.work(now=NOW)

    assert (row().state, row().error, syncs(order)) == ("received", "no order of ours", 0)


def test_what_only_stripe_can_tell_is_asked_of_stripe(shop: Shop) -> None:
    placed = shop.order()
    shop.stripe.knobs.hold = True
    shop.stripe.world.pay(shop.session(placed))
    intent, now = shop.intent(placed), timezone.now()
    keep(hint(object_id=intent), hint("evt_2", object_id=shop.session(placed)), now=now)
    assert inbox._known(shop.session(placed)) == placed.pk
    assert inbox._known(intent) is None
    before = syncs(placed)
    inbox.work(now=now)

    assert (syncs(placed), placed.state) == (before + 1, "paid")
    assert (row().state, row("evt_2").state) == ("done", "done")


def test_a_refund_of_a_payment_that_was_never_seen_here_leads_to_its_order(shop: Shop) -> None:
    placed = shop.order()
    shop.stripe.knobs.hold = True
    shop.stripe.world.pay(shop.session(placed))
    given = shop.stripe.world.refund(shop.intent(placed))
    keep(hint(object_id=given["id"]), now=timezone.now())
    inbox.work(now=timezone.now())

    placed.refresh_from_db()
    assert (row().state, placed.refunded_amount) == ("done", placed.total)


def test_stripe_s_own_list_is_read_from_two_hours_back_and_then_from_one(shop: Shop) -> None:
    placed = shop.order()
    shop.stripe.knobs.hold = True
    shop.stripe.world.pay(shop.session(placed))
    happened = timezone.now()

    inbox.pull(now=happened + 125 * MINUTE)
    assert not StripeEvent.objects.exists()
    Cursor.objects.all().delete()

    inbox.pull(now=happened + 115 * MINUTE)
    assert StripeEvent.objects.filter(received_at=happened + 115 * MINUTE).exists()
    assert Cursor.objects.get(name="events").at == happened + 115 * MINUTE

    StripeEvent.objects.all().delete()
    inbox.pull(now=happened + 120 * MINUTE)
    assert not StripeEvent.objects.exists()


def test_where_the_list_was_read_to_never_goes_back(shop: Shop) -> None:
    Cursor.objects.create(name="else", at=NOW)
    later = timezone.now()
    inbox.pull(now=later)
    inbox.pull(now=later - MINUTE)

    assert Cursor.objects.get(name="events").at == later
    assert Cursor.objects.get(name="else").at == NOW
