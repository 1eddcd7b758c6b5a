"""The log tells what happened, and nothing about whom."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as project
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from courseapp import logs, urls
from courseapp.accounts import tokens
from courseapp.accounts.models import User
from tests.courseapp.accounts.coming_in import ask, enter, latest_code, sign_in, wrong
from tests.factories import NOW, make_reader
from tests.signing import BACKEND, let_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
CANARY = "kanarie-7f3a"
EMAIL = f"{CANARY}@example.org"


def breaks(request: HttpRequest, word: str) -> HttpResponse:
    """A page with a bug, whose exception repeats what somebody filled in."""
    message = f"Key (email)=({EMAIL}) already exists: {word}, {request.POST}"
    raise IntegrityError(message)


def calls_out(_request: HttpRequest) -> HttpResponse:
    logging.getLogger("courseapp.somewhere").warning("A mail to %s failed.", EMAIL)
    return HttpResponse("x")


urlpatterns = [
    path("kapot/<str:word>/", breaks),
    path("roept/", calls_out),
    *urls.urlpatterns,
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as production writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.AsJson())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def told(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def events(written: io.StringIO) -> list[str]:
    return [line["event"] for line in told(written) if "event" in line]


def test_no_line_holds_a_word_about_anybody(lines: io.StringIO, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.courseapp.test_logs"
    client = Client(raise_request_exception=False)
    client.get(f"/{CANARY}/", {"q": CANARY})
    client.get(f"/afmelden/{CANARY}/")
    client.post(f"/kapot/{CANARY}/", {"words": CANARY})
    client.get("/roept/")
    client.post(reverse("account_request_login_code"), {"email": f"{CANARY} is geen adres"})
    client.get("/", headers={"Host": f"{CANARY}.example.org"})
    ask(client, EMAIL)
    enter(client, wrong(latest_code(EMAIL)))
    enter(client, latest_code(EMAIL))
    client.get(f"/beheer/?{CANARY}")
    client.post(reverse("account_login"), {"login": EMAIL, "password": CANARY})
    Client().get("/api/v1/staff/courses/", headers={"Authorization": f"Bearer {CANARY}"})
    Client(enforce_csrf_checks=True).post(f"/taal/?{CANARY}", {"language": CANARY})
    written = lines.getvalue()
    assert len(told(lines)) > 8
    assert CANARY not in written
    assert latest_code(EMAIL) not in written
    broken = next(line for line in told(lines) if line.get("error") == "IntegrityError")
    assert broken["message"] == "500 POST /kapot/<str:word>/"
    assert any("breaks" in frame for frame in broken["where"])


def test_what_happens_at_the_door_has_a_name(lines: io.StringIO) -> None:
    client = Client()
    ask(client, EMAIL)
    enter(client, wrong(latest_code(EMAIL)))
    enter(client, latest_code(EMAIL))
    client.get("/beheer/")
    client.post(reverse("account_logout"))
    assert events(lines) == ["sign_in_failed", "signed_in", "staff_refused", "signed_out"]
    people = {line["person"] for line in told(lines) if "person" in line}
    assert people == {logs.digest(str(User.objects.get().uuid))}


def test_second_steps_and_limits_have_names(lines: io.StringIO, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "guess": "3/5m/key"}
    client, owner = Client(), make_reader(is_staff=True, is_owner=True)
    let_in(client, owner)
    for _ in range(4):
        client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    client.post(reverse("mfa_deactivate_totp"))
    seen = set(events(lines))
    assert {"second_step_failed", "guess_limit_hit", "locks_changed"} <= seen


def test_a_password_asked_again_has_a_name_of_its_own(lines: io.StringIO) -> None:
    client, password = Client(), "regenboog-in-mei"
    person = make_reader(email=EMAIL, password=password)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": EMAIL, "password": "regenboog-in-juni"})
    client.post(reverse("account_login"), {"login": EMAIL, "password": password})
    for word in ("regenboog-in-juni", password):
        client.post(reverse("account_reauthenticate"), {"password": word})
    client.post(reverse("account_change_password"), {"oldpassword": "regenboog-in-juni"})
    ways = [line.get("way", line.get("ways")) for line in told(lines)]
    assert events(lines) == [
        "sign_in_failed", "signed_in", "asked_again_failed", "asked_again", "asked_again_failed",
    ]  # fmt: skip
    assert ways == ["password"] * 5
    assert [line.get("person", "") for line in told(lines)] == [
        "", *[logs.digest(str(person.uuid))] * 4
    ]  # fmt: skip


def test_staff_without_a_second_step_are_told_of(lines: io.StringIO) -> None:
    client, person = Client(), make_reader(is_staff=True)
    client.force_login(person, backend=BACKEND)
    assert client.get("/beheer/").status_code == 302
    assert client.get("/api/v1/staff/courses/").status_code == 403
    assert events(lines) == ["second_step_missing"] * 2
    people = {line["person"] for line in told(lines) if "event" in line}
    assert people == {logs.digest(str(person.uuid))}


def test_what_is_the_owner_s_alone_is_refused_and_told(lines: io.StringIO) -> None:
    client = Client()
    let_in(client, make_reader(is_staff=True))
    assert client.get(reverse("desk:tokens")).status_code == 403
    assert client.get("/api/v1/staff/orders/").status_code == 403
    owner = make_reader(is_staff=True, is_owner=True)
    _token, secret = tokens.make(name="x", scopes=["money"], by=owner, now=NOW)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/staff/courses/", headers=bearer).status_code == 403
    assert events(lines) == ["staff_refused", "staff_refused", "token_used", "token_refused"]


def test_fewer_lines_are_not_fewer_events() -> None:
    described = logs.described(level="ERROR", celery="ERROR")
    assert described["root"]["level"] == "ERROR"
    assert described["loggers"]["security"]["level"] == "INFO"


def test_lines_of_one_request_belong_together(lines: io.StringIO) -> None:
    sign_in(Client(), EMAIL)
    named = [line["request"] for line in told(lines)]
    assert all(named)


def test_nothing_written_can_begin_another_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "a\nb\r\u2028 %s", ("{}\n",), None)
    line = logs.AsJson().format(record)
    assert line.isascii()
    assert "\n" not in line


def test_every_event_stands_in_the_documentation() -> None:
    base: Path = project.BASE_DIR
    used: set[str] = set()
    for folder in ("courseapp", "lessons", "payments"):
        for file in (base / folder).rglob("*.py"):
            used |= set(re.findall(r'logs\.tell\(\s*"(\w+)"', file.read_text(encoding="utf-8")))
    documented = set(re.findall(r"`(\w+)`", (base / "docs/security.md").read_text("utf-8")))
    assert used
    assert used - documented == set()
