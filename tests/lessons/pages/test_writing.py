"""The places to write below a lesson: as each reader finds them, and what a form there does."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from courseapp.accounts.models import Consent
from courseapp.post.models import Letter
from lessons.messages import ANSWERS_CONSENT, ANSWERS_DECLINED
from lessons.pages import kept, rendering, rows
from lessons.reading import access, answers
from lessons.reading.models import Answer
from lessons.reading.replies import TEXT_MAX, Ticked, Written
from tests.counting import counting
from tests.databases import with_keys
from tests.factories import lessons_of, make_course, make_reader, publish_all
from tests.lessons.pages.opening import address, browser_of, make_reading, nobody, the, tree
from tests.lessons.reading.writing import SECRET, TEXT, Desk, agree, decline, make_desk

if TYPE_CHECKING:
    from django.test import Client
    from selectolax.lexbor import LexborHTMLParser as HTMLParser

pytestmark = with_keys
WHO = 2  # Session and user.
JSON = {"Accept": "application/json"}


def make_writing(*, agreed: bool = True) -> tuple[Desk, Client]:
    """A reader with a course to write in, as of now, and the browser."""
    desk = make_desk(agreed=agreed, now=timezone.now() - timedelta(hours=1))
    return desk, browser_of(desk.reader)


def lesson(desk: Desk, browser: Client, query: str = "") -> HTMLParser:
    return tree(browser.get(address("lesson", desk.lesson.uuid) + query))


def send(desk: Desk, browser: Client, *, json: bool = False, **fields: Any) -> Any:
    """The form below the reflection."""
    page = address("write", desk.lesson.uuid, fields.pop("block", desk.reflection))
    return browser.post(page, {"tag": "", **fields}, headers=JSON if json else {})


def send_ticks(desk: Desk, browser: Client, *, json: bool = False, **fields: Any) -> Any:
    page = address("tick", desk.lesson.uuid, desk.check)
    body = {"tag": "", "occurrence": "1", **fields}
    return browser.post(page, body, headers=JSON if json else {})


def content(desk: Desk, kind: str = "reflection") -> Any:
    """The newest kept answer of this kind, opened."""
    rows = Answer.objects.filter(enrolment=desk.enrolment, kind=kind).order_by("occurrence")
    return answers.opened(desk.reader, rows)[-1].content


def test_the_first_place_to_write_asks_once_in_the_words_that_are_recorded() -> None:
    desk, browser = make_writing(agreed=False)
    page = lesson(desk, browser)
    (ask,) = page.css("form.ask")
    assert str(ANSWERS_CONSENT) in ask.text()
    assert page.css("form.write") == []
    where = {"lesson": desk.lesson.uuid, "block": desk.reflection}
    response = browser.post(address("keep_answers"), {"keep": "yes", **where})
    assert response["Location"] == f"{address('lesson', desk.lesson.uuid)}#b-{desk.reflection}"
    said = Consent.objects.get(purpose="answers")
    assert (said.act, said.wording) == ("given", str(ANSWERS_CONSENT))
    page = lesson(desk, browser)
    assert page.css("form.ask") == []
    assert len(page.css("form.write")) == 3


def test_a_no_is_heard_everywhere_and_can_be_changed() -> None:
    desk, browser = make_writing(agreed=False)
    where = {"lesson": desk.lesson.uuid, "block": desk.reflection}
    browser.post(address("keep_answers"), {"keep": "no", **where})
    said = Consent.objects.get(purpose="answers")
    assert (said.act, said.wording) == ("withdrawn", str(ANSWERS_DECLINED))
    page = lesson(desk, browser)
    assert page.css("form.ask, form.write") == []
    assert page.css_first(f".b-reflection a[href='{address('journal')}']") is not None
    assert page.css_first("form[data-selfcheck]") is not None
    browser.post(address("keep_answers"), {"keep": "yes"})
    assert len(lesson(desk, browser).css("form.write")) == 3


@pytest.mark.parametrize("said", ["", "perhaps", "YES"])
def test_what_is_no_yes_is_no_consent(said: str) -> None:
    desk, browser = make_writing(agreed=False)
    response = browser.post(address("keep_answers"), {"keep": said, "lesson": "x", "block": "\x00"})
    assert response["Location"] == address("journal")
    assert not Consent.objects.filter(purpose="answers").exists()
    assert len(lesson(desk, browser).css("form.ask")) == 1


def test_a_reflection_to_keep_in_mind_has_no_place_to_write() -> None:
    desk, browser = make_writing()
    block = the(lesson(desk, browser), f"#b-{desk.in_mind}")
    assert block.css("form, textarea, a") == []
    assert send(desk, browser, text=TEXT, block=desk.in_mind).status_code == HTTPStatus.NOT_FOUND


def test_a_text_sent_without_scripts_comes_back_to_its_place_and_says_it_is_kept() -> None:
    desk, browser = make_writing()
    response = send(desk, browser, text="\nRegel een\r\nregel twee <b>")
    assert response["Location"] == f"{address('lesson', desk.lesson.uuid)}#b-{desk.reflection}"
    form = the(lesson(desk, browser), f"#w-{desk.reflection}")
    assert the(form, "textarea").text() == "\nRegel een\nregel twee <b>"
    assert the(form, ".state.saved").text().strip()
    assert "Versleuteld. Niet leesbaar in het beheer." in form.text()
    tag = the(form, "input[name=tag]").attributes["value"]
    send(desk, browser, text="Anders.", tag=tag)
    assert content(desk) == Written("", "Wat merk je vanavond?", "Anders.")


def test_one_reader_s_words_never_come_into_another_s_page() -> None:
    desk, browser = make_writing()
    send(desk, browser, text=TEXT)
    for reader in (desk.reader, make_reading(desk.course)[0]):
        agree(reader, now=timezone.now())
        html = browser_of(reader).get(address("lesson", desk.lesson.uuid)).content.decode()
        assert (SECRET in html) is (reader == desk.reader)
        assert "\x00" not in html
    for cache in (kept._pages, rendering._bodies, rows._rows, rows._modules):
        assert SECRET not in repr([cache._newer, cache._older])


def test_of_two_windows_the_second_gets_both_texts_and_then_decides() -> None:
    desk, browser = make_writing()
    send(desk, browser, text="Venster een.")
    response = send(desk, browser, text="Venster twee.")
    assert response.status_code == HTTPStatus.CONFLICT
    page = tree(response)
    assert the(page, "blockquote").text() == "Venster een."
    assert the(page, "textarea").text() == "Venster twee."
    assert content(desk).text == "Venster een."
    tag = the(page, "input[name=tag]").attributes["value"]
    send(desk, browser, text="Venster een. Venster twee.", tag=tag)
    assert content(desk).text == "Venster een. Venster twee."


def test_the_script_is_told_the_tag_and_what_another_window_kept() -> None:
    desk, browser = make_writing()
    first = send(desk, browser, json=True, text="Een.")
    assert (first.status_code, set(first.json())) == (200, {"tag", "is_there"})
    told = send(desk, browser, json=True, text="Twee.")
    assert told.status_code == HTTPStatus.CONFLICT
    assert told.json()["theirs"] == {"text": "Een."}
    assert told.json()["tag"] == first.json()["tag"]
    again = send(desk, browser, json=True, text="", tag=first.json()["tag"])
    assert again.json() == {"tag": "", "is_there": False}
    for response in (first, told, again):
        assert "no-store" in response["Cache-Control"]
    gone = send(desk, browser, json=True, text="Drie.", tag=first.json()["tag"])
    assert (gone.status_code, gone.json()["theirs"]) == (409, None)


@pytest.mark.parametrize(
    "text", ["x" * (TEXT_MAX + 1), "lang " * 200_000, "nul\x00byte", "\x1b[31m"], ids=len
)
def test_what_cannot_be_kept_comes_back_whole_with_a_sentence(text: str) -> None:
    desk, browser = make_writing()
    response = send(desk, browser, text=text)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    page = tree(response)
    assert len(the(page, ".lead").text()) > 40
    returned = the(page, "textarea").text()
    assert len(returned) == len(text)
    assert not Answer.objects.exists()


def test_a_text_that_runs_the_other_way_stands_apart() -> None:
    desk, browser = make_writing()
    send(desk, browser, text="\u202eomgekeerd")
    area = the(lesson(desk, browser), f"#w-{desk.reflection} textarea")
    assert (area.attributes["dir"], area.text()) == ("auto", "\u202eomgekeerd")
    quoted = the(tree(browser.get(address("journal"))), "blockquote.own-words")
    assert (quoted.attributes["dir"], quoted.text()) == ("auto", "\u202eomgekeerd")


def test_when_the_consent_is_gone_the_text_comes_back_and_nothing_is_kept() -> None:
    desk, browser = make_writing()
    decline(desk.reader, now=timezone.now())
    response = send(desk, browser, text=TEXT)
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert the(tree(response), "textarea").text() == TEXT
    told = send(desk, browser, json=True, text=TEXT)
    assert (told.status_code, told.json()["code"]) == (403, "answers_not_kept")
    assert not Answer.objects.exists()


def test_when_access_has_ended_the_text_comes_back_and_nothing_is_kept() -> None:
    desk, browser = make_writing()
    desk.course.access = "granted"
    desk.course.save(update_fields=["access"])
    publish_all(desk.course)
    response = send(desk, browser, text=TEXT)
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert the(tree(response), "textarea").text() == TEXT
    access.grant(reader=desk.reader, course=desk.course, source="staff:test", now=timezone.now())
    assert send(desk, browser, text=TEXT).status_code == HTTPStatus.FOUND


def test_what_one_reader_typed_is_not_kept_as_another_s_who_signed_in_since() -> None:
    desk, _browser = make_writing()
    other, theirs = make_reading(desk.course)
    agree(other, now=timezone.now())
    response = send(desk, theirs, text=TEXT, who=str(desk.reader.uuid))
    assert response.status_code == HTTPStatus.FORBIDDEN
    told = send(desk, theirs, json=True, text=TEXT, who=str(desk.reader.uuid))
    assert told.json()["code"] == "somebody_else"
    assert not Answer.objects.exists()


def test_a_form_of_another_site_keeps_nothing_and_a_visitor_is_sent_to_sign_in() -> None:
    desk, _browser = make_writing()
    foreign = browser_of(desk.reader, checks_forms=True)
    for name in ("write", "tick"):
        page = address(name, desk.lesson.uuid, desk.reflection)
        assert foreign.post(page, {"text": TEXT}).status_code == HTTPStatus.FORBIDDEN
        assert browser_of().post(page, {"text": TEXT})["Location"].endswith("?next=/mijn/")
        back = browser_of(desk.reader).get(page)["Location"]
        assert back == f"{address('lesson', desk.lesson.uuid)}#b-{desk.reflection}"
        fresh = browser_of(desk.reader).get(page, headers=JSON)
        assert set(fresh.json()) == {"token"}
    assert foreign.post(address("keep_answers"), {"keep": "yes"}).status_code == 403
    assert not Answer.objects.exists()


def test_a_lesson_or_block_that_is_none_is_no_place_to_write() -> None:
    desk, browser = make_writing()
    assert send(desk, browser, text=TEXT, block=nobody()).status_code == HTTPStatus.NOT_FOUND
    page = address("write", nobody(), desk.reflection)
    assert browser.post(page, {"text": TEXT}).status_code == HTTPStatus.NOT_FOUND


def test_ticks_are_kept_and_shown_and_counted_without_a_verdict() -> None:
    desk, browser = make_writing()
    send_ticks(desk, browser, recognised=["1", "3", "x", "99", "-1"])
    form = the(lesson(desk, browser), f"#w-{desk.check}")
    boxes = form.css("input[type=checkbox]")
    assert ["checked" in box.attributes for box in boxes] == [True, False, True, False]
    assert the(form, ".count").text() == "Je herkent 2 van de 4."
    assert isinstance(content(desk, "selfcheck"), Ticked)


def test_a_check_taken_again_begins_empty_and_stands_beside_the_earlier() -> None:
    desk, browser = make_writing()
    send_ticks(desk, browser, recognised=["1", "2", "3", "4"])
    page = lesson(desk, browser)
    again = the(page, f"#b-{desk.check} .kept a[href^='?']").attributes["href"] or ""
    assert again.startswith("?opnieuw=")
    form = the(lesson(desk, browser, again.partition("#")[0]), f"#w-{desk.check}")
    assert form.css("input[checked]") == []
    assert the(form, ".count").text() == ""
    assert Answer.objects.count() == 1
    occurrence = the(form, "input[name=occurrence]").attributes["value"]
    send_ticks(desk, browser, occurrence=occurrence, recognised=["2", "3"])
    form = the(lesson(desk, browser), f"#w-{desk.check}")
    assert the(form, ".count").text() == "Toen 4, nu 2 van de 4."
    assert len(form.css(".earlier li")) == 1
    assert Answer.objects.count() == 2


def test_ticks_of_two_windows_are_shown_to_the_second() -> None:
    desk, browser = make_writing()
    send_ticks(desk, browser, recognised=["1"])
    response = send_ticks(desk, browser, recognised=["2", "3"])
    assert response.status_code == HTTPStatus.CONFLICT
    page = tree(response)
    assert "Ik kijk weg." in the(page, "section.box").text()
    told = send_ticks(desk, browser, json=True, recognised=["2"]).json()
    assert (told["theirs"], told["occurrence"]) == ({"recognised": [1]}, 1)
    fields: dict[str, Any] = {
        str(node.attributes["name"]): node.attributes["value"]
        for node in page.css("form.write input")
    }
    fields["recognised"] = ["2", "3"]
    send_ticks(desk, browser, **fields)
    assert content(desk, "selfcheck").recognised == {2, 3}


def test_the_page_of_who_did_not_agree_costs_no_statement_more_and_of_who_did_two() -> None:
    desk, browser = make_writing()
    send(desk, browser, text=TEXT)
    send_ticks(desk, browser, recognised=["1"])
    plain = browser_of(make_reading(desk.course)[0])
    page = address("lesson", desk.lesson.uuid)
    for one in (browser, plain):
        one.get(page)
    with counting() as mine:
        browser.get(page)
    with counting() as others:
        plain.get(page)
    assert int(others) <= WHO + 3, str(others)
    assert int(mine) == int(others) + 2, str(mine)
    assert not [one for one in others.statements if "answer" in one and "lessons_answer" in one]


def test_a_lesson_without_a_place_to_write_asks_for_no_answers() -> None:
    course = make_course(modules=1, lessons=1)
    reader, browser = make_reading(course)
    agree(reader, now=timezone.now())
    page = address("lesson", lessons_of(course)[0].uuid)
    browser.get(page)
    with counting() as reading:
        browser.get(page)
    assert int(reading) <= WHO + 3, str(reading)


def test_nothing_of_it_is_logged_or_mailed(caplog: pytest.LogCaptureFixture) -> None:
    desk, browser = make_writing()
    with caplog.at_level(logging.DEBUG):
        send(desk, browser, text=TEXT)
        send(desk, browser, text=f"{TEXT} Anders.")
        send(desk, browser, text=TEXT + "\x00")
        lesson(desk, browser)
        browser.get(address("journal"))
        browser.post(address("search"), {"q": SECRET})
    assert SECRET not in caplog.text
    assert SECRET not in repr([record.args for record in caplog.records])
    assert mail.outbox == []
    assert not Letter.objects.filter(text__contains=SECRET).exists()


def test_visitors_and_who_is_not_enrolled_find_the_lesson_as_before() -> None:
    desk, _browser = make_writing()
    desk.lesson.open_to_all = True
    desk.lesson.save(update_fields=["open_to_all"])
    publish_all(desk.course)
    stranger = make_reader()
    agree(stranger, now=timezone.now())
    public = address("open_lesson", desk.course.slug, desk.lesson.slug)
    for page in (
        browser_of().get(public),
        browser_of(stranger).get(address("lesson", desk.lesson.uuid)),
    ):
        assert tree(page).css("form.ask, form.write") == []
        assert tree(page).css_first("form[data-selfcheck]") is not None
        assert "\x00" not in page.content.decode()
