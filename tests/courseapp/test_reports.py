"""A report of an error tells what broke, and nothing about whoever was there."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from sentry_sdk.transport import Transport

from courseapp import reports, urls
from tests.factories import make_reader
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from pytest_django import Settings
    from sentry_sdk.envelope import Envelope

pytestmark = pytest.mark.django_db
DSN = "http://key@127.0.0.1:9/1"
NAME, ANSWER, QUERY, COOKIE = "Anneke Klaver", "Ik durf niet te kiezen", "zoek-8812", "koek-5531"
EMAIL = "anneke.klaver@example.org"
PRIVATE = [NAME, "Anneke", ANSWER, "durf", QUERY, COOKIE, EMAIL, "203.0.113.77", "Browser/9.9"]


def breaks(request: HttpRequest, word: str) -> HttpResponse:
    """A page with a bug, whose exceptions and variables repeat all there is."""
    name, answer = request.POST.get("name", ""), request.POST.get("answer", "")
    try:
        return HttpResponse(int(f"{request.user} ({name}) wrote {answer}"))
    except ValueError as error:
        message = f"Key (email)=({EMAIL}) already exists: {word}, {request.COOKIES}"
        raise IntegrityError(message) from error


urlpatterns = [path("kapot/<str:word>/", breaks), *urls.urlpatterns]


class Kept(Transport):
    """Keeps what would have been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[Envelope] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)

    def reports(self) -> list[dict[str, Any]]:
        found = [envelope.get_event() for envelope in self.envelopes]
        return [dict(event) for event in found if event is not None]

    def everything(self) -> str:
        return b"".join(envelope.serialize() for envelope in self.envelopes).decode()


@pytest.fixture
def kept() -> Iterator[Kept]:
    transport = Kept()
    handler = reports.Reporting(DSN, release="abc123", transport=transport)
    logging.getLogger().addHandler(handler)
    yield transport
    logging.getLogger().removeHandler(handler)


def test_a_failing_request_is_reported_without_a_word_about_anybody(
    kept: Kept, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.courseapp.test_reports"
    reader = make_reader(email=EMAIL)
    client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77")
    let_in(client, reader)
    client.cookies["kruimel"] = COOKIE
    response = client.post(
        f"/kapot/{ANSWER}/?q={QUERY}",
        {"answer": ANSWER, "name": NAME},
        headers={"User-Agent": "Browser/9.9"},
    )

    assert response.status_code == 500
    (report,) = kept.reports()
    assert report["message"] == "500 POST /kapot/<str:word>/"
    assert report["level"] == "error"
    assert report["release"] == "abc123"
    kinds = [one["type"] for one in report["exception"]["values"]]
    assert kinds == ["ValueError", "IntegrityError"]
    assert report["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "breaks"
    told = kept.everything()
    assert [word for word in [*PRIVATE, str(reader.uuid)] if word.lower() in told.lower()] == []
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert session not in told
    assert set(report) <= reports.MAY_LEAVE


def test_the_words_looked_for_would_be_found(kept: Kept) -> None:
    """What stands in a report is seen by the test above: here the code itself says too much."""
    logging.getLogger("courseapp.somewhere").error(f"A mail to {EMAIL} failed.")  # noqa: G004

    assert EMAIL in kept.everything()


def test_values_of_a_line_stay_out(kept: Kept) -> None:
    try:
        int(ANSWER)
    except ValueError as error:
        said = {"name": "x", "exc": error}
        logging.getLogger("celery.app.trace").exception("Task %(name)s raised: %(exc)s", said)
    logging.getLogger("courseapp.somewhere").error("A mail to %s failed.", EMAIL)

    assert [one["message"] for one in kept.reports()] == [
        "Task %(name)s raised: %(exc)s", "A mail to %s failed.",
    ]  # fmt: skip
    assert not any(word in kept.everything() for word in PRIVATE)


def test_a_warning_is_no_report(kept: Kept) -> None:
    logging.getLogger("courseapp.somewhere").warning("The broker does not answer.")

    assert kept.envelopes == []


def test_what_the_library_adds_is_taken_out(kept: Kept) -> None:
    """Whatever a later version of it looks at by itself."""
    logging.getLogger("courseapp.somewhere").error("It broke.")

    (report,) = kept.reports()
    assert not {"contexts", "breadcrumbs", "modules", "extra", "user", "request"} & set(report)
    assert report.get("server_name", "") == ""


@pytest.mark.once
def test_an_error_in_a_report_is_no_second_error(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_record: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reports, "_report", fails)
    logging.getLogger("courseapp.somewhere").error("It broke.")

    assert kept.envelopes == []
    assert "RuntimeError" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(("dsn", "there"), [("", False), (DSN, True)])
def test_it_sleeps_until_an_address_is_named(dsn: str, there: bool) -> None:
    told = subprocess.run(
        [sys.executable, "-c",
         "import logging, django; django.setup();"
         "print([type(one).__name__ for one in logging.getLogger().handlers])"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "courseapp.settings", "SENTRY_DSN": dsn},
        cwd=site.BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert ("Reporting" in told) is there
