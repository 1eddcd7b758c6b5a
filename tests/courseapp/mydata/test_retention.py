"""Every period that the inventory names has a job: what is older goes, what is younger stays."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from courseapp import privacy
from courseapp.accounts import consents, handovers, leaving, pruning
from courseapp.accounts import tasks as account_tasks
from courseapp.accounts.models import Consent, Handover, Leaving, User
from courseapp.mydata import idling, letting_go
from courseapp.post import retention as mail_retention
from courseapp.post import suppression
from courseapp.post.models import DeliveryEvent, Letter, Suppression
from courseapp.timetable import TIMETABLE
from courseapp.vault import ledger
from courseapp.vault.models import Erasure
from lessons.content import editing
from lessons.content.models import UnsavedText
from lessons.reading.models import Access
from payments import retention as sale_retention
from payments.models import Attempt, Declaration, Order, Withdrawal
from tests.courseapp.mydata.asking import EMAIL
from tests.courseapp.mydata.everything import make_person
from tests.databases import with_keys
from tests.factories import NOW, lessons_of, make_course, make_reader
from tests.test_inventory import kinds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.db.models import Model
    from pytest_django import Settings

pytestmark = with_keys
DAY = timedelta(days=1)
YEAR = timedelta(days=366)
# What ends with what it hangs on, and so with the erasure; or is nobody's.
WITH_SOMETHING_ELSE = {
    "as long as the site",
    "as long as its row",
    "as long as its row; a hash, never the token",
    "the account",
    "the account; a hash, never the password",
    "until its owner takes it off",
    "until its owner deletes it; the account at most",
}
# The others, each with the task of the timetable that sees to it.
BY_THE_CLOCK = {
    "60 days after the last sign-in": "accounts.prune",
    "until signed out there": "accounts.prune",
    "the processing it allows, and five years": "accounts.prune",
    "until it is fetched; a day at most": "courseapp.hand_over",
    "until the erasure, or until its owner came back; eight days at most": "courseapp.let_go",
    "400 days": "courseapp.scrub",
    "90 days": "post.forget_old",
    "a code's: until sent; others: 90 days": "post.forget_old",
    "until it is lifted, and 90 days": "post.forget_old",
    "30 days": "lessons.forget_old",
    "five years": "payments.forget_old",
    "seven years after the year of the order": "payments.forget_old",
}


def test_no_period_of_the_inventory_is_without_its_job() -> None:
    said = {kind["retention"] for kind in kinds().values()}
    assert said == WITH_SOMETHING_ELSE | set(BY_THE_CLOCK)
    assert set(BY_THE_CLOCK.values()) <= {task for task, _every, _expires in TIMETABLE}


def letter(at: datetime) -> Model:
    name = uuid.uuid4()
    return Letter.objects.create(
        uuid=name, key=str(name), message_id="<m>", stream="lesson", priority=1, to=EMAIL,
        subject="", text="", html="", created_at=at, sent_at=at,
    )  # fmt: skip


def event(at: datetime) -> Model:
    return DeliveryEvent.objects.create(
        event_id=str(uuid.uuid4()), kind="delivered", address_hash="a", message_id="m", at=at,
        received_at=at,
    )  # fmt: skip


def lifted(at: datetime) -> Model:
    return Suppression.objects.create(
        address_hash=uuid.uuid4().hex, scope="offers", reason="asked", at=at, lifted_at=at
    )


def unsaved(at: datetime) -> Model:
    return UnsavedText.objects.create(
        lesson=lessons_of(make_course())[0], by=make_reader(), reason="changed", based_on=1,
        state={}, at=at,
    )  # fmt: skip


def handover(at: datetime) -> Model:
    return Handover.objects.create(
        person=make_reader(), asked_at=at, made_at=at, expires_at=at + handovers.KEPT
    )


def erasure(at: datetime) -> Model:
    return Erasure.objects.create(owner=uuid.uuid4(), at=at)


def proof(at: datetime) -> Model:
    """Of somebody who was erased then."""
    person = make_reader()
    row = consents.give(user=person, purpose="progress", wording="Ja", place="cursus", now=at)
    privacy.erase_person(person, now=at)
    return row


def statement(at: datetime) -> Model:
    """Of an order that is not known, so that nothing else hangs on it."""
    return Withdrawal.objects.create(name="N", contract="1", email=EMAIL, submitted_at=at)


JOBS: dict[str, tuple[Callable[[datetime], Model], timedelta, Callable[..., Any]]] = {
    "letters": (letter, 90 * DAY, mail_retention.forget_old),
    "deliveries": (event, 90 * DAY, mail_retention.forget_old),
    "lifted": (lifted, 90 * DAY, mail_retention.forget_old),
    "unsaved": (unsaved, 30 * DAY, editing.forget_old),
    "handover": (handover, DAY, handovers.forget_old),
    "erasure": (erasure, 400 * DAY, ledger.forget_old),
    "proof": (proof, 5 * YEAR, pruning.prune_consents),
    "statement": (statement, 5 * YEAR, sale_retention.forget_old),
}


@pytest.mark.parametrize("name", JOBS)
def test_older_goes_and_younger_stays(name: str, settings: Settings, tmp_path: Path) -> None:
    settings.HANDOVER_DIR = tmp_path
    make, kept, job = JOBS[name]
    # Of five years the leap days are not counted to the hour.
    old, young = make(NOW - kept - 3 * DAY), make(NOW - kept + 6 * DAY if kept > DAY else NOW)
    job(now=NOW)
    left = list(type(old)._default_manager.filter(pk__in=[old.pk, young.pk]))
    assert left == [young]


def test_sessions_that_are_over_go_and_the_devices_they_were_on() -> None:
    reader, now = make_reader(), timezone.now()
    for name, until in (("oud", now - DAY), ("jong", now + DAY)):
        Session.objects.create(session_key=name * 5, session_data="", expire_date=until)
        UserSession.objects.create(
            user=reader, ip="192.0.2.1", session_key=name * 5, created_at=now - DAY
        )
    account_tasks.prune()
    assert [one.session_key for one in Session.objects.all()] == ["jong" * 5]
    assert [one.session_key for one in UserSession.objects.all()] == ["jong" * 5]


def test_a_consent_taken_back_long_ago_goes_and_one_given_again_stays() -> None:
    reader, old = make_reader(), NOW - 6 * YEAR
    for number, act in enumerate((consents.give, consents.withdraw, consents.give)):
        act(
            user=reader, purpose="offers", wording="Ja", place="mail",
            now=old + number * DAY,
        )  # fmt: skip
    consents.give(user=reader, purpose="progress", wording="Ja", place="cursus", now=old)
    assert pruning.prune_consents(now=NOW) == 2
    assert {(one.purpose, one.act) for one in Consent.objects.all()} == {
        ("offers", "given"), ("progress", "given"),
    }  # fmt: skip


def test_of_an_order_of_nobody_only_figures_stay_after_seven_years() -> None:
    gone, here = make_person(EMAIL), make_person("ander@example.org")
    for person in (gone, here):
        order = Order.objects.get(buyer=person)
        Attempt.objects.create(
            order=order, request={}, created_at=NOW, expires_at=NOW, state="expired"
        )
    privacy.erase_person(gone, now=NOW)
    sale_retention.forget_old(now=datetime.fromisoformat("2033-12-31T12:00:00+00:00"))
    assert Declaration.objects.count() == 2, "the seventh year is not over yet"
    assert not Withdrawal.objects.exclude(email="").exists(), "five are"

    sale_retention.forget_old(now=datetime.fromisoformat("2034-01-01T12:00:00+00:00"))

    assert [one.order.buyer for one in Declaration.objects.all()] == [here]
    assert [one.order.buyer for one in Attempt.objects.all()] == [here]
    assert Order.objects.count() == 2
    assert sum(order.invoices.count() for order in Order.objects.all()) == 2


def test_a_leaving_goes_with_its_erasure_or_after_coming_back() -> None:
    stays, goes = make_reader(), make_reader()
    for one in (stays, goes):
        letting_go.ask(person=one, days=7, now=NOW)
    leaving.come_back(person=stays, now=NOW)
    letting_go.welcome_back(now=NOW)
    assert [row.person for row in Leaving.objects.all()] == [goes]
    letting_go.finish_due(now=NOW + 7 * DAY + letting_go.WAITS + DAY)
    assert not Leaving.objects.exists()


def test_who_stays_away_is_asked_at_eighteen_months_and_erased_at_twenty_four() -> None:
    away = NOW - timedelta(days=548)
    idle, young = make_reader(last_login=away - DAY), make_reader(last_login=away + DAY)
    assert idling.ask(now=NOW) == 1
    assert idling.ask(now=NOW) == 0, "once"
    written = Letter.objects.get()
    assert written.to == idle.email
    assert "23 mei 2027" in written.text

    later = NOW + idling.NOTICE
    assert idling.let_go(now=later - DAY) == 0
    assert idling.let_go(now=later) == 1
    assert Leaving.objects.get().person == idle
    letting_go.finish_due(now=later + 8 * DAY)
    idle.refresh_from_db()
    young.refresh_from_db()
    assert ("erased" in idle.email, "erased" in young.email) == (True, False)


def test_who_comes_by_after_being_asked_stays_and_is_asked_anew_another_time() -> None:
    reader = make_reader(last_login=NOW - 2 * YEAR)
    idling.ask(now=NOW)
    User.objects.filter(pk=reader.pk).update(last_login=NOW + DAY)
    assert idling.let_go(now=NOW + 3 * YEAR) == 0
    assert idling.ask(now=NOW + 3 * YEAR) == 1
    assert Letter.objects.count() == 2


def test_nobody_is_erased_unasked_nor_staff_nor_who_has_a_right_to_a_course() -> None:
    """A site whose clock stood still for years begins with asking."""
    long_ago = NOW - 4 * YEAR
    unasked, staff, buyer, revoked = (
        make_reader(last_login=long_ago, is_staff=number == 1) for number in range(4)
    )
    course = make_course(access="granted")
    Access.objects.create(reader=buyer, course=course, source="order:1", granted_at=long_ago)
    Access.objects.create(
        reader=revoked, course=course, source="order:2", granted_at=long_ago, revoked_at=long_ago
    )
    assert idling.let_go(now=NOW) == 0
    assert idling.ask(now=NOW) == 2
    asked = set(User.objects.exclude(idle_asked_at=None))
    assert asked == {unasked, revoked}
    assert not {staff, buyer} & asked
    assert suppression.of(unasked.email).count() == 0
