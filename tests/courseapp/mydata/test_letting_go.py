"""A reader asks to be forgotten: locked at once, erased on the day, and back until then."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.internal.flows import login
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courseapp import privacy
from courseapp.accounts import leaving, staff
from courseapp.accounts.models import Leaving, User
from courseapp.mydata import letting_go, staying
from courseapp.post import outbox, pump, suppression
from courseapp.post.models import Letter
from courseapp.vault import keys, ledger
from lessons.drip import pump as drip
from lessons.drip.models import Mail
from lessons.reading.models import Access, Enrolment
from payments.models import Order
from tests.courseapp.accounts.coming_in import ask, enter, latest_code, sign_in
from tests.courseapp.mydata.asking import EMAIL, come_in
from tests.courseapp.mydata.everything import make_person
from tests.databases import with_keys
from tests.factories import NOW, make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import make_following
from tests.lessons.pages.opening import browser_of

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = with_keys
LEAVE = reverse("my_data_leave")


def is_erased(person: User) -> bool:
    person.refresh_from_db()
    return person.email.endswith("@erased.invalid")


def the_last_mail_is_sent(now: datetime) -> Letter:
    letter = Letter.objects.get(key__startswith="leaving:")
    Letter.objects.filter(pk=letter.pk).update(next_at=None, sent_at=now)
    return letter


def way_back(letter: Letter) -> str:
    found = re.search(r"(/account/gegevens/blijven/\S+)", letter.text)
    assert found
    return found.group(1)


def test_the_page_tells_what_stays_before_and_closes_the_account_at_once(client: Client) -> None:
    reader = come_in(client)
    other = Client()
    sign_in(other, EMAIL)
    make_enrolment(reader, make_course())
    page = client.get(LEAVE).content.decode()
    assert "zonder je adres" in page
    assert Leaving.objects.count() == 0

    answer = client.post(LEAVE, {"days": "3"})

    assert "Je account is gesloten" in answer.content.decode()
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    for browser in (client, other):
        assert browser.get(reverse("my_courses")).status_code == 302
    letter = Letter.objects.get(key__startswith="leaving:")
    assert letter.to == EMAIL
    assert "zonder je adres" in letter.text
    reader.refresh_from_db()
    assert (reader.is_active, Enrolment.objects.count()) == (False, 1)


def test_it_is_asked_again_first_and_a_visitor_is_sent_to_the_door(client: Client) -> None:
    come_in(client)
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
    for browser in (client, Client()):
        assert browser.get(LEAVE).status_code == 302
        assert browser.post(LEAVE, {"days": "0"}).status_code == 302
    assert not Leaving.objects.exists()


@pytest.mark.parametrize("days", ["8", "-1", "", "x"])
def test_no_other_days_than_a_week_holds(client: Client, days: str) -> None:
    come_in(client)
    assert client.post(LEAVE, {"days": days}).status_code == 200
    assert not Leaving.objects.exists()
    with pytest.raises(leaving.NotThatLong):
        leaving.lock(person=User.objects.get(email=EMAIL), days=8, now=NOW)


def test_signing_in_brings_everything_back_until_the_day(client: Client) -> None:
    reader = come_in(client)
    make_enrolment(reader, make_course())
    client.post(LEAVE, {"days": "1"})
    assert letting_go.finish_due(now=timezone.now()) == 0

    sign_in(client, EMAIL)

    assert "Er is niets gewist" in client.get(reverse("account_settings")).content.decode()
    reader.refresh_from_db()
    assert (reader.is_active, Enrolment.objects.count()) == (True, 1)
    assert letting_go.finish_due(now=timezone.now() + timedelta(days=9)) == 0
    assert letting_go.welcome_back(now=timezone.now()) == 1
    assert not Leaving.objects.exists()


def test_asking_for_a_code_alone_undoes_nothing(client: Client) -> None:
    """Whoever knows the address could keep the account from being erased otherwise."""
    reader = come_in(client)
    client.post(LEAVE, {"days": "1"})
    ask(client, EMAIL)
    enter(client, "000000" if latest_code(EMAIL) != "000000" else "000001")
    reader.refresh_from_db()
    assert not reader.is_active
    assert leaving.is_under_way(reader)


def test_a_password_opens_it_too_and_a_closed_account_stays_closed() -> None:
    reader = make_reader(email=EMAIL, password="een heel lang woord hier")
    closed = make_reader(email="dicht@example.org", password="een heel lang woord hier")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    letting_go.ask(person=reader, days=2, now=timezone.now())
    for one, comes_in in ((reader, True), (closed, False)):
        EmailAddress.objects.create(user=one, email=one.email, verified=True, primary=True)
        browser = Client()
        browser.post(
            reverse("account_login"),
            {"login": one.email, "password": "een heel lang woord hier"},
        )
        assert (browser.get(reverse("my_data")).status_code == 200) == comes_in


def test_the_link_in_the_mail_asks_and_a_button_brings_it_back(client: Client) -> None:
    reader = make_reader()
    letting_go.ask(person=reader, days=2, now=timezone.now())
    address = way_back(Letter.objects.get())
    assert client.get(address).status_code == 200
    reader.refresh_from_db()
    assert not reader.is_active, "a mail program that looks at links presses no button"

    assert "Er is niets gewist" in client.post(address).content.decode()

    reader.refresh_from_db()
    assert reader.is_active
    for method in (client.get, client.post):
        assert method(address).status_code == 404, "done is done"
    assert client.get(address[:-3] + "/").status_code == 404
    letting_go.ask(person=reader, days=2, now=timezone.now() + timedelta(hours=1))
    assert client.post(address).status_code == 404, "an earlier mail is of an earlier leaving"


def test_on_the_day_it_is_erased_and_there_is_no_way_back(client: Client) -> None:
    reader, other = make_person(EMAIL), make_reader()
    row = letting_go.ask(person=reader, days=3, now=NOW)
    address = way_back(the_last_mail_is_sent(NOW))
    assert letting_go.finish_due(now=NOW + timedelta(days=3, seconds=-1)) == 0
    assert letting_go.finish_due(now=NOW + timedelta(days=3)) == 1
    assert is_erased(reader)
    assert client.get(address).status_code == 404
    assert not Leaving.objects.filter(pk=row.pk).exists()
    assert ledger.owners() == [reader.uuid]
    assert keys.of(reader.uuid).newest is None
    other.refresh_from_db()
    assert other.is_active
    assert not Letter.objects.filter(to=EMAIL).exists()


def test_at_once_waits_for_the_last_mail_and_for_a_mail_server_that_is_away_not_long() -> None:
    """Nothing half: the mail on its way is not cut off, and an erasure not held up for days."""
    reader, second = make_reader(), make_reader()
    letting_go.ask(person=reader, days=0, now=NOW)
    assert letting_go.finish_due(now=NOW + timedelta(minutes=1)) == 0
    the_last_mail_is_sent(NOW)
    assert letting_go.finish_due(now=NOW + timedelta(minutes=2)) == 1
    letting_go.ask(person=second, days=0, now=NOW)
    assert letting_go.finish_due(now=NOW + timedelta(minutes=11)) == 1
    assert is_erased(reader)
    assert is_erased(second)
    assert not Letter.objects.exists()
    assert pump.send_due(now=NOW + timedelta(days=1)).sent == 0


def test_a_mail_that_is_being_sent_is_waited_for() -> None:
    """Claimed by a sender: it has a lease, and the address is in the sender's hands."""
    reader = make_reader()
    letter = outbox.put(
        stream=Letter.Stream.RECEIPT, key="x", to=reader.email, subject="a", text="b", html="c",
        now=NOW,
    )  # fmt: skip
    letting_go.ask(person=reader, days=0, now=NOW)
    the_last_mail_is_sent(NOW)
    lease = NOW + timedelta(minutes=4)
    Letter.objects.filter(pk=letter.pk).update(next_at=lease, attempt=1)
    assert letting_go.finish_due(now=NOW + timedelta(minutes=1)) == 0
    Letter.objects.filter(pk=letter.pk).update(next_at=None, sent_at=NOW)
    assert letting_go.finish_due(now=NOW + timedelta(minutes=2)) == 1


