"""Wanting to be forgotten, step by step: locked, back again, or begun and past undoing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import signing
from django.test import Client

from courseapp.accounts import leaving, staff
from courseapp.accounts.models import Leaving, User
from tests.courseapp.accounts.coming_in import sign_in
from tests.factories import NOW, make_reader

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lock(person: User, days: int = 3) -> Leaving:
    return leaving.lock(person=person, days=days, now=NOW)


def may_come_in(person: User) -> bool:
    return User.objects.get(pk=person.pk).is_active


@pytest.mark.parametrize("days", [0, 7])
def test_whoever_leaves_is_locked_out_at_once_until_the_day_chosen(days: int) -> None:
    person, other = make_reader(), make_reader()
    row = lock(person, days)

    assert (row.person, row.asked_at, row.due_at) == (person, NOW, NOW + days * DAY)
    assert (row.begun_at, row.came_back_at) == (None, None)
    assert (person.is_active, may_come_in(person), may_come_in(other)) == (False, False, True)
    assert leaving.is_under_way(person)
    assert not leaving.is_under_way(other)


@pytest.mark.parametrize("days", [-1, 8])
def test_a_day_beyond_a_week_is_refused_and_nobody_is_locked_out(days: int) -> None:
    person = make_reader()
    with pytest.raises(leaving.NotThatLong) as refused:
        lock(person, days)

    assert str(refused.value) == "Kies hoogstens zeven dagen."
    assert may_come_in(person)


def test_every_browser_is_signed_out_and_nobody_elses() -> None:
    sign_in(Client(), "noor@example.org")
    sign_in(Client(), "ander@example.org")
    lock(User.objects.get(email="noor@example.org"))

    assert [one.user.email for one in UserSession.objects.all()] == ["ander@example.org"]


def test_the_last_owner_cannot_leave() -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    with pytest.raises(staff.LastOwner):
        lock(owner)

    assert may_come_in(owner)
    assert not Leaving.objects.exists()


def test_until_it_begins_everything_comes_back_once() -> None:
    person, other = make_reader(), make_reader()
    lock(person)
    lock(other)

    assert leaving.come_back(person=person, now=NOW + DAY)
    assert (person.is_active, may_come_in(person), may_come_in(other)) == (True, True, False)
    assert Leaving.objects.get(person=person).came_back_at == NOW + DAY
    assert Leaving.objects.get(person=other).came_back_at is None
    assert not leaving.come_back(person=person, now=NOW + 2 * DAY)
    assert Leaving.objects.get(person=person).came_back_at == NOW + DAY


def test_who_asks_again_leaves_anew() -> None:
    person = make_reader()
    lock(person)
    leaving.come_back(person=person, now=NOW)
    row = leaving.lock(person=person, days=1, now=NOW + DAY)

    assert (row.asked_at, row.due_at, row.came_back_at) == (NOW + DAY, NOW + 2 * DAY, None)
    assert leaving.is_under_way(person)
    assert Leaving.objects.count() == 1


def test_from_its_day_on_it_is_due_until_it_is_done_unless_its_owner_came_back() -> None:
    going, staying = lock(make_reader(), 1), lock(make_reader(), 1)
    leaving.come_back(person=staying.person, now=NOW)

    assert list(leaving.due(now=NOW + DAY - timedelta(seconds=1))) == []
    assert list(leaving.due(now=NOW + DAY)) == [going]
    assert leaving.begin(going, now=NOW + DAY)
    assert list(leaving.due(now=NOW + 2 * DAY)) == [going]


def test_whoever_is_due_is_fetched_with_the_row(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    person = make_reader()
    lock(person, 0)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [row.person for row in leaving.due(now=NOW)] == [person]


def test_what_has_begun_cannot_be_undone_and_begins_on_its_day_only() -> None:
    person, other = make_reader(), make_reader()
    row, beside = lock(person, 1), lock(other, 1)

    assert not leaving.begin(row, now=NOW)
    assert leaving.begin(row, now=NOW + DAY)
    row.refresh_from_db()
    beside.refresh_from_db()
    assert (row.begun_at, beside.begun_at) == (NOW + DAY, None)
    assert not leaving.is_under_way(person)
    assert not leaving.come_back(person=person, now=NOW + DAY)
    assert not may_come_in(person)

    leaving.come_back(person=other, now=NOW)
    assert not leaving.begin(beside, now=NOW + DAY)


def test_the_word_in_the_mail_names_whose_it_is() -> None:
    person = make_reader()
    lock(make_reader())

    assert leaving.read(leaving.word_of(lock(person))) == person


def test_a_word_of_an_earlier_time_a_changed_one_and_a_foreign_one_are_none() -> None:
    person = make_reader()
    first = leaving.word_of(lock(person))
    second = leaving.word_of(leaving.lock(person=person, days=3, now=NOW + DAY))
    foreign = signing.dumps([str(person.uuid), (NOW + DAY).isoformat()], salt="else")
    for word in (first, f"{second}x", foreign, ""):
        with pytest.raises(leaving.NothingToUndo) as refused:
            leaving.read(word)
        assert str(refused.value) == (
            "Er valt niets terug te draaien: het is al gebeurd, of het is te laat."
        )
    assert leaving.read(second) == person

    leaving.come_back(person=person, now=NOW + DAY)
    with pytest.raises(leaving.NothingToUndo):
        leaving.read(second)
