"""*Mensen*: owners decide who works here, and each change says first what it comes to."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from courseapp.accounts.models import User
from tests.counting import counting
from tests.courseapp.accounts.coming_in import sign_in
from tests.factories import make_reader
from tests.lessons.pages.opening import address, browser_of, links, the, tree
from tests.signing import show_second_step

pytestmark = pytest.mark.django_db
PEOPLE = "/beheer/mensen/"


def make_owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


def make_staff() -> User:
    return make_reader(is_staff=True)


def do(browser: Client, act: str, person: User, **fields: str) -> int:
    return browser.post(address(f"desk:person_{act}", person.uuid), fields).status_code


def test_the_list_names_who_works_here_and_no_reader() -> None:
    owner, staff, reader = make_owner(), make_staff(), make_reader()
    html = browser_of(owner).get(PEOPLE).content.decode()
    assert owner.email in html
    assert staff.email in html
    assert reader.email not in html


def test_the_list_asks_the_same_however_many_work_here() -> None:
    owner = make_owner()
    browser = browser_of(owner)
    counts = []
    for _ in range(2):
        make_staff()
        with counting() as asked:
            browser.get(PEOPLE)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 4


def test_adding_says_first_what_it_comes_to_whether_or_not_the_address_is_known() -> None:
    browser, reader = browser_of(make_owner()), make_reader()
    pages = []
    for email in (reader.email, "nieuw@example.org"):
        response = browser.post(address("desk:person_add"), {"email": email})
        assert response.status_code == HTTPStatus.OK
        pages.append(the(tree(response), "main").text().replace(email, "…"))
    assert pages[0] == pages[1]
    assert not User.objects.filter(email="nieuw@example.org").exists()
    for email in (reader.email, " Nieuw@Example.org "):
        sent = {"email": email, "sure": "1"}
        assert browser.post(address("desk:person_add"), sent)["Location"] == PEOPLE
    assert User.objects.get(email="nieuw@example.org").is_staff
    reader.refresh_from_db()
    assert (reader.is_staff, reader.is_owner) == (True, False)


@pytest.mark.parametrize("email", ["", "geen adres", "a@b\x00.nl", "a" * 400 + "@example.org"])
def test_what_is_no_address_is_told_so(email: str) -> None:
    browser = browser_of(make_owner())
    for sent in ({"email": email}, {"email": email, "sure": "1"}, {}):
        response = browser.post(address("desk:person_add"), sent, follow=True)
        assert "Dit is geen e-mailadres." in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("act", ["promote", "demote", "dismiss"])
def test_each_change_asks_first_and_a_question_changes_nothing(act: str) -> None:
    owner, other = make_owner(), make_owner()
    response = browser_of(owner).get(address(f"desk:person_{act}", other.uuid))
    assert other.email in the(tree(response), "h1").text()
    assert tree(response).css("main ul li")
    other.refresh_from_db()
    assert (other.is_staff, other.is_owner) == (True, True)


def test_staff_becomes_owner_and_staff_again_and_leaves() -> None:
    browser, staff = browser_of(make_owner()), make_staff()
    for act, expected in (
        ("promote", (True, True)),
        ("demote", (True, False)),
        ("dismiss", (False, False)),
    ):
        assert do(browser, act, staff) == HTTPStatus.FOUND
        staff.refresh_from_db()
        assert (staff.is_staff, staff.is_owner) == expected


def test_who_leaves_is_out_at_their_next_click() -> None:
    owner, staff = make_owner(), make_staff()
    theirs = Client()
    sign_in(theirs, staff.email)
    show_second_step(theirs, staff)
    assert theirs.get("/beheer/").status_code == HTTPStatus.OK
    do(browser_of(owner), "dismiss", staff)
    response = theirs.get("/beheer/")
    assert response.status_code == HTTPStatus.FOUND
    assert "/inloggen/" in response["Location"]


@pytest.mark.parametrize("act", ["demote", "dismiss"])
def test_the_only_owner_stays(act: str) -> None:
    owner = make_owner()
    browser = browser_of(owner)
    question = browser.get(address(f"desk:person_{act}", owner.uuid))
    assert not tree(question).css("main form button")
    assert do(browser, act, owner, sure="1") == HTTPStatus.CONFLICT
    assert address(f"desk:person_{act}", owner.uuid) not in links(browser.get(PEOPLE))
    owner.refresh_from_db()
    assert owner.is_owner


def test_nobody_gives_up_their_own_ownership_by_a_slip() -> None:
    owner = make_owner()
    make_owner()
    browser = browser_of(owner)
    assert do(browser, "demote", owner) == HTTPStatus.BAD_REQUEST
    assert do(browser, "dismiss", owner) == HTTPStatus.BAD_REQUEST
    question = browser.get(address("desk:person_demote", owner.uuid))
    assert tree(question).css("input[name=sure][required]")
    response = browser.post(address("desk:person_demote", owner.uuid), {"sure": "1"})
    assert response["Location"] == reverse("desk:today")
    owner.refresh_from_db()
    assert (owner.is_staff, owner.is_owner) == (True, False)


def test_who_leaves_by_themselves_is_signed_out_and_told() -> None:
    owner = make_owner()
    make_owner()
    browser = browser_of(owner)
    response = browser.post(address("desk:person_dismiss", owner.uuid), {"sure": "1"}, follow=True)
    assert response.status_code == HTTPStatus.OK
    assert "Je werkt hier niet meer" in response.content.decode()
    assert browser.get("/beheer/").status_code == HTTPStatus.FOUND


@pytest.mark.parametrize("act", ["promote", "demote", "dismiss"])
def test_readers_and_nobody_are_not_found(act: str) -> None:
    browser, reader = browser_of(make_owner()), make_reader()
    for one in (reader.uuid, uuid.uuid4()):
        url = address(f"desk:person_{act}", one)
        assert browser.get(url).status_code == HTTPStatus.NOT_FOUND
        assert browser.post(url).status_code == HTTPStatus.NOT_FOUND


def test_what_is_so_already_is_a_sentence() -> None:
    owner, staff = make_owner(), make_staff()
    browser = browser_of(owner)
    sent = {"email": staff.email, "sure": "1"}
    assert browser.post(address("desk:person_add"), sent).status_code == HTTPStatus.CONFLICT
    assert do(browser, "demote", staff) == HTTPStatus.CONFLICT
    assert do(browser, "promote", owner) == HTTPStatus.CONFLICT


def test_forged_forms_are_refused() -> None:
    owner, other = make_owner(), make_owner()
    browser = browser_of(owner, checks_forms=True)
    for act in ("promote", "demote", "dismiss"):
        assert do(browser, act, other) == HTTPStatus.FORBIDDEN
    sent = {"email": "nieuw@example.org", "sure": "1"}
    assert browser.post(address("desk:person_add"), sent).status_code == HTTPStatus.FORBIDDEN


def test_only_staff_find_the_way_to_the_back_office() -> None:
    today = reverse("desk:today")
    for page in ("/mijn/", reverse("account_settings")):
        assert today in links(browser_of(make_staff()).get(page))
        assert today not in links(browser_of(make_reader()).get(page))
