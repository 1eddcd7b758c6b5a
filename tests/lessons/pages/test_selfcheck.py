"""A self-check without JavaScript: counted and forgotten."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session

from tests.counting import counting
from tests.factories import (
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.pages.opening import (
    address,
    browser_of,
    make_course_of_blocks,
    make_reading,
    nobody,
    the,
    tree,
)

if TYPE_CHECKING:
    from django.test import Client

    from lessons.content.models import Course, Lesson

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CACHING = ("Cache-Control", "Vary", "ETag")
STATEMENTS = ["Ik kijk weg.", "Ik zoek mijn sleutels.", "Ik wacht."]


def make_check() -> tuple[Course, Lesson, str]:
    block = make_block("selfcheck", title="Herken je dit?", statements=STATEMENTS)
    course, lesson = make_course_of_blocks([block])
    return course, lesson, address("selfcheck", lesson.uuid, block["id"])


@pytest.mark.parametrize(
    ("ticked", "count"), [([], 0), (["1", "3"], 2), (["2", "2"], 1), (["1", "9", "x"], 1)]
)
def test_what_was_ticked_is_counted(ticked: list[str], count: int) -> None:
    _course, _lesson, page = make_check()
    response = browser_of().post(page, {"recognised": ticked})
    said = the(tree(response), ".count").text()
    assert [int(word.strip(".")) for word in said.split() if word.strip(".").isdigit()] == [
        count,
        3,
    ]


def test_nothing_of_it_is_written_logged_or_in_an_address(caplog: pytest.LogCaptureFixture) -> None:
    _course, _lesson, page = make_check()
    browser = browser_of()
    with caplog.at_level(logging.DEBUG), counting() as count:
        response = browser.post(page, {"recognised": ["1", "2"]})
    assert not [one for one in count.statements if not one.startswith("SELECT")]
    assert not Session.objects.exists()
    assert "recognised" not in caplog.text
    assert "no-store" in response["Cache-Control"]
    assert response.status_code == HTTPStatus.OK
    assert STATEMENTS[0] not in response.content.decode()


@pytest.mark.parametrize("way", ["open_lesson", "lesson"])
def test_it_takes_the_token_of_its_page_from_visitors_and_readers(way: str) -> None:
    course, lesson, page = make_check()
    browser = browser_of(checks_forms=True)
    names: list[object] = [course.slug, lesson.slug]
    if way == "lesson":
        reader, names = make_reader(), [lesson.uuid]
        make_enrolment(reader, course)
        browser = browser_of(reader, checks_forms=True)
    form = the(tree(browser.get(address(way, *names))), f"form[action='{page}']")
    token = the(form, "input[name=csrfmiddlewaretoken]").attributes["value"]
    with_token = {"recognised": ["1"], "csrfmiddlewaretoken": token}
    assert browser.post(page, with_token).status_code == HTTPStatus.OK
    for wrong in ({}, {"csrfmiddlewaretoken": "x" * 64}):
        answer = browser.post(page, {"recognised": ["1"], **wrong})
        assert answer.status_code == HTTPStatus.FORBIDDEN


def test_the_form_brings_no_cookie_that_the_page_had_not_and_no_token_of_another(
    client: Client,
) -> None:
    """Each page carries a token already, for the choice of a language; the blocks are shared."""
    course, lesson, _page = make_check()
    bare = make_lesson(course.modules.get(), blocks=[make_block()], open_to_all=True)
    publish_all(course)
    other = browser_of()
    without = other.get(address("open_lesson", course.slug, bare.slug))
    cookies = {name: one.value for name, one in other.cookies.items()}
    place = address("open_lesson", course.slug, lesson.slug)
    pages = [one.get(place) for one in (other, client, browser_of(make_reader()))]
    tokens = [re.findall(TOKEN, page.content.decode()) for page in pages]
    assert {name: one.value for name, one in other.cookies.items()} == cookies
    assert [without.headers.get(name) for name in CACHING] == [
        pages[0].headers.get(name) for name in CACHING
    ]
    assert [len(each) for each in tokens] == [2, 2, 2]
    assert len({each[0] for each in tokens}) == 3
    assert not any(b"\0" in page.content for page in pages)


def test_the_form_in_the_lesson_leads_to_it_and_can_be_remembered_by_no_browser() -> None:
    course, lesson, page = make_check()
    html = tree(browser_of().get(address("open_lesson", course.slug, lesson.slug)))
    form = the(html, f"form[action='{page}']")
    assert form.attributes["method"] == "post"
    assert form.attributes["autocomplete"] == "off"
    ticks = [one.attributes["value"] for one in form.css("input[type=checkbox]")]
    assert ticks == ["1", "2", "3"]


def test_its_address_alone_leads_back_to_the_lesson() -> None:
    _course, lesson, page = make_check()
    assert browser_of().get(page)["Location"] == address("lesson", lesson.uuid)


def test_a_closed_lesson_s_check_is_closed_as_well() -> None:
    block = make_block("selfcheck", title="Herken je dit?", statements=STATEMENTS)
    course = make_course(modules=1, lessons=0, live=False)
    lesson = make_lesson(course.modules.get(), blocks=[block])
    publish_all(course)
    page = address("selfcheck", lesson.uuid, block["id"])
    assert browser_of().post(page).status_code == HTTPStatus.FORBIDDEN
    assert browser_of(make_reader()).post(page).status_code == HTTPStatus.FORBIDDEN
    _reader, browser = make_reading(course)
    assert browser.post(page).status_code == HTTPStatus.OK


def test_a_block_that_is_no_check_is_not_there() -> None:
    text = make_block()
    _course, lesson = make_course_of_blocks([text])
    for block in (text["id"], nobody()):
        page = address("selfcheck", lesson.uuid, block)
        assert browser_of().post(page).status_code == HTTPStatus.NOT_FOUND
