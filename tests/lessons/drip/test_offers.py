"""Mails about trainings: two times yes, one time no."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from courseapp.accounts.models import Consent
from courseapp.post.models import Letter
from lessons.drip import gathering, offers, tokens
from tests.factories import NOW, make_reader
from tests.lessons.drip.writing import make_following
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=5)


def token_in(letter: Letter) -> str:
    """The word in the address that a confirmation mail carries; the same in both parts."""
    (told,) = re.findall(r"/post/ja/([^/\s]+)/", letter.text)
    assert told in letter.html
    return str(told)


def asked(reader: User) -> str:
    assert offers.ask(reader=reader, place="begin", now=NOW)
    return token_in(Letter.objects.latest("pk"))


def test_a_tick_records_nothing_and_sends_one_mail() -> None:
    reader = make_reader(language="nl")

    asked(reader)
    assert offers.ask(reader=reader, place="begin", now=SOON)

    letter = Letter.objects.get()
    assert (letter.to, letter.stream) == (reader.email, Letter.Stream.RECEIPT)
    assert letter.subject == "Bevestig je keuze"
    assert not offers.agreed(reader=reader)
    assert not Consent.objects.exists()


def test_the_second_yes_is_recorded_in_its_words_once() -> None:
    reader = make_reader(language="en")
    token = asked(reader)

    offers.confirm(token=token, now=SOON)
    offers.confirm(token=token, now=SOON + timedelta(days=1))

    given = Consent.objects.get()
    assert (given.purpose, given.act, given.at) == ("offers", "given", SOON)
    assert given.wording == offers.wording_in("en")
    assert given.wording_sha256 == hashlib.sha256(given.wording.encode()).hexdigest()
    assert given.place == "begin, mail"
    assert offers.agreed(reader=reader)
    assert not offers.ask(reader=reader, place="page", now=SOON)


def test_the_sender_asks_the_same_rows() -> None:
    enrolment = make_following()
    reader = enrolment.reader

    def wants_offers() -> bool:
        (found,) = gathering.of_readers([reader.pk])
        return "offer" in found.situations[0].facts.wants

    token = asked(reader)
    assert not wants_offers()
    offers.confirm(token=token, now=SOON)
    assert wants_offers()
    offers.withdraw(reader=reader, place="page", now=SOON)
    assert not wants_offers()


def test_taking_it_back_holds_at_once_and_is_recorded_once() -> None:
    reader = make_reader()
    offers.confirm(token=asked(reader), now=SOON)

    offers.withdraw(reader=reader, place="page", now=SOON)
    offers.withdraw(reader=reader, place="page", now=SOON)

    assert not offers.agreed(reader=reader)
    acts = Consent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["given", "withdrawn"]


def test_who_never_agreed_has_nothing_to_take_back() -> None:
    offers.withdraw(reader=make_reader(), place="page", now=NOW)

    assert not Consent.objects.exists()


def test_a_no_before_the_second_yes_ends_the_first() -> None:
    reader = make_reader()
    token = asked(reader)
    offers.withdraw(reader=reader, place="page", now=SOON)

    with pytest.raises(offers.LinkTooOld):
        offers.confirm(token=token, now=SOON)

    assert not offers.agreed(reader=reader)


def test_after_a_no_one_can_ask_again_on_the_same_day() -> None:
    reader = make_reader()
    old = asked(reader)
    offers.confirm(token=old, now=NOW)
    offers.withdraw(reader=reader, place="page", now=SOON)

    assert offers.ask(reader=reader, place="page", now=SOON + timedelta(minutes=1))
    new = token_in(Letter.objects.latest("pk"))

    with pytest.raises(offers.LinkTooOld):
        offers.confirm(token=old, now=SOON + timedelta(minutes=2))
    offers.confirm(token=new, now=SOON + timedelta(minutes=2))
    assert offers.agreed(reader=reader)


@pytest.mark.parametrize(("days", "is_fine"), [(30, True), (31, False)])
def test_the_second_yes_may_take_thirty_days(days: int, is_fine: bool) -> None:
    reader = make_reader()
    token = asked(reader)
    if is_fine:
        offers.confirm(token=token, now=NOW + timedelta(days=days))
    else:
        with pytest.raises(offers.LinkTooOld):
            offers.confirm(token=token, now=NOW + timedelta(days=days))
    assert offers.agreed(reader=reader) is is_fine


def test_words_that_changed_meanwhile_have_to_be_agreed_to_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = asked(make_reader())
    monkeypatch.setattr(offers, "OFFERS_CONSENT", "Elke dag een mail.")

    with pytest.raises(offers.LinkTooOld):
        offers.confirm(token=token, now=SOON)


def test_who_is_gone_agrees_to_nothing() -> None:
    reader = make_reader()
    token = asked(reader)
    reader.is_active = False
    reader.save()

    with pytest.raises(tokens.BadToken):
        offers.confirm(token=token, now=SOON)


@pytest.mark.parametrize("spoil", ["cut", "changed", "other"])
def test_a_word_that_is_not_whole_says_so(spoil: str) -> None:
    reader = make_reader()
    token = asked(reader)
    bad = {"cut": token[:-3], "changed": "A" + token, "other": tokens.choose(reader.pk)}[spoil]

    with pytest.raises(tokens.BadToken):
        offers.asked(token=bad, now=SOON)


@pytest.mark.django_db(transaction=True)
def test_eight_second_yeses_at_once_are_one() -> None:
    token = asked(make_reader())

    all_good(at_once(lambda _: offers.confirm(token=token, now=SOON)))

    assert Consent.objects.count() == 1
