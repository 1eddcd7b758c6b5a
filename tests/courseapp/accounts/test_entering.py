from __future__ import annotations

from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress

from courseapp.accounts import entering, pruning
from courseapp.accounts.models import User
from tests.factories import NOW, make_reader
from tests.racing import at_once

EMAIL = "anna@example.org"


def come(email: str = EMAIL) -> User:
    return entering.account_for(email=email, language="nl", now=NOW)


@pytest.mark.django_db
def test_a_new_account_is_unconfirmed_and_has_no_password() -> None:
    user = come()
    assert (user.confirmed_at, user.has_usable_password(), user.language) == (None, False, "nl")
    assert EmailAddress.objects.get(user=user).verified is False


@pytest.mark.django_db
def test_an_account_that_exists_is_left_as_it_is() -> None:
    reader = make_reader(email=EMAIL, language="en", date_joined=NOW - timedelta(days=9))
    found = come()
    assert found.pk == reader.pk
    assert (found.language, found.date_joined) == ("en", reader.date_joined)


@pytest.mark.django_db
def test_the_first_confirmation_counts() -> None:
    user = come()
    entering.confirm(user=user, now=NOW)
    entering.confirm(user=user, now=NOW + timedelta(days=1))
    user.refresh_from_db()
    assert user.confirmed_at == NOW


@pytest.mark.django_db(transaction=True)
def test_eight_first_requests_at_once_make_one_account() -> None:
    users = at_once(lambda _number: come().pk)
    assert set(users) == {User.objects.get().pk}
    assert EmailAddress.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_first_requests_without_the_guard_do_collide() -> None:
    """The positive control: asking first and inserting then is not enough."""

    looked = Barrier(8)

    def look_then_insert(_number: int) -> int:
        user = User.objects.filter(email=EMAIL).first()
        looked.wait(timeout=10)
        return (user or User.objects.create_user(EMAIL)).pk

    results = at_once(look_then_insert)
    assert len([result for result in results if isinstance(result, Exception)]) == 7


@pytest.mark.django_db
def test_an_account_nobody_confirmed_goes_after_seven_days_and_others_stay() -> None:
    come()
    confirmed = make_reader(date_joined=NOW)
    staff = make_reader(is_staff=True, confirmed_at=None, date_joined=NOW)
    assert pruning.prune_unconfirmed(now=NOW + timedelta(days=7)) == 0
    assert pruning.prune_unconfirmed(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert set(User.objects.all()) == {confirmed, staff}


@pytest.mark.django_db
def test_asking_again_starts_the_seven_days_again() -> None:
    come()
    later = NOW + timedelta(days=6)
    entering.account_for(email=EMAIL, language="nl", now=later)
    assert pruning.prune_unconfirmed(now=NOW + timedelta(days=8)) == 0
