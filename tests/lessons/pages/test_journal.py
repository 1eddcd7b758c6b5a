"""All that a reader wrote: to read, print, download, search and delete. For nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from courseapp.accounts.models import Consent
from courseapp.vault import keys
from lessons.messages import ANSWERS_WITHDRAWAL
from lessons.reading import access, keeping
from lessons.reading.models import Answer
from tests.counting import counting
from tests.databases import with_keys
from tests.factories import (
    lessons_of,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.pages.opening import address, browser_of, links, the, tree
from tests.lessons.reading.writing import SECRET, TEXT, Desk, agree, make_desk

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = with_keys
THEN = timezone.now() - timedelta(days=20)


def make_written() -> tuple[Desk, Client]:
    """A reader who wrote a text and took the check twice, weeks apart."""
    desk = make_desk(now=THEN)
    desk.write(now=THEN)
    desk.tick(1, 2, 3, 4, now=THEN)
    desk.tick(2, 3, occurrence=2, now=timezone.now())
    return desk, browser_of(desk.reader)


def test_it_gathers_all_by_lesson_with_question_and_date() -> None:
    desk, browser = make_written()
    page = tree(browser.get(address("journal")))
    section = the(page, "section.notes")
    assert "Muur of ruimte" in the(section, "h3").text()
    assert "Wat merk je vanavond?" in section.text()
    assert the(section, "blockquote.own-words").text() == TEXT
    assert address("lesson", desk.lesson.uuid) in links(browser.get(address("journal")))


def test_a_check_taken_twice_stands_side_by_side_without_a_verdict() -> None:
    _desk, browser = make_written()
    page = tree(browser.get(address("journal")))
    assert " ".join(the(page, ".note-entry .count").text().split()) == (
        "Toen 4 van de 4, nu 2 van de 4."
    )
    table = the(page, "table.takings")
    assert len(table.css("thead th")) == 3
    ticked = [
        [cell.css_first("svg") is not None for cell in row.css("td")]
        for row in table.css("tbody tr")
    ]
    assert ticked == [[True, False], [True, True], [True, True], [True, False]]


def test_two_takings_of_one_day_are_told_apart_by_their_hours() -> None:
    desk = make_desk(now=THEN)
    evening = THEN.replace(hour=18, minute=5)
    desk.tick(1, 2, now=evening)
    desk.tick(2, occurrence=2, now=evening + timedelta(hours=2))
    page = browser_of(desk.reader).get(address("journal"))
    heads = the(tree(page), "table.takings").css("thead th span:not(.unseen)")
    zone = ZoneInfo(desk.reader.time_zone)
    hours = [when.astimezone(zone) for when in (evening, evening + timedelta(hours=2))]
    assert [head.text() for head in heads] == [f"{when:%Y, %H:%M}" for when in hours]


def test_by_date_the_last_written_stands_first() -> None:
    _desk, browser = make_written()
    page = tree(browser.get(address("journal") + "?op=datum"))
    days = page.css("section.notes")
    assert len(days) == 2
    assert days[0].css_first("table.takings") is not None
    assert days[1].css_first("blockquote") is not None


def test_its_title_tells_nothing_and_nothing_keeps_the_page() -> None:
    _desk, browser = make_written()
    for name in ("journal", "journal_download", "search", "journal_delete_all"):
        response = browser.get(address(name))
        assert "no-store" in response["Cache-Control"]
    page = tree(browser.get(address("journal")))
    assert the(page, "title").text() == "Mijn schrift · Ik kies jou"
    assert the(page, "main").attributes["hx-history"] == "false"
    assert page.css_first("a[data-leave]") is not None
    assert "tel:113" in links(browser.get(address("journal")))


def test_what_was_written_stays_when_the_lesson_goes_or_the_access_ends() -> None:
    desk, browser = make_written()
    desk.course.access = "granted"
    desk.course.save(update_fields=["access"])
    publish_all(desk.course)
    response = browser.get(address("journal"))
    assert TEXT in response.content.decode()
    assert address("lesson", desk.lesson.uuid) not in links(response)
    access.grant(reader=desk.reader, course=desk.course, source="staff:test", now=THEN)
    make_lesson(desk.course.modules.get())
    desk.lesson.retired_at = timezone.now()
    desk.lesson.save()
    publish_all(desk.course)
    response = browser.get(address("journal"))
    assert TEXT in response.content.decode()
    assert "Muur of ruimte" in response.content.decode()
    assert address("lesson", desk.lesson.uuid) not in links(response)


def test_nobody_else_reads_or_deletes_it() -> None:
    desk, _browser = make_written()
    visitor, stranger = browser_of(), browser_of(make_reader())
    staff = browser_of(make_reader(is_staff=True, is_owner=True))
    one = Answer.objects.filter(kind="reflection").get()
    for name in ("journal", "journal_download", "search"):
        assert visitor.get(address(name)).status_code == HTTPStatus.FOUND
        for other in (stranger, staff):
            assert SECRET not in other.get(address(name)).content.decode()
    for other in (stranger, staff):
        assert other.post(address("journal_delete", one.id)).status_code == HTTPStatus.NOT_FOUND
        other.post(address("journal_delete_all"))
        other.post(address("journal_stop"), {"delete": "1"})
        found = other.post(address("search"), {"q": SECRET}).content.decode()
        assert found.count(SECRET) == 1  # In the field one typed it in.
    assert Answer.objects.count() == 3
    assert keeping.holds(reader=desk.reader)


def test_forms_of_other_sites_delete_nothing() -> None:
    desk, _browser = make_written()
    foreign = browser_of(desk.reader, checks_forms=True)
    one = Answer.objects.filter(kind="reflection").get()
    for page in (
        address("journal_delete", one.id),
        address("journal_delete_all"),
        address("journal_stop"),
    ):
        assert foreign.post(page).status_code == HTTPStatus.FORBIDDEN
    assert Answer.objects.count() == 3


def test_one_is_deleted_then_all_after_being_asked() -> None:
    _desk, browser = make_written()
    one = Answer.objects.filter(kind="reflection").get()
    assert browser.get(address("journal_delete", one.id)).status_code == 405
    assert browser.post(address("journal_delete", one.id))["Location"] == address("journal")
    assert Answer.objects.count() == 2
    browser.get(address("journal_delete_all"))
    assert Answer.objects.count() == 2
    browser.post(address("journal_delete_all"))
    assert not Answer.objects.exists()
    assert tree(browser.get(address("journal"))).css("section.notes") == []


@pytest.mark.parametrize(("sent", "left"), [({}, 3), ({"delete": "1"}, 0)])
def test_stopping_takes_one_press_and_may_take_along_what_is_there(
    sent: dict[str, str], left: int
) -> None:
    desk, browser = make_written()
    forms = [
        form
        for form in tree(browser.get(address("journal"))).css("form")
        if form.attributes.get("action") == address("journal_stop")
    ]
    assert len(forms) == 1
    browser.post(address("journal_stop"), sent)
    said = Consent.objects.filter(user=desk.reader, purpose="answers").latest("at")
    assert (said.act, said.wording) == ("withdrawn", str(ANSWERS_WITHDRAWAL))
    assert Answer.objects.count() == left
    page = tree(browser.get(address("journal")))
    assert page.css_first(f"form[action='{address('keep_answers')}'] button[value=yes]") is not None


def test_the_file_holds_all_of_it_in_plain_text_under_a_neutral_name() -> None:
    desk, browser = make_written()
    desk.write("\u202e<b>&amp;", block=desk.exercise, now=THEN)
    response = browser.get(address("journal_download"))
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="schrift-')
    text = response.content.decode()
    for part in (TEXT, "Wat merk je vanavond?", "[x] Ik kijk weg.", "[ ] Ik kijk weg.", "<b>&amp;"):
        assert part in text


@pytest.mark.parametrize("name", ["journal", "journal_download", "search"])
def test_after_half_an_hour_away_it_asks_who_is_there(name: str) -> None:
    _desk, browser = make_written()
    for minutes in (20, 40, 60):  # Reading on keeps it open.
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)):
            assert browser.get(address(name)).status_code == HTTPStatus.OK
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=95)):
        response = browser.get(address(name))
        assert response["Location"].startswith(address("again_code"))
        assert SECRET not in response.content.decode()
        browser.post(address("journal_delete_all"))
    assert Answer.objects.count() == 3


def test_it_costs_two_statements_and_two_for_each_course() -> None:
    desk, browser = make_written()
    other = make_course(modules=2, lessons=10)
    make_enrolment(desk.reader, other, now=THEN)
    browser.get(address("journal"))
    with counting() as few:
        browser.get(address("journal"))
    for number in range(2, 12):
        desk.tick(number, occurrence=number + 1, now=timezone.now())
    with counting() as many:
        browser.get(address("journal"))
    assert int(many) == int(few), str(many)
    assert int(few) <= 2 + 2 + 2 + 1 + 2, str(few)  # Who, notes, course, consent; being asked.


def search(browser: Client, query: str) -> tuple[int, int]:
    """How many notes and how many lessons it finds."""
    page = tree(browser.post(address("search"), {"q": query}))
    notes = page.css(".hits .own-words")
    return len(notes), len(page.css(".hits li")) - len(notes)


def test_searching_finds_words_in_open_lessons_and_own_notes() -> None:
    desk, browser = make_written()
    assert search(browser, SECRET) == (1, 0)
    assert search(browser, "ZILVERMEEUW weg") == (1, 0)
    assert search(browser, "muur") == (0, 1)
    assert search(browser, "sleutels") == (2, 1)
    assert search(browser, "een") == (0, 1)  # "Eén zin", whatever its accents.
    assert search(browser, f"{SECRET} sleutels") == (0, 0)
    assert search(browser, "   ") == (0, 0)
    other = make_course(modules=1, lessons=1, title="Ander")
    assert search(browser, "telefoon") == (0, 1)
    make_enrolment(desk.reader, other, now=THEN)
    assert search(browser, "telefoon") == (0, 2)


def test_searching_shows_no_word_of_a_lesson_that_is_not_open() -> None:
    course = make_course(modules=1, lessons=2, pace={"every_days": 60, "at": "07:00"})
    reader = make_reader()
    make_enrolment(reader, course, now=timezone.now())
    browser = browser_of(reader)
    assert search(browser, "telefoon") == (0, 1)
    assert search(browser, lessons_of(course)[1].title) == (0, 0)
    paid = make_course(access="granted", modules=1, lessons=1)
    right = access.grant(reader=reader, course=paid, source="staff:test", now=THEN)
    make_enrolment(reader, paid, now=THEN)
    assert search(browser, "telefoon") == (0, 2)
    access.revoke(access=right, now=timezone.now())
    assert search(browser, "telefoon") == (0, 1)


def test_a_search_stands_in_no_address_and_marks_what_it_found() -> None:
    _desk, browser = make_written()
    form = the(tree(browser.get(address("search"))), "form.search")
    assert form.attributes["method"] == "post"
    response = browser.post(address("search"), {"q": SECRET})
    assert response.status_code == HTTPStatus.OK
    assert the(tree(response), "mark").text() == SECRET
    assert tree(browser.get(address("search") + f"?q={SECRET}")).css(".hits") == []


def test_what_is_searched_for_is_text_and_no_markup() -> None:
    desk, browser = make_written()
    desk.write("<script>alert(1)</script> hekje", block=desk.exercise, now=THEN)
    html = browser.post(address("search"), {"q": "<script>"}).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_a_note_that_does_not_open_is_counted_and_the_rest_is_found() -> None:
    desk, browser = make_written()
    row = Answer.objects.get(kind="reflection")
    row.sealed = b"\x01" + bytes(60)
    row.save()
    assert search(browser, "sleutels") == (2, 1)
    page = tree(browser.post(address("search"), {"q": "sleutels"}))
    assert "1 antwoord" in the(page, "[aria-live]").text()
    keys.destroy([desk.reader.uuid])
    assert search(browser, "sleutels") == (0, 1)


def test_when_the_keys_are_away_the_journal_says_so(settings: Settings) -> None:
    _desk, browser = make_written()
    settings.VAULT_KEYS = []
    for name in ("journal", "journal_download"):
        response = browser.get(address(name))
        assert response.status_code in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
        assert SECRET not in response.content.decode()


def test_who_wrote_nothing_yet_is_told_where_it_will_stand() -> None:
    reader = make_reader()
    browser = browser_of(reader)
    assert tree(browser.get(address("journal"))).css("section.notes") == []
    agree(reader, now=timezone.now())
    page = tree(browser.get(address("journal")))
    assert page.css_first(f"form[action='{address('journal_stop')}']") is not None
