"""Stopping by mail: through a provider that brings it, and from a mail on standard input."""

from __future__ import annotations

import base64
import io
import json
import sys
from datetime import time, timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from anymail.signals import inbound, tracking
from django.core.exceptions import SuspiciousOperation
from django.core.management import call_command
from django.test import RequestFactory

from courseapp.post import leaving, message, webhook
from lessons.drip.models import Choice
from tests.factories import NOW
from tests.lessons.drip.writing import decided, make_following, make_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
SECRET = "brevo:a-long-password"
ADDRESS = "stop@example.org"


@pytest.fixture
def asked(settings: Settings) -> str:
    """The subject that a mail program writes for a reader who presses stop in a real mail."""
    settings.MAIL_UNSUBSCRIBE = ADDRESS
    step = make_step(days=1, at=time(9))
    _mail, letter = decided(make_following(step), now=NOW + timedelta(days=2))
    out = dict(message.headers(letter))["List-Unsubscribe"]
    way = urlsplit(out.rpartition("<")[2].removesuffix(">"))
    assert (way.scheme, way.path) == ("mailto", ADDRESS)
    (subject,) = parse_qs(way.query)["subject"]
    return subject


@pytest.fixture
def brevo(settings: Settings) -> Iterator[None]:
    settings.MAIL_PROVIDER = "brevo"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "BREVO_API_KEY": "x"}
    webhook.listen()
    yield
    inbound.disconnect(dispatch_uid="courseapp.post")
    tracking.disconnect(dispatch_uid="courseapp.post")


def brought(subject: str, secret: str = SECRET) -> HttpResponse:
    (address,) = [each for each in webhook.urls() if "inbound" in str(each.name)]
    body = {"items": [{"Uuid": ["1"], "Headers": {"Subject": subject, "From": "x@example.org"}}]}
    request = RequestFactory().post(
        "/hooks/mail/brevo/inbound/",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()},
    )
    answer: HttpResponse = address.callback(request)
    return answer


def said() -> list[tuple[str, bool, str]]:
    return list(Choice.objects.values_list("about", "wanted", "way"))


def test_a_mail_with_the_subject_that_the_header_names_stops_what_a_click_stops(
    asked: str,
) -> None:
    assert leaving.heed(subject=f"  {asked}\r\n", now=NOW)
    assert said() == [("lessons", False, "mail")]


def test_twice_is_once(asked: str) -> None:
    assert leaving.heed(subject=asked, now=NOW)
    assert leaving.heed(subject=f"Fwd: {asked}", now=NOW)
    assert said() == [("lessons", False, "mail")]


def test_a_word_that_is_cut_or_forged_stops_nothing_and_says_nothing(asked: str) -> None:
    for subject in (
        *(asked[:-1], asked[:40], asked.swapcase(), "stop", "stop alles nu meteen alstublieft"),
        *("", "Vraag over les 3", "stop " + "x" * 5000, "stop " + "é" * 30),
    ):
        assert not leaving.heed(subject=subject, now=NOW), subject
    assert said() == []


@pytest.mark.slow
@pytest.mark.usefixtures("brevo")
def test_a_provider_brings_it_and_nobody_else_may(asked: str) -> None:
    with pytest.raises(SuspiciousOperation):
        brought(asked, secret="brevo:guessed")
    assert said() == []

    assert brought(asked).status_code == 200
    assert brought(asked).status_code == 200
    assert brought("Hallo").status_code == 200

    assert said() == [("lessons", False, "mail")]


def test_a_mail_server_of_ones_own_hands_it_to_a_command(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = ADDRESS, asked
    mail.set_content("Verstuurd vanaf mijn telefoon")
    out = io.StringIO()

    for raw in (mail.as_bytes(), b"", b"\xff\x00 no mail"):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        call_command("stop_by_mail", stdout=out)

    assert out.getvalue().splitlines() == ["Stopped.", *["Nothing to stop in this mail."] * 2]
    assert said() == [("lessons", False, "mail")]
