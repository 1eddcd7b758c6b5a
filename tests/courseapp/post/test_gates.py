"""What is asked just before letters go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail

from courseapp.post import gates, marks, pump
from courseapp.post.models import Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
asked: list[list[Letter]] = []


def stopped(letters: Sequence[Letter], now: datetime) -> dict[UUID, str]:
    asked.append(list(letters))
    return {each.uuid: "stopped" for each in letters if each.to.startswith("stop")}


def broken(letters: Sequence[Letter], now: datetime) -> dict[UUID, str]:
    raise RuntimeError("no answer")


@pytest.fixture(autouse=True)
def gate(settings: Settings) -> None:
    asked.clear()
    settings.LETTER_GATES = {"lesson": f"{__name__}.stopped"}


def test_a_letter_that_must_not_go_is_withheld_for_ever_with_its_reason() -> None:
    held, good = make_letter(to="stop@example.org"), make_letter()

    assert pump.send_due(now=NOW).sent == 1

    held.refresh_from_db()
    assert (held.state, held.withheld) == ("withheld", "stopped")
    assert [each.to for each in mail.outbox] == [[good.to]]
    assert not pump.is_due(now=NOW)
    assert not Letter.objects.lost().exists(), "nothing went wrong"


def test_only_letters_of_its_stream_are_shown_to_a_gate_and_once_a_batch() -> None:
    make_letter(stream=Letter.Stream.CODE, to="stop@example.org")
    make_letter(stream=Letter.Stream.OFFER, to="stop@example.org")
    lessons = [make_letter() for _ in range(3)]

    assert pump.send_due(now=NOW).sent == 5

    assert asked == [lessons]


def test_a_gate_that_fails_lets_nothing_through_and_costs_no_attempt(settings: Settings) -> None:
    settings.LETTER_GATES = {"lesson": f"{__name__}.broken"}
    lesson = make_letter()
    receipt = make_letter(stream=Letter.Stream.RECEIPT)

    pump.send_due(now=NOW)

    assert [each.to for each in mail.outbox] == [[receipt.to]]
    lesson.refresh_from_db()
    assert (lesson.state, lesson.attempt) == ("waiting", 0)
    settings.LETTER_GATES = {}
    assert pump.send_due(now=NOW + 2 * marks.PAUSE).sent == 1


def test_what_was_asked_some_seconds_ago_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who stops while her letter waits in the queue gets it no more."""
    first, second, gone = make_letter(), make_letter(), make_letter()
    clock = [0.0]
    monkeypatch.setattr(pump, "monotonic", lambda: clock[0])
    allow = gates.ask

    def ask_slowly(letters: Sequence[Letter], *, now: datetime) -> gates.Said:
        if clock[0]:
            return gates.Said(withheld={second.uuid: "stopped meanwhile"})
        clock[0] = 2 * pump.ASKED_HOLDS
        Letter.objects.filter(pk=gone.pk).delete()
        return allow(letters, now=now)

    monkeypatch.setattr(gates, "ask", ask_slowly)

    pump.send_due(now=NOW)

    assert [each.to for each in mail.outbox] == [[first.to]]
    assert Letter.objects.get(pk=second.pk).withheld == "stopped meanwhile"
