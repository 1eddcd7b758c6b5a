"""Addresses that must not get mail."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail

from courseapp.post import privacy, pump, suppression
from courseapp.post.models import Letter, Suppression
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
Scope, Reason, Stream = Suppression.Scope, Suppression.Reason, Letter.Stream
ANNA = "anna@example.org"
HOUR = timedelta(hours=1)


def suppress(scope: str, *, until: datetime | None = None, reason: str = "asked") -> None:
    suppression.suppress(
        address=ANNA, scope=Scope(scope), reason=Reason(reason), now=NOW, until=until
    )


def goes(stream: str, now: datetime = NOW) -> bool:
    mail.outbox.clear()
    make_letter(stream=Stream(stream), to="Anna@Example.org", now=now)
    pump.send_due(now=now)
    return bool(mail.outbox)


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        ("offers", {"offer"}),
        ("course", {"offer", "lesson"}),
        ("all", {"offer", "lesson", "receipt"}),
    ],
)
def test_a_scope_stops_its_streams_and_no_other(scope: str, stopped: set[str]) -> None:
    suppress(scope)

    assert {stream for stream in Stream.values if not goes(stream)} == stopped


def test_who_asks_to_sign_in_gets_one_try_an_hour() -> None:
    suppress("all", reason="hard_bounce")

    assert goes("code")
    assert not goes("code", NOW + HOUR / 2)
    assert goes("code", NOW + 2 * HOUR)


def test_a_withheld_letter_says_why() -> None:
    suppress("offers", reason="complaint")
    goes("offer")

    assert Letter.objects.get().withheld == "suppressed: complaint"


def test_a_pause_ends_by_itself_and_is_not_made_longer_by_another() -> None:
    suppress("course", until=NOW + HOUR, reason="soft_bounces")
    suppress("course", until=NOW + 3 * HOUR, reason="soft_bounces")

    assert not goes("lesson")
    assert goes("lesson", NOW + HOUR)


def test_what_is_lifted_no_longer_holds_and_may_be_told_anew() -> None:
    suppress("all")
    suppress("all")
    assert Suppression.objects.count() == 1
    assert suppression.lift(address=ANNA, now=NOW) == 1
    assert goes("lesson")

    suppress("all")
    assert not goes("lesson")


def test_no_address_can_be_read_from_the_table() -> None:
    suppress("all")

    assert "anna" not in Suppression.objects.get().address_hash
    assert len(Suppression.objects.get().address_hash) == 64


def test_a_new_secret_does_not_forget_whom_not_to_write_to(settings: Settings) -> None:
    suppress("all")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10

    assert not goes("lesson")


def test_a_person_is_told_and_an_erasure_does_not_undo_it() -> None:
    reader = make_reader(email=ANNA)
    suppress("offers")
    assert '"asked"' in json.dumps(privacy.export(reader))

    privacy.erase(reader, NOW)

    assert not goes("offer")
