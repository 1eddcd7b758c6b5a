from __future__ import annotations

import itertools
import smtplib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from courseapp.post import pump
from courseapp.post.models import Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW
from tests.racing import at_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


class Server(BaseEmailBackend):
    """A mail server that answers as it is told: an error for the next mails, then yes."""

    answers: list[Exception | None] = []
    opened = 0
    seen: list[EmailMessage] = []

    def open(self) -> bool:
        Server.opened += 1
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            message.message()
            answer = Server.answers.pop(0) if Server.answers else None
            if answer is not None:
                raise answer
            Server.seen.append(message)
        return len(email_messages)


@pytest.fixture
def server(settings: Settings) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.answers, Server.seen, Server.opened = [], [], 0
    return Server


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"reader@example.org": (code, b"no")})


def test_a_due_letter_goes_out_whole_and_once() -> None:
    letter = make_letter()
    assert pump.send_due(now=NOW).sent == 1
    assert pump.send_due(now=NOW + timedelta(days=1)).sent == 0
    [message] = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    assert (message.subject, message.to, message.body) == (letter.subject, [letter.to], letter.text)
    assert message.alternatives[0][0] == letter.html
    assert message.extra_headers["Message-ID"] == letter.message_id
    letter.refresh_from_db()
    assert letter.state == "sent"


def test_a_letter_for_later_waits() -> None:
    make_letter(now=NOW + timedelta(seconds=1))
    assert pump.send_due(now=NOW).claimed == 0
    assert not pump.is_due(now=NOW)


def test_codes_go_first_over_one_connection(server: type[Server]) -> None:
    for stream in ("offer", "lesson", "code"):
        make_letter(stream=Letter.Stream(stream), subject=stream)
    pump.send_due(now=NOW)
    assert [message.subject for message in server.seen] == ["code", "lesson", "offer"]
    assert server.opened == 1


def test_a_code_leaves_no_trace_once_it_is_sent() -> None:
    letter = make_letter(stream=Letter.Stream.CODE, text="123456", html="123456", subject="x")
    pump.send_due(now=NOW)
    letter.refresh_from_db()
    assert (letter.subject, letter.text, letter.html) == ("", "", "")
    other = make_letter()
    pump.send_due(now=NOW)
    other.refresh_from_db()
    assert other.text


def test_a_code_that_ran_out_is_emptied_and_never_sent(server: type[Server]) -> None:
    ends = NOW + timedelta(minutes=10)
    letter = make_letter(stream=Letter.Stream.CODE, text="123456", expires_at=ends)
    assert pump.forget_expired(now=ends - timedelta(seconds=1)) == 0
    assert pump.forget_expired(now=ends) == 1
    letter.refresh_from_db()
    assert (letter.text, letter.state, letter.error) == ("", "given_up", "expired")
    late = make_letter(stream=Letter.Stream.CODE, text="123456", expires_at=ends)
    pump.send_due(now=ends)
    late.refresh_from_db()
    assert (server.seen, late.text, late.state) == ([], "", "given_up")


def test_an_address_that_is_refused_for_good_is_given_up_with_the_reason(
    server: type[Server],
) -> None:
    letter, next_one = make_letter(), make_letter()
    server.answers = [refused(550)]
    assert pump.send_due(now=NOW).sent == 1
    letter.refresh_from_db()
    next_one.refresh_from_db()
    assert letter.state == "given_up"
    assert letter.error.startswith("550")
    assert next_one.state == "sent"


@pytest.mark.parametrize(
    "trouble", [refused(450), smtplib.SMTPDataError(451, b"later"), ValueError("odd")]
)
def test_a_letter_with_trouble_is_tried_again_with_growing_pauses_and_given_up_at_eight(
    server: type[Server], trouble: Exception
) -> None:
    letter = make_letter()
    now, pauses = NOW, []
    for _ in range(pump.ATTEMPTS):
        server.answers = [trouble]
        assert pump.send_due(now=now).claimed == 1
        letter.refresh_from_db()
        if letter.next_at is not None:
            pauses.append(letter.next_at - now)
            now = letter.next_at
    assert letter.state == "given_up"
    assert letter.error
    assert len(pauses) == pump.ATTEMPTS - 1
    assert all(longer > 1.9 * shorter for shorter, longer in itertools.pairwise(pauses))


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPAuthenticationError(535, b"who?"),
        smtplib.SMTPSenderRefused(550, b"not you", "post@example.org"),
    ],
)
def test_a_mail_server_that_is_down_costs_no_letter_an_attempt(
    server: type[Server], trouble: Exception
) -> None:
    letters = [make_letter() for _ in range(3)]
    server.answers = [None, trouble]
    assert pump.send_due(now=NOW).sent == 1
    states = []
    for letter in letters:
        letter.refresh_from_db()
        states.append((letter.state, letter.attempt))
    assert states == [("sent", 1), ("waiting", 0), ("waiting", 0)]
    assert not pump.is_due(now=NOW + timedelta(minutes=4))
    assert pump.send_due(now=NOW + timedelta(minutes=8)).sent == 2


def test_a_header_in_an_address_harms_only_its_own_letter(server: type[Server]) -> None:
    odd, good = make_letter(to="a@example.org\nBcc: eve@example.org"), make_letter()
    assert pump.send_due(now=NOW).sent == 1
    assert [message.to for message in server.seen] == [[good.to]]
    odd.refresh_from_db()
    assert odd.error == "BadHeaderError"


def test_a_sender_that_died_leaves_its_letters_to_the_next_after_the_lease() -> None:
    letter = make_letter()
    pump.claim(now=NOW, limit=10)
    assert pump.send_due(now=NOW + pump.LEASE - timedelta(seconds=1)).claimed == 0
    assert pump.send_due(now=NOW + pump.LEASE).sent == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == letter.message_id


def test_nothing_is_begun_when_the_lease_has_nearly_run_out(
    monkeypatch: pytest.MonkeyPatch, server: type[Server]
) -> None:
    make_letter(), make_letter()
    clock = iter([0.0, 1.0, pump.LEASE.total_seconds()])
    monkeypatch.setattr(pump, "monotonic", lambda: next(clock))
    assert pump.send_due(now=NOW).sent == 1
    assert len(server.seen) == 1


def test_a_late_failure_does_not_disturb_who_claimed_the_letter_since(
    server: type[Server],
) -> None:
    make_letter()
    [ours] = pump.claim(now=NOW, limit=1)
    [theirs] = pump.claim(now=NOW + pump.LEASE, limit=1)
    pump._failed(ours, "late", now=NOW + pump.LEASE)
    letter = Letter.objects.get()
    assert (letter.next_at, letter.error) == (theirs.next_at, "")


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_every_letter_once() -> None:
    letters = [make_letter() for _ in range(40)]

    def send(_number: int) -> int:
        sent = 0
        while True:
            run = pump.send_due(now=NOW, limit=5)
            sent += run.sent
            if not run.claimed:
                return sent

    results: list[Any] = at_once(send, 4)
    assert sum(results) == len(letters)
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert sorted(ids) == sorted(letter.message_id for letter in letters)
