"""Whether mail goes out at all, and who calls it spam: the page, and its rows of *Vandaag*."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.post import breaker
from lessons.desk import attention
from tests.counting import counting
from tests.courseapp.post.test_complaints import complain, make_sent
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW, make_reader
from tests.lessons.desk.mailing import staff
from tests.lessons.pages.opening import the, tree

if TYPE_CHECKING:
    from lessons.desk.attention import Row

pytestmark = pytest.mark.django_db

PAGE = "/beheer/mails/versturen/"


def page_of() -> str:
    """What staff read there now."""
    return " ".join(the(tree(staff().get(PAGE)), "main").text(separator=" ").split())


def rows_of() -> list[Row]:
    """What the list on *Vandaag* has of it, asked through the setting that joins the rooms."""
    found = attention.rows(person=make_reader(is_staff=True), now=NOW)
    return [row for row in found if row.url.startswith(PAGE)]


def test_a_mail_server_that_takes_nothing_is_told_until_it_works() -> None:
    assert rows_of() == []
    make_letter(now=NOW)
    breaker.trip(reason="535 Authentication failed", now=NOW)
    (row,) = rows_of()
    assert (row.weight, row.url) == ("broken", f"{PAGE}#server")
    assert "er wacht 1 mail." in row.title
    breaker.close()
    assert rows_of() == []


def test_between_two_pauses_it_is_still_told_and_long_after_the_last_no_more() -> None:
    breaker.trip(reason="down", now=NOW - breaker.FIRST - timedelta(seconds=10))
    assert not breaker.state(now=NOW)[0]
    assert len(rows_of()) == 1
    assert breaker.away(now=NOW + timedelta(minutes=5)) is None


def test_more_complaints_than_are_borne_are_told_without_counting_few_people() -> None:
    sent = make_sent(1001, "offer")
    complain(sent[0].message_id)
    assert rows_of() == []
    complain(sent[1].message_id)
    (row,) = rows_of()
    assert (row.weight, row.url) == ("waiting", f"{PAGE}#complaints")
    assert "mails over een training" in row.title
    assert "minder dan\N{NO-BREAK SPACE}5 van 1.001" in row.detail


def test_the_page_says_what_to_do_when_nothing_goes_out() -> None:
    now = timezone.now()
    make_letter(now=now - timedelta(seconds=1))
    breaker.trip(reason="535 Authentication <failed>", now=now)
    page = page_of()
    assert "535 Authentication <failed>" in page
    assert "wachtwoord" in page


def test_the_page_has_complaints_by_kind_of_mail_in_fives() -> None:
    now = timezone.now()
    for letter in make_sent(7, "lesson", at=now):
        complain(letter.message_id, at=now)
    complain(make_sent(1, "offer", at=now)[0].message_id, at=now)
    client = staff()
    client.get(PAGE)  # The session is there.
    with counting() as count:
        client.get(PAGE)
    assert int(count) <= 9, count
    page = page_of()
    assert "mails van een cursus te veel 7 5" in page
    assert "mails over een training 1 <\N{WORD JOINER}5" in page


def test_a_quiet_week_says_so() -> None:
    page = page_of()
    assert "Die neemt onze mail aan" in page
    assert "Niemand" in page


def test_readers_do_not_see_it() -> None:
    assert staff(make_reader()).get(PAGE).status_code in {302, 403, 404}