def test_while_somebody_leaves_no_lesson_is_mailed_and_after_coming_back_it_is() -> None:
    enrolment = make_following(now=NOW)
    reader = enrolment.reader
    letting_go.ask(person=reader, days=7, now=NOW)
    drip.look(now=NOW + timedelta(days=1))
    assert not Mail.objects.exists()
    leaving.come_back(person=reader, now=NOW + timedelta(days=1))
    letting_go.welcome_back(now=NOW + timedelta(days=1))
    drip.look(now=NOW + timedelta(days=2, hours=1))
    assert Mail.objects.filter(reader=reader).exists()


def test_what_was_bought_is_kept_while_somebody_leaves_and_of_no_use() -> None:
    reader, course = make_reader(), make_course(access="granted")
    Access.objects.create(reader=reader, course=course, source="order:1", granted_at=NOW)
    browser = browser_of(reader)
    letting_go.ask(person=reader, days=7, now=NOW)
    assert Access.objects.filter(reader=reader, revoked_at=None).exists()
    assert browser.get(reverse("my_courses")).status_code == 302


def test_the_last_owner_cannot_leave_and_nothing_is_locked(client: Client) -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    with pytest.raises(staff.LastOwner):
        letting_go.ask(person=owner, days=0, now=NOW)
    owner.refresh_from_db()
    assert owner.is_active
    assert not Letter.objects.exists()
    with pytest.raises(staff.LastOwner):
        privacy.erase_person(owner, now=NOW)
    assert ledger.owners() == []


