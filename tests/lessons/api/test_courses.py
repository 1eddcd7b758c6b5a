"""Courses and outlines by the API."""

from __future__ import annotations

import json

import pytest

from tests.counting import counting
from tests.factories import (
    lessons_of,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.api.calling import Caller, token_of

pytestmark = pytest.mark.django_db
BESIDE = 2  # The session and the user.


def test_the_list_holds_live_courses_by_title_and_no_drafts() -> None:
    make_course(title="B")
    make_course(title="A")
    make_course(title="C", live=False)
    status, page = Caller().get("courses/")
    assert status == 200
    assert [course["title"] for course in page["results"]] == ["A", "B"]


def test_pages_lead_on_and_back() -> None:
    for title in "ABCDE":
        make_course(title=title)
    caller, seen, back = Caller(), [], []
    path = "courses/?limit=2"
    while path:
        page = caller.get(path)[1]
        seen.append([course["title"] for course in page["results"]])
        path = (page["next"] or "").partition("/api/v1/")[2]
    path = page["previous"].partition("/api/v1/")[2]
    while path:
        page = caller.get(path)[1]
        back.append([course["title"] for course in page["results"]])
        path = (page["previous"] or "").partition("/api/v1/")[2]
    assert seen == [["A", "B"], ["C", "D"], ["E"]]
    assert back == [["C", "D"], ["A", "B"]]


@pytest.mark.parametrize("cursor", ["", "x", "YWZ0ZXI6eA", "%00", "é", "=", "A" * 5000])
def test_a_cursor_of_ones_own_making_is_refused(cursor: str) -> None:
    make_course()
    status, problem = Caller().get(f"courses/?cursor={cursor}")
    assert (status, problem["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "x", "", "٣", "9" * 5000, "%00"])
def test_a_limit_is_a_number_from_1_to_100(limit: str) -> None:
    status, problem = Caller().get(f"courses/?limit={limit}")
    assert (status, problem["code"]) == (400, "invalid_input")
    assert problem["errors"][0]["field"] == "limit"


def test_the_public_face_has_modules_and_lessons_but_not_their_text() -> None:
    course = make_course(description="Voor wie *twijfelt*.")
    canary = make_block(body="kanarie")
    lesson = make_lesson(course.modules.all()[0], blocks=[canary])
    publish_all(course)
    _status, told = Caller().get(f"courses/{course.slug}/")
    assert [one["uuid"] for module in told["modules"] for one in module["lessons"]] == [
        str(one.uuid) for one in lessons_of(course)
    ]
    assert str(lesson.uuid) in json.dumps(told)
    assert "kanarie" not in json.dumps(told)
    assert told["description_html"] == "<p>Voor wie <em>twijfelt</em>.</p>"


@pytest.mark.parametrize("path", ["courses/no-such/", "courses/no-such/outline/"])
def test_an_unknown_course_and_a_draft_are_not_found(path: str) -> None:
    make_course(slug="draft", live=False)
    for slug in ("no-such", "draft"):
        status, problem = Caller().get(path.replace("no-such", slug))
        assert (status, problem["code"]) == (404, "course_not_found")


def test_a_visitor_gets_the_outline_without_progress() -> None:
    course = make_course()
    status, told = Caller().get(f"courses/{course.slug}/outline/")
    assert (status, told["enrolled_at"], told["percent"], told["resume"]) == (200, None, 0, None)
    states = {lesson["state"] for module in told["modules"] for lesson in module["lessons"]}
    assert states == {"closed"}


def test_a_token_that_does_not_hold_is_no_silent_visitor() -> None:
    course, caller = make_course(), Caller()
    for token in ("x", "0" * 32, "é", ""):
        caller.headers = {"X-Session-Token": token}
        status, problem = caller.get(f"courses/{course.slug}/outline/")
        assert (status, problem["code"]) == (401, "invalid_token")


def test_only_the_public_face_may_be_kept() -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    lesson = lessons_of(course)[0]
    caller = Caller(reader)

    def caching(path: str) -> str:
        response = caller.client.get(f"/api/v1/{path}", headers=caller.headers)
        assert response.status_code == 200
        return str(response["Cache-Control"])

    for path in ("courses/", f"courses/{course.slug}/"):
        assert caching(path) == "no-cache"
    for path in (f"courses/{course.slug}/outline/", f"lessons/{lesson.uuid}/", "enrolments/"):
        assert caching(path) == "private, no-store"


@pytest.mark.parametrize("signed_in_by", ["token", "session"])
@pytest.mark.parametrize("lessons", [2, 40])
def test_an_outline_takes_one_statement_beyond_session_and_user_however_long(
    lessons: int, signed_in_by: str
) -> None:
    course, reader = make_course(modules=1, lessons=lessons), make_reader()
    make_enrolment(reader, course)
    caller = Caller()
    if signed_in_by == "session":
        caller.client.force_login(reader)
    else:
        caller.headers = {"X-Session-Token": token_of(reader)}
    Caller().get(f"courses/{course.slug}/")  # The edition is in memory, as it is after a start.
    with counting() as count:
        assert caller.get(f"courses/{course.slug}/outline/")[0] == 200
    assert int(count) == 1 + BESIDE, str(count)


@pytest.mark.usefixtures("noon")
def test_an_outline_of_forty_lessons_is_at_most_15_kb() -> None:
    course, reader = make_course(modules=4, lessons=0, live=False), make_reader()
    for module in course.modules.all():
        for _ in range(10):
            make_lesson(module, title="Waarom je afstand neemt als het dichtbij komt: de muur")
    course.pace = {"every_days": 2, "at": "07:00"}
    course.save()
    publish_all(course)
    make_enrolment(reader, course)
    caller = Caller(reader)
    response = caller.client.get(f"/api/v1/courses/{course.slug}/outline/", headers=caller.headers)
    assert b'"opens_at":"20' in response.content
    assert 5_000 < len(response.content) <= 15 * 1024
