from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from courseapp.accounts.models import User
from courseapp.post.models import Letter
from tests.courseapp.accounts.coming_in import latest_code, wrong
from tests.factories import make_reader

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db
NEWCOMER = "anna@example.org"
AUTH = "/_allauth/app/v1/auth/"


def call(
    client: Client, path: str, data: dict[str, Any] | None = None, *, token: str = ""
) -> Response:
    headers = {"X-Session-Token": token} if token else {}
    return client.post(
        AUTH + path, json.dumps(data or {}), content_type="application/json", headers=headers
    )


def ask(client: Client, email: str) -> tuple[Response, str]:
    response = call(client, "code/request", {"email": email})
    return response, json.loads(response.content)["meta"]["session_token"]


def test_an_app_comes_in_with_an_address_and_a_code(client: Client) -> None:
    asked, token = ask(client, NEWCOMER)
    assert asked.status_code == HTTPStatus.UNAUTHORIZED
    entered = call(client, "code/confirm", {"code": latest_code(NEWCOMER)}, token=token)
    assert entered.status_code == HTTPStatus.OK
    user = User.objects.get(email=NEWCOMER)
    assert user.confirmed_at is not None
    signed_in = json.loads(entered.content)["meta"]["session_token"]
    session = client.get(AUTH + "session", headers={"X-Session-Token": signed_in})
    assert json.loads(session.content)["data"]["user"]["email"] == NEWCOMER


def test_a_known_and_an_unknown_address_get_the_same_answer(client: Client) -> None:
    known = make_reader()
    answers = []
    for email in (known.email, NEWCOMER):
        response, token = ask(client, email)
        answers.append((response.status_code, response.content.decode().replace(token, "…")))
    assert answers[0] == answers[1]


def test_a_wrong_code_is_400_and_the_fourth_has_nothing_to_try(client: Client) -> None:
    _asked, token = ask(client, NEWCOMER)
    code = latest_code(NEWCOMER)
    for _ in range(3):
        refused = call(client, "code/confirm", {"code": wrong(code)}, token=token)
        assert refused.status_code == HTTPStatus.BAD_REQUEST
        assert json.loads(refused.content)["errors"][0]["code"] == "incorrect_code"
    right = call(client, "code/confirm", {"code": code}, token=token)
    assert right.status_code == HTTPStatus.CONFLICT


def test_a_code_works_once(client: Client) -> None:
    _asked, token = ask(client, NEWCOMER)
    code = {"code": latest_code(NEWCOMER)}
    call(client, "code/confirm", code, token=token)
    again = call(client, "code/confirm", code, token=token)
    assert again.status_code in {HTTPStatus.CONFLICT, HTTPStatus.UNAUTHORIZED, HTTPStatus.GONE}


def test_asking_too_often_is_429(client: Client) -> None:
    statuses = [call(client, "code/request", {"email": NEWCOMER}).status_code for _ in range(20)]
    assert statuses[:4] == [HTTPStatus.UNAUTHORIZED] * 4
    assert set(statuses[4:]) == {HTTPStatus.TOO_MANY_REQUESTS}


@pytest.mark.parametrize("email", ["", "anna", "a\x00@example.org", "a" * 300 + "@x.org", 7, None])
def test_what_is_no_address_is_400(client: Client, email: object) -> None:
    response = call(client, "code/request", {"email": email})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert not Letter.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "7", "{", "null", "\x00", '{"email": ["a@b.nl"]}'])
def test_what_is_no_json_object_is_refused(client: Client, body: str) -> None:
    response = client.post(AUTH + "code/request", body, content_type="application/json")
    assert response.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}


@pytest.mark.parametrize("body", ["[" * 20_000, '{"email":' * 20_000])
def test_json_nested_thousands_deep_is_refused(client: Client, body: str) -> None:
    for path in ("code/request", "login", "session"):
        response = client.post(AUTH + path, body, content_type="application/json")
        assert response.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("path", ["signup", "password/request", "provider/token"])
def test_what_we_do_not_offer_is_not_there(client: Client, path: str) -> None:
    assert call(client, path, {"email": NEWCOMER}).status_code == HTTPStatus.NOT_FOUND
