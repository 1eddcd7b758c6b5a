from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError

from courseapp.accounts import consents
from courseapp.accounts.models import Consent, User
from tests.factories import NOW, make_reader

pytestmark = pytest.mark.django_db
WORDING = "Ja, begin en onthoud mijn voortgang"


def give(user: User, days: int = 0, wording: str = WORDING) -> Consent:
    return consents.give(
        user=user,
        purpose="progress",
        wording=wording,
        place="cursus/vrij",
        now=NOW + timedelta(days=days),
    )


def test_a_consent_holds_until_it_is_taken_back_and_every_act_stays() -> None:
    user = make_reader()
    assert not consents.holds(user, "progress")
    given = give(user)
    assert consents.holds(user, "progress")
    consents.withdraw(
        user=user, purpose="progress", wording="Stop", place="account", now=NOW + timedelta(days=1)
    )
    assert not consents.holds(user, "progress")
    give(user, days=2)
    assert consents.holds(user, "progress")
    assert Consent.objects.count() == 3
    assert given.wording_sha256 == hashlib.sha256(WORDING.encode()).hexdigest()


def test_the_consent_of_one_person_is_not_that_of_another() -> None:
    give(make_reader())
    assert not consents.holds(make_reader(), "progress")


def test_a_consent_is_kept_with_all_that_shows_it() -> None:
    user = make_reader()
    given = give(user)
    given.refresh_from_db()

    assert (given.user, given.purpose, given.act) == (user, "progress", "given")
    assert (given.wording, given.place, given.at) == (WORDING, "cursus/vrij", NOW)


def test_one_purpose_says_nothing_of_another() -> None:
    user = make_reader()
    give(user)

    assert not consents.holds(user, "answers")


def test_the_last_word_counts_also_when_it_was_written_down_first_or_in_the_same_moment() -> None:
    user = make_reader()
    give(user, days=2)
    consents.withdraw(user=user, purpose="progress", wording="Stop", place="account", now=NOW)
    assert consents.holds(user, "progress")

    consents.withdraw(
        user=user, purpose="progress", wording="Stop", place="account", now=NOW + timedelta(days=2)
    )
    assert not consents.holds(user, "progress")


def test_a_purpose_nobody_named_is_refused() -> None:
    with pytest.raises(ValueError, match="marketing"):
        consents.give(user=make_reader(), purpose="marketing", wording="Ja", place="x", now=NOW)


def test_a_consent_without_words_is_none() -> None:
    with pytest.raises(IntegrityError):
        give(make_reader(), wording="")
