"""What a provider tells of mails after they were sent."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from anymail.signals import tracking
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory

from courseapp.post import events, relay, suppression, webhook
from courseapp.post.events import Told
from courseapp.post.models import DeliveryEvent, Suppression
from courseapp.post.replies import Verdict
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpResponse
    from pytest_django.fixtures import Settings

DAY = timedelta(days=1)
ANNA = "anna@example.org"
SECRET = "brevo:a-long-password"
ROOT = __file__.rpartition("/tests/")[0]


def told(type_: str = "bounced", said: str = "", **fields: Any) -> Told:
    return Told(
        **{
            "provider": "brevo",
            "event_id": "1",
            "type": type_,
            "address": ANNA,
            "message_id": "<1@example.org>",
            "said": said,
            "at": NOW,
            **fields,
        }
    )


def against() -> list[tuple[str, str]]:
    rows = suppression.active([ANNA], now=NOW)
    return sorted(rows.values_list("scope", "reason"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("type_", "said", "kind"),
    [
        ("delivered", "", "delivered"),
        ("deferred", "450 4.2.1 busy", "soft_bounce"),
        ("bounced", "event=hard_bounce", "hard_bounce"),
        ("bounced", "event=soft_bounce", "soft_bounce"),
        ("bounced", "type=HardBounce", "hard_bounce"),
        ("bounced", "Permanent: General", "hard_bounce"),
        ("bounced", "Transient: MailboxFull", "soft_bounce"),
        ("bounced", "550 5.1.1 no such user", "hard_bounce"),
        ("bounced", "550 5.2.2 mailbox full", "soft_bounce"),
        ("bounced", "550 5.1.8 bad sender", "soft_bounce"),
        ("bounced", "550 5.7.1 hard_bounce looks like spam", "blocked"),
        ("bounced", "", "soft_bounce"),
        ("rejected", "bounced", "blocked"),
        ("complained", "", "complaint"),
        ("unsubscribed", "", "unsubscribed"),
        ("opened", "", None),
        ("clicked", "", None),
        ("queued", "", None),
    ],
)
def test_what_is_told_means_one_thing(type_: str, said: str, kind: str | None) -> None:
    assert events.kind_of(told(type_, said)) == kind


@pytest.mark.django_db
class TestWhatFollows:
    def test_nobody_is_written_to_where_nobody_is(self) -> None:
        assert events.take(told(said="hard_bounce"), now=NOW)

        assert against() == [("all", "hard_bounce")]

    def test_who_complains_gets_no_lessons_and_no_offers_and_still_her_receipts(self) -> None:
        events.take(told("complained"), now=NOW)

        assert against() == [("course", "complaint")]

    def test_three_soft_bounces_of_three_mails_within_thirty_days_make_a_pause(self) -> None:
        for number in range(3):
            assert against() == []
            one = told("deferred", event_id=str(number), message_id=f"<{number}@example.org>")
            events.take(one, now=NOW)

        assert against() == [("course", "soft_bounces")]
        assert not suppression.active([ANNA], now=NOW + events.PAUSE).exists()

    def test_one_mail_that_is_tried_three_times_makes_none(self) -> None:
        for number in range(3):
            events.take(told("deferred", event_id=str(number)), now=NOW)

        assert against() == []

    def test_soft_bounces_of_long_ago_make_none(self) -> None:
        for number in range(3):
            one = told(
                "deferred", event_id=str(number), message_id=f"{number}", at=NOW - number * 20 * DAY
            )
            events.take(one, now=NOW)

        assert against() == []

    def test_what_is_told_twice_is_kept_once(self) -> None:
        assert events.take(told("delivered"), now=NOW)
        assert not events.take(told("delivered"), now=NOW)
        assert events.take(told("delivered", event_id="", message_id="x"), now=NOW)
        assert not events.take(told("delivered", event_id="", message_id="x"), now=NOW)

        assert DeliveryEvent.objects.count() == 2

    def test_whether_a_mail_was_opened_is_not_kept(self) -> None:
        assert not events.take(told("opened"), now=NOW)

        assert not DeliveryEvent.objects.exists()
        assert not Suppression.objects.exists()

    def test_the_table_holds_no_address(self) -> None:
        events.take(told("delivered"), now=NOW)

        [row] = DeliveryEvent.objects.values()
        assert ANNA not in str(row)


@pytest.fixture
def brevo(settings: Settings) -> Iterator[Settings]:
    settings.MAIL_PROVIDER = "brevo"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    webhook.listen()
    yield settings
    tracking.disconnect(webhook.receive, dispatch_uid="courseapp.post")


def post(body: dict[str, Any], secret: str = SECRET) -> HttpResponse:
    [address] = webhook.urls()
    request = RequestFactory().post(
        "/hooks/mail/brevo/tracking/",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()},
    )
    answer: HttpResponse = address.callback(request)
    return answer


BOUNCE = {
    "event": "hard_bounce",
    "email": ANNA,
    "id": 12345,
    "date": "2026-11-22 21:15:00",
    "ts": 1795378500,
    "ts_event": 1795378500,
    "ts_epoch": 1795378500000,
    "message-id": "<1@example.org>",
    "reason": "550 5.1.1 no such user",
}


@pytest.mark.django_db
def test_a_provider_tells_of_a_bounce_and_the_address_is_written_to_no_more(
    brevo: Settings,
) -> None:
    assert post(BOUNCE).status_code == 200
    assert post(BOUNCE).status_code == 200

    assert against() == [("all", "hard_bounce")]
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.django_db
def test_nobody_else_may_tell(brevo: Settings) -> None:
    with pytest.raises(SuspiciousOperation):
        post(BOUNCE, secret="brevo:guessed")

    assert not DeliveryEvent.objects.exists()


@pytest.mark.once
def test_only_the_provider_at_hand_has_an_address(settings: Settings) -> None:
    for name in ("brevo", "mailgun", "postmark", "amazon_ses"):
        settings.MAIL_PROVIDER = name
        settings.MAIL_UNSUBSCRIBE = ""
        assert [each.name for each in webhook.urls()] == [f"{name}_tracking_webhook"]
        settings.MAIL_UNSUBSCRIBE = "stop@example.org"
        assert all(str(each.name).startswith(f"{name}_") for each in webhook.urls())
        assert f"{name}_inbound_webhook" in {each.name for each in webhook.urls()}


@pytest.mark.once
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.RETURNED),
        (401, Verdict.DOWN),
        (429, Verdict.DOWN),
        (500, Verdict.LOST),
        (503, Verdict.LOST),
    ],
)
def test_what_a_provider_s_interface_answers_is_judged_like_a_server_s(
    status: int, verdict: Verdict
) -> None:
    class ApiError(Exception):
        status_code = status

    assert relay.of_error(ApiError()).verdict is verdict


@pytest.mark.once
def test_words_of_a_provider_are_taken_from_wherever_it_puts_them() -> None:
    event = SimpleNamespace(
        reject_reason="bounced", description=None, mta_response="550", esp_event={"Type": "Soft"}
    )

    assert webhook._words(event) == ["bounced", "550", "Type=Soft"]


LOADED = """
import sys
import django
django.setup()
from django.urls import Resolver404, resolve
import courseapp.urls
try:
    there = bool(resolve("/hooks/mail/brevo/tracking/"))
except Resolver404:
    there = False
print("anymail" in sys.modules, there)
"""


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize(("provider", "said"), [("", "False False"), ("brevo", "True True")])
def test_without_a_provider_nothing_of_it_is_loaded(
    tmp_path: Path, provider: str, said: str
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "MAIL_PROVIDER": provider,
        "MAIL_PROVIDER_SETTINGS": "API_KEY=x",
        "MAIL_WEBHOOK_SECRET": SECRET,
    }
    command = [sys.executable, "-c", LOADED]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == said