def test_one_erasure_that_is_refused_keeps_back_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_reader(), make_reader()
    for one in (first, second):
        letting_go.ask(person=one, days=1, now=NOW)
    erase = privacy.erase_person

    def refuses(person: User, *, now: datetime) -> None:
        if person == first:
            raise keys.KeysUnavailable
        erase(person, now=now)

    with monkeypatch.context() as patched:
        patched.setattr(privacy, "erase_person", refuses)
        assert letting_go.finish_due(now=NOW + timedelta(days=2)) == 1
    assert (is_erased(first), is_erased(second)) == (False, True)
    assert not leaving.come_back(person=first, now=NOW + timedelta(days=2)), "it has begun"
    assert letting_go.finish_due(now=NOW + timedelta(days=2)) == 1
    assert is_erased(first)


def test_who_comes_back_just_before_it_begins_stays() -> None:
    reader = make_reader()
    row = letting_go.ask(person=reader, days=0, now=NOW)
    leaving.come_back(person=reader, now=NOW)
    assert not leaving.begin(row, now=NOW)
    assert letting_go.finish_due(now=NOW + timedelta(hours=1)) == 0


def test_the_list_of_what_stays_is_this_persons_own() -> None:
    little, much = make_reader(), make_person(EMAIL)
    assert [one.until for one in staying.of(little, now=NOW)] == [
        "27 december 2027", "29 november 2026",
    ]  # fmt: skip
    whole: list[Any] = staying.of(much, now=NOW)
    assert [one.until for one in whole][:4] == [
        "31 december 2033", "22 november 2031", "22 november 2031", "zolang er geen mail heen mag",
    ]  # fmt: skip
    assert suppression.of(much.email).exists()
    privacy.erase_person(much, now=NOW)
    assert not Order.objects.filter(email=EMAIL).exists()
    assert Order.objects.count() == 1
    assert suppression.of(EMAIL).exists()
    assert not User.objects.filter(email=EMAIL).exists()
