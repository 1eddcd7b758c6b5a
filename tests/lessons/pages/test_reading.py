"""A reader's own pages: shown to them alone, and all that can go wrong on the way."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

import pytest

from lessons.reading import access, progress
from lessons.reading.models import Finished, Position
from tests.counting import counting
from tests.factories import (
    NOW,
    lessons_of,
    make_block,
    make_course,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.pages.opening import address, browser_of, links, make_reading, nobody, the, tree

pytestmark = pytest.mark.django_db
# Session and user.
WHO = 2


def test_a_visitor_is_sent_to_sign_in_and_back() -> None:
    course = make_course()
    lesson = lessons_of(course)[0]
    for page in (address("my_courses"), address("lesson", lesson.uuid)):
        response = browser_of().get(page)
        assert response.status_code == HTTPStatus.FOUND
        assert response["Location"].endswith(f"?next={page}")


def test_private_pages_are_kept_nowhere_and_say_nothing_to_who_looks_along() -> None:
    course = make_course(title="Bindingsangst")
    lesson = lessons_of(course)[0]
    _reader, browser = make_reading(course)
    for page in (
        address("my_courses"),
        address("outline", course.uuid),
        address("lesson", lesson.uuid),
    ):
        response = browser.get(page)
        head = the(tree(response), "head")
        assert "no-store" in response["Cache-Control"]
        assert the(head, "meta[name=robots]").attributes["content"] == "noindex"
        for word in (course.title, lesson.title):
            assert word not in (head.html or "")
        assert the(tree(response), "main").attributes["hx-history"] == "false"
        assert tree(response).css_first("a[data-leave]") is not None


def test_my_courses_lead_on_where_the_reader_was() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    assert address("continue", course.uuid) in links(browser.get(address("my_courses")))


def test_without_a_course_the_page_points_to_one() -> None:
    course = make_course()
    browser = browser_of(make_reader())
    assert address("course", course.slug) in links(browser.get(address("my_courses")))


def test_the_outline_tells_each_lesson_s_state_in_words() -> None:
    course = make_course(modules=1, lessons=3)
    reader, browser = make_reading(course)
    first, second, _third = lessons_of(course)
    progress.finish(reader=reader, lesson=first.uuid, now=NOW)
    progress.open_lesson(reader=reader, lesson=second.uuid, now=NOW)
    rows = tree(browser.get(address("outline", course.uuid))).css(".lessons > li")
    assert [row.attributes["class"] for row in rows] == ["finished", "started", "open"]
    said = [the(row, ".unseen").text() for row in rows]
    assert len(set(said)) == 3


def test_the_outline_of_a_course_one_has_not_begun_is_its_public_page() -> None:
    course = make_course()
    response = browser_of(make_reader()).get(address("outline", course.uuid))
    assert response["Location"] == address("course", course.slug)


def test_going_on_leads_to_the_block_where_the_reader_stopped() -> None:
    course = make_course()
    reader, browser = make_reading(course)
    second = lessons_of(course)[1]
    block = UUID(second.blocks[0]["id"])
    progress.keep_position(reader=reader, lesson=second.uuid, block=block, now=NOW)
    response = browser.get(address("continue", course.uuid))
    assert response["Location"] == f"{address('lesson', second.uuid)}#b-{block}"
    assert f'id="b-{block}"' in browser.get(response["Location"]).content.decode()


def test_going_on_when_all_is_read_leads_to_the_outline() -> None:
    course = make_course(modules=1, lessons=1)
    reader, browser = make_reading(course)
    progress.finish(reader=reader, lesson=lessons_of(course)[0].uuid, now=NOW)
    response = browser.get(address("continue", course.uuid))
    assert response["Location"] == address("outline", course.uuid)


def test_going_on_in_a_course_one_has_not_begun_asks_to_begin() -> None:
    course = make_course()
    response = browser_of(make_reader()).get(address("continue", course.uuid))
    assert response["Location"] == address("enrol", course.slug)


def test_a_lesson_shows_its_text_its_neighbours_and_the_button() -> None:
    course = make_course(modules=1, lessons=3)
    _reader, browser = make_reading(course)
    first, second, third = lessons_of(course)
    response = browser.get(address("lesson", second.uuid))
    assert "Het is stil in huis." in response.content.decode()
    found = links(response)
    assert {address("lesson", first.uuid), address("lesson", third.uuid)} <= found
    assert tree(response).css_first(f"form[action='{address('finish', second.uuid)}']") is not None
    assert {"tel:112", "tel:113", "tel:08000113", "tel:08002000"} <= found


def test_finishing_without_htmx_comes_back_to_the_end_of_the_lesson() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    lesson = lessons_of(course)[0]
    response = browser.post(address("finish", lesson.uuid))
    assert response["Location"] == f"{address('lesson', lesson.uuid)}#ending"
    assert tree(browser.get(address("lesson", lesson.uuid))).css_first("#ending .done") is not None
    assert Finished.objects.get().lesson == lesson


def test_finishing_with_htmx_gives_the_end_and_the_row_of_the_page() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    lesson = lessons_of(course)[0]
    response = browser.post(address("finish", lesson.uuid), headers={"HX-Request": "true"})
    page = tree(response)
    assert page.css_first("h1") is None
    assert page.css_first("#ending .done") is not None
    assert page.css_first("#stand[hx-swap-oob] i.finished.here") is not None


def test_a_finished_lesson_shows_on_the_kept_page_of_its_reader_alone() -> None:
    course = make_course()
    (_one, first), (_other, second) = make_reading(course), make_reading(course)
    lesson = lessons_of(course)[0]
    page = address("lesson", lesson.uuid)
    first.get(page), second.get(page)
    first.post(address("finish", lesson.uuid))
    assert tree(first.get(page)).css_first("#ending .done") is not None
    assert tree(first.get(page)).css_first("#stand i.finished") is not None
    assert tree(second.get(page)).css_first("#ending .done") is None
    assert tree(second.get(page)).css_first("#stand i.finished") is None


def test_each_reader_s_page_carries_their_own_token() -> None:
    course = make_course()
    lesson = lessons_of(course)[0]
    for _each in range(2):
        reader, _browser = make_reading(course)
        browser = browser_of(reader, checks_forms=True)
        form = the(tree(browser.get(address("lesson", lesson.uuid))), "#ending form")
        token = the(form, "input").attributes["value"]
        response = browser.post(address("finish", lesson.uuid), {"csrfmiddlewaretoken": token})
        assert response.status_code == HTTPStatus.FOUND
    assert Finished.objects.count() == 2


def test_a_form_of_another_site_finishes_nothing() -> None:
    course = make_course()
    reader, _browser = make_reading(course)
    browser = browser_of(reader, checks_forms=True)
    response = browser.post(address("finish", lessons_of(course)[0].uuid))
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert not Finished.objects.exists()


def test_a_lesson_of_a_course_one_has_not_begun_asks_to_begin_and_shows_nothing() -> None:
    course = make_course()
    lesson = lessons_of(course)[0]
    browser = browser_of(make_reader())
    response = browser.get(address("lesson", lesson.uuid))
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert address("enrol", course.slug) in links(response)
    assert "Het is stil in huis." not in response.content.decode()
    assert browser.post(address("finish", lesson.uuid)).status_code == HTTPStatus.FORBIDDEN
    assert not Finished.objects.exists()


def test_a_lesson_that_opens_later_says_when() -> None:
    course = make_course(pace={"every_days": 60, "at": "07:00"})
    _reader, browser = make_reading(course)
    response = browser.get(address("lesson", lessons_of(course)[3].uuid))
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "07:00" in the(tree(response), ".lead").text()
    rows = tree(browser.get(address("outline", course.uuid))).css(".lessons > li.later")
    assert rows
    assert all("07:00" in row.text() and row.css_first("a") is None for row in rows)


def test_a_lesson_taken_out_points_onward_and_keeps_what_was_finished() -> None:
    course = make_course(modules=1, lessons=3)
    reader, browser = make_reading(course)
    first, second, _third = lessons_of(course)
    progress.finish(reader=reader, lesson=first.uuid, now=NOW)
    first.retired_at = NOW
    first.save(update_fields=["retired_at"])
    publish_all(course)
    response = browser.get(address("lesson", first.uuid))
    assert response.status_code == HTTPStatus.GONE
    assert address("lesson", second.uuid) in links(response)
    assert Finished.objects.count() == 1


def test_a_right_that_ends_closes_the_training_s_lessons() -> None:
    course = make_course(access="granted")
    reader = make_reader()
    right = access.grant(reader=reader, course=course, source="staff:test", now=NOW)
    browser = browser_of(reader)
    browser.post(address("enrol", course.slug))
    page = address("lesson", lessons_of(course)[0].uuid)
    assert browser.get(page).status_code == HTTPStatus.OK
    access.revoke(access=right, now=NOW)
    response = browser.get(page)
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "Het is stil in huis." not in response.content.decode()


def test_the_place_is_kept_and_nonsense_means_the_top() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    lesson = lessons_of(course)[0]
    block = lesson.blocks[0]["id"]
    for said, kept in ((block, UUID(block)), ("\x00", None), (str(nobody()), None)):
        response = browser.post(address("position", lesson.uuid), {"block": said})
        assert response.status_code == HTTPStatus.NO_CONTENT
        assert Position.objects.get().block == kept


def test_ids_that_are_none_and_wrong_methods_are_refused() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    lesson = lessons_of(course)[0]
    for missing in (
        "/mijn/les/geen-uuid/",
        address("lesson", nobody()),
        address("outline", nobody()),
        address("continue", nobody()),
    ):
        assert browser.get(missing).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(address("finish", nobody())).status_code == HTTPStatus.NOT_FOUND
    for name in ("finish", "position"):
        wrong = browser.get(address(name, lesson.uuid))
        assert wrong.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    wrong = browser.post(address("lesson", lesson.uuid))
    assert wrong.status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("lessons", [2, 20])
def test_statements_do_not_grow_with_the_course(lessons: int) -> None:
    course = make_course(modules=2, lessons=lessons)
    _reader, browser = make_reading(course)
    lesson = lessons_of(course)[0]
    with counting() as opening:
        browser.get(address("lesson", lesson.uuid))
    with counting() as reading:
        browser.get(address("lesson", lesson.uuid))
    with counting() as outline:
        browser.get(address("outline", course.uuid))
    with counting() as finishing:
        browser.post(address("finish", lesson.uuid))
    assert int(opening) <= WHO + 4, opening
    assert int(reading) <= WHO + 4, reading
    assert int(outline) <= WHO + 3, outline
    assert int(finishing) <= WHO + 6, finishing


def test_a_lesson_with_an_offer_stays_within_its_statements() -> None:
    target = make_course()
    course = make_course(modules=1, lessons=0, live=False)
    offer = make_block("offer", title="Verder", body="Rustig aan.", course=target.slug)
    lesson = make_lesson(course.modules.get(), blocks=[offer])
    publish_all(course)
    _reader, browser = make_reading(course)
    with counting() as opening:
        response = browser.get(address("lesson", lesson.uuid))
    assert int(opening) <= WHO + 4, opening
    assert address("course", target.slug) in links(response)


def test_a_later_lesson_s_date_stands_at_the_end_of_the_one_before() -> None:
    course = make_course(modules=1, lessons=2, pace={"every_days": 60, "at": "07:00"})
    _reader, browser = make_reading(course)
    first, second = lessons_of(course)
    browser.post(address("finish", first.uuid))
    response = browser.get(address("lesson", first.uuid))
    assert address("lesson", second.uuid) not in links(response)
    assert "07:00" in the(tree(response), "#ending").text()
