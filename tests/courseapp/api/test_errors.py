"""Whatever is sent to the API, what is wrong gets a problem that says so, and never a 500."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.test import Client

from courseapp.api import errors
from courseapp.errors import Refused
from lessons.reading.models import Enrolment
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.api.calling import Caller, begin, token_of
from tests.signing import let_in

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
KEYS = {"type", "title", "status", "detail", "code"}


def problem_of(response: Any) -> dict[str, Any]:
    """The problem that an answer is; fails for anything that is none."""
    assert response["Content-Type"] == "application/problem+json"
    assert response["Content-Language"] == "en"
    assert response["Cache-Control"] == "private, no-store"
    told: dict[str, Any] = json.loads(response.content)
    assert set(told) >= KEYS
    assert told["status"] == response.status_code
    assert told["detail"].endswith(".")
    return told


def post(caller: Caller, path: str, body: bytes, kind: str = "application/json") -> Any:
    return caller.client.generic("POST", f"/api/v1/{path}", body, kind, headers=caller.headers)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "v2/",
        "v1",
        "v1/",
        "v1/courses",
        "v1/nothing/",
        "v1/lessons/7/",
        "v1/lessons/None/",
        "v1/lessons/00000000-0000-0000-0000-00000000000/",
        "v1/lessons/00000000-0000-0000-0000-000000000000%00/",
        "v1/courses/%00/",
        "v1/courses/a%0Ab/",
        "v1/courses/../../",
        "v1/courses/é/outline/",
        "v1/staff/modules/1/publish/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_an_address_that_is_none_is_a_problem(path: str, method: str) -> None:
    problem = problem_of(Client().generic(method, f"/api/{path}"))
    assert (problem["status"], problem["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "WONDER"])
@pytest.mark.parametrize("caller", ["visitor", "reader"])
def test_a_wrong_method_is_told_the_right_ones_before_anybody_signs_in(
    method: str, caller: str
) -> None:
    reader = Caller(make_reader() if caller == "reader" else None)
    for path, allowed in (
        ("courses/", "GET, HEAD"),
        (f"lessons/{uuid.uuid4()}/", "GET, HEAD"),
    ):
        response = reader.client.generic(method, f"/api/v1/{path}", headers=reader.headers)
        assert problem_of(response)["code"] == "method_not_allowed"
        assert (response.status_code, response["Allow"]) == (405, allowed)
    response = reader.client.get(f"/api/v1/lessons/{uuid.uuid4()}/finished/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b"\x00",
        b"\xff\xfe{}",
        b'{"course": "\xe9"}',
        b'{"course": NaN}',
        b'{"course": "a\\u0000b"}',
        b'{"a\\u0000": 1}',
        b'{"course": "\\ud800"}',
        b'{"deep": ["\\u0000"]}',
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"9" * 5_000,
    ],
)
def test_a_body_that_is_no_json_a_database_could_keep_is_refused(body: bytes) -> None:
    response = post(Caller(make_reader()), "enrolments/", body)
    problem = problem_of(response)
    assert (problem["status"], problem["code"]) == (400, "invalid_json")


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"null", b"true", b"{}", b""])
def test_json_that_is_no_course_to_begin_is_refused(body: bytes) -> None:
    problem = problem_of(post(Caller(make_reader()), "enrolments/", body))
    assert (problem["status"], problem["code"]) == (400, "invalid_input")
    assert problem["errors"]
    assert all(error["detail"] for error in problem["errors"])


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "x",
        "application/json, text/plain",
    ],
)
@pytest.mark.parametrize("signed_in_by", ["token", "session"])
def test_a_body_of_another_kind_is_refused(kind: str, signed_in_by: str) -> None:
    course, reader = make_course(), make_reader()
    caller = Caller(reader if signed_in_by == "token" else None)
    caller.client = Client(enforce_csrf_checks=True)
    if signed_in_by == "session":
        caller.client.force_login(reader)
        caller.client.cookies["csrftoken"] = caller.headers["X-CSRFToken"] = "x" * 32
    response = post(caller, "enrolments/", json.dumps(begin(course.slug)).encode(), kind)
    assert problem_of(response)["code"] == "unsupported_media_type"
    assert response.status_code == 415
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("kind", ["application/json; charset=utf-16", "Application/JSON"])
def test_json_by_any_spelling_is_taken_as_utf_8(kind: str) -> None:
    course, caller = make_course(), Caller(make_reader())
    response = post(caller, "enrolments/", json.dumps(begin(course.slug)).encode(), kind)
    assert response.status_code == 201


def test_a_body_that_is_too_large_is_refused() -> None:
    caller = Caller(make_reader())
    for size in (70_000, 3_000_000):
        problem = problem_of(post(caller, "enrolments/", b'{"course": "%s"}' % (b"x" * size)))
        assert (problem["status"], problem["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "json", ";;"])
def test_who_takes_no_json_is_told(accept: str) -> None:
    response = Client().get("/api/v1/courses/", headers={"Accept": accept})
    assert (response.status_code, problem_of(response)["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/html, application/json;q=0.5", "application/*", ""]
)
def test_who_takes_json_among_others_gets_it(accept: str) -> None:
    response = Client().get("/api/v1/courses/?format=xml", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_visitor_is_told_how_to_sign_in() -> None:
    response = Client().get("/api/v1/enrolments/")
    assert (response.status_code, problem_of(response)["code"]) == (401, "not_signed_in")
    assert response["WWW-Authenticate"].startswith("X-Session-Token")


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "a" * 5000, "a\x00" * 16, "é", "\x7f"])
def test_a_token_that_does_not_hold_is_refused(token: str) -> None:
    response = Client().get("/api/v1/enrolments/", headers={"X-Session-Token": token})
    assert (response.status_code, problem_of(response)["code"]) == (401, "invalid_token")
    assert response["WWW-Authenticate"].startswith("X-Session-Token")


def test_the_token_of_a_closed_account_is_refused() -> None:
    reader = make_reader()
    caller = Caller(reader)
    assert caller.get("enrolments/")[0] == 200
    reader.is_active = False
    reader.save()
    assert caller.get("enrolments/")[0] == 401


@pytest.mark.parametrize("cookie", ["x", "a" * 32, '"aaaaaaaa\\000"', "é", ""])
def test_a_session_cookie_that_is_none_is_a_visitor(cookie: str) -> None:
    course, headers = make_course(), {"Cookie": f"sessionid={cookie}"}
    path = f"/api/v1/courses/{course.slug}/outline/"
    assert Client().get(path, headers=headers).status_code == 200
    assert Client().get("/api/v1/enrolments/", headers=headers).status_code == 401


def test_a_session_writes_only_with_its_csrf_token() -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    client = Client(enforce_csrf_checks=True)
    client.force_login(reader)
    path = f"/api/v1/lessons/{lessons_of(course)[0].pk}/finished/"
    response = client.post(path, "", "application/json")
    assert (response.status_code, problem_of(response)["code"]) == (403, "csrf_failed")
    client.cookies["csrftoken"] = "x" * 32
    headers = {"X-CSRFToken": "x" * 32}
    assert client.post(path, "", "application/json", headers=headers).status_code == 200


def test_a_token_needs_no_csrf_token() -> None:
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    response = Client(enforce_csrf_checks=True).post(
        f"/api/v1/lessons/{lessons_of(course)[0].pk}/finished/",
        headers={"X-Session-Token": token_of(reader)},
    )
    assert response.status_code == 200


def test_problems_are_english_whatever_the_readers_language() -> None:
    response = Client().get(
        f"/api/v1/lessons/{uuid.uuid4()}/",
        headers={"Cookie": "django_language=nl", "Accept-Language": "nl"},
    )
    assert problem_of(response)["detail"] == "This lesson does not exist."


@pytest.mark.parametrize("way", ["app", "page"])
def test_too_many_writes_are_held_up_and_reads_never(way: str, settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (3, 0)
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    caller, other = Caller(reader), Caller(make_reader())
    if way == "page":
        caller = Caller()
        let_in(caller.client, reader)
    path = f"lessons/{lessons_of(course)[0].pk}/"
    answers = [post(caller, f"{path}finished/", b"") for _ in range(9)]  # A minute may end within.
    assert [one.status_code for one in answers[:3]] == [200] * 3
    held_up = [one for one in answers if one.status_code != 200]
    assert problem_of(held_up[0])["code"] == "too_many_requests"
    assert 1 <= int(held_up[0]["Retry-After"]) <= 60
    assert caller.get(path)[0] == 200
    assert other.post("enrolments/", begin(course.slug))[0] == 201


def test_somebody_is_counted_once_by_page_and_by_app(settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (2, 0)
    course, reader = make_course(), make_reader()
    make_enrolment(reader, course)
    app, page = Caller(reader), Caller()
    let_in(page.client, reader)
    path = f"lessons/{lessons_of(course)[0].pk}/finished/"
    assert 429 in [caller.post(path)[0] for caller in (app, page) * 3]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (SuspiciousOperation(), 400, "bad_request"),
        (Refused("No."), 400, "refused"),
    ],
)
def test_what_django_and_the_domain_raise_is_a_problem(
    error: Exception, status: int, code: str
) -> None:
    problem = problem_of(errors.handle(error, {}))
    assert (problem["status"], problem["code"]) == (status, code)


def test_a_bug_is_no_problem_but_a_bug() -> None:
    assert errors.handle(ZeroDivisionError(), {}) is None
