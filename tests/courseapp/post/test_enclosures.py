"""Files that go along with letters: made when the letter goes, and never what keeps it back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import translation

from courseapp.post import marks, outbox, owing, privacy, pump, retention
from courseapp.post.enclosures import Enclosure
from courseapp.post.models import Attachment, Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

PAPER = Enclosure("paper", "17", "papier-17.pdf")
OTHER = Enclosure("paper", "18", "papier-18.pdf")
BROKEN = Enclosure("broken", "1", "stuk.pdf")


class NoInk(Exception):
    pass


def paper(key: str) -> bytes:
    return b"%PDF-1.7 " + key.encode()


def broken(key: str) -> bytes:
    raise NoInk(key)


@pytest.fixture(autouse=True)
def makers(settings: Settings) -> None:
    settings.ENCLOSURES = {"paper": f"{__name__}.paper", "broken": f"{__name__}.broken"}


def attached(message: mail.EmailMessage) -> list[tuple[object, ...]]:
    return [tuple(one) for one in message.attachments]


def test_what_was_named_goes_along_in_its_order() -> None:
    make_letter(enclosures=[PAPER, OTHER])

    assert pump.send_due(now=NOW).sent == 1

    assert attached(mail.outbox[0]) == [
        ("papier-17.pdf", b"%PDF-1.7 17", "application/pdf"),
        ("papier-18.pdf", b"%PDF-1.7 18", "application/pdf"),
    ]


def test_a_letter_that_is_put_twice_brings_each_file_once() -> None:
    make_letter(key="twice", enclosures=[PAPER])
    make_letter(key="twice", enclosures=[PAPER])

    assert Attachment.objects.count() == 1


def test_a_letter_goes_at_once_without_what_cannot_be_made() -> None:
    letter = make_letter(enclosures=[BROKEN, PAPER])

    assert pump.send_due(now=NOW).sent == 1

    letter.refresh_from_db()
    assert letter.state == "sent"
    assert [one[0] for one in attached(mail.outbox[0])] == ["papier-17.pdf"]


def test_what_was_missing_follows_as_soon_as_it_can_be_made(settings: Settings) -> None:
    with translation.override("en"):
        make_letter(enclosures=[BROKEN, PAPER], subject="Your order")
    pump.send_due(now=NOW)
    pump.send_due(now=NOW + timedelta(minutes=1))
    assert len(mail.outbox) == 1, "it does not go without what it is for"

    settings.ENCLOSURES = {**settings.ENCLOSURES, "broken": f"{__name__}.paper"}
    assert pump.send_due(now=NOW + 2 * owing.AGAIN).sent == 1

    [first, second] = mail.outbox
    assert first.to == second.to
    assert "“Your order”" in second.body
    assert "stuk.pdf" in second.body
    assert [one[0] for one in attached(second)] == ["stuk.pdf"]
    assert pump.send_due(now=NOW + timedelta(days=9)).claimed == 0


def test_what_is_owed_is_asked_for_every_hour_and_never_given_up() -> None:
    make_letter(enclosures=[BROKEN])
    pump.send_due(now=NOW)
    now = NOW + timedelta(minutes=1)
    for _ in range(3 * marks.ATTEMPTS):
        assert pump.send_due(now=now).claimed == 1
        now += owing.AGAIN + timedelta(minutes=1)

    owed = Letter.objects.get(is_owed=True)
    assert (owed.state, owed.attempt, owed.error) == ("waiting", 0, "enclosure missing")
    assert retention.forget_old(now=NOW + timedelta(days=200)) == 1
    assert Letter.objects.filter(is_owed=True).exists()


def test_a_kind_that_nobody_makes_any_more_keeps_no_letter_back() -> None:
    make_letter(enclosures=[Enclosure("forgotten", "1", "weg.pdf")])

    assert pump.send_due(now=NOW).sent == 1


def test_letters_of_an_act_that_is_undone_leave_no_files() -> None:
    letter = make_letter(enclosures=[PAPER])
    letter.delete()

    assert not Attachment.objects.exists()


def test_a_letter_knows_the_language_of_its_words() -> None:
    with translation.override("en"):
        letter = outbox.put(
            stream=Letter.Stream.RECEIPT, key="x", to="a@example.org", subject="s", text="t",
            html="", now=NOW,
        )  # fmt: skip

    assert letter.language == "en"


def test_a_person_is_told_what_was_attached() -> None:
    reader = make_reader()
    make_letter(to=reader.email, enclosures=[PAPER])

    assert "papier-17.pdf" in json.dumps(privacy.export(reader))
