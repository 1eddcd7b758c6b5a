from __future__ import annotations

import itertools
import smtplib
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from courseapp.post import breaker, claiming, marks, pump
from courseapp.post.enclosures import Packed
from courseapp.post.models import Breaker, Letter
from courseapp.post.relay import Parcel
from courseapp.post.replies import Answer, Verdict
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW
from tests.racing import at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.core.mail import EmailMessage
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


class Server(BaseEmailBackend):
    """A mail server that answers as it is told: an error for the next mails, then yes."""

    answers: list[Exception | None] = []
    opened = 0
    seen: list[EmailMessage] = []
    while_sending: Callable[[], object] = staticmethod(lambda: None)

    def open(self) -> bool:
        Server.opened += 1
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            message.message()
            answer = Server.answers.pop(0) if Server.answers else None
            if answer is not None:
                raise answer
            Server.while_sending()
            Server.seen.append(message)
        return len(email_messages)


@pytest.fixture
def server(settings: Settings) -> type[Server]:
    # One line: what it sees has an order.
    settings.MAIL_CONNECTIONS = 1
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.answers, Server.seen, Server.opened = [], [], 0
    Server.while_sending = staticmethod(lambda: None)
    return Server


def state_of(letter: Letter) -> str:
    return Letter.objects.get(pk=letter.pk).state


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


def test_a_claim_takes_the_most_urgent_and_of_those_what_waits_longest() -> None:
    hour = timedelta(hours=1)
    streams = ("offer", "lesson", "receipt", "code")
    made = {
        (stream, age): make_letter(stream=Letter.Stream(stream), now=NOW - age * hour).pk
        for age in (0, 1)
        for stream in streams
    }
    make_letter(stream=Letter.Stream.CODE, now=NOW + hour)

    first, rest = (claiming.claim(now=NOW, limit=limit) for limit in (3, 10))

    due = [made[stream, age] for stream in reversed(streams) for age in (1, 0)]
    assert [letter.pk for letter in (*first, *rest)] == due
    assert claiming.claim(now=NOW, limit=10) == []


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
    assert marks.forget_expired(now=ends - timedelta(seconds=1)) == 0
    assert marks.forget_expired(now=ends) == 1
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
    for _ in range(marks.ATTEMPTS):
        server.answers = [trouble]
        assert pump.send_due(now=now).claimed == 1
        letter.refresh_from_db()
        if letter.next_at is not None:
            pauses.append(letter.next_at - now)
            now = letter.next_at
    assert letter.state == "given_up"
    assert letter.error
    assert len(pauses) == marks.ATTEMPTS - 1
    assert all(longer > 1.9 * shorter for shorter, longer in itertools.pairwise(pauses))


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionRefusedError(),
        smtplib.SMTPAuthenticationError(535, b"who?"),
        smtplib.SMTPSenderRefused(550, b"not you", "post@example.org"),
    ],
)
def test_a_mail_server_that_is_down_costs_no_letter_an_attempt_and_is_left_alone_for_a_while(
    server: type[Server], trouble: Exception
) -> None:
    letters = [make_letter() for _ in range(3)]
    server.answers = [None, trouble]
    assert pump.send_due(now=NOW).sent == 1
    states = []
    for letter in letters:
        letter.refresh_from_db()
        states.append((letter.state, letter.attempt, letter.unanswered))
    assert states == [("sent", 1, 0), ("waiting", 0, 0), ("waiting", 0, 0)]
    assert not pump.is_due(now=NOW + breaker.FIRST / 2)
    assert pump.send_due(now=NOW + breaker.FIRST / 2).claimed == 0
    later = NOW + 2 * breaker.FIRST
    assert pump.is_due(now=later)
    assert pump.send_due(now=later).sent == 2
    assert breaker.state(now=later) == (False, 0)


def test_a_server_that_stays_away_is_asked_ever_more_seldom(server: type[Server]) -> None:
    make_letter()
    now, pauses = NOW, []
    for _ in range(10):
        server.answers = [ConnectionRefusedError()]
        pump.send_due(now=now)
        until = Breaker.objects.get().open_until
        pauses.append(until - now)
        now = until + timedelta(seconds=1)
    assert pauses[1] > pauses[0]
    assert timedelta(0) <= pauses[-1] - breaker.LONGEST < timedelta(seconds=1)
    assert Letter.objects.get().attempt == 0


def test_ten_letters_put_off_in_a_row_are_about_us_and_not_about_them(
    server: type[Server],
) -> None:
    for _ in range(15):
        make_letter()
    server.answers = [refused(450) for _ in range(15)]
    pump.send_due(now=NOW)
    assert Letter.objects.filter(attempt=1).count() == pump.TOO_MANY
    assert Letter.objects.filter(attempt=0).count() == 15 - pump.TOO_MANY
    assert breaker.state(now=NOW)[0]


def test_a_header_in_an_address_harms_only_its_own_letter(server: type[Server]) -> None:
    odd, good = make_letter(to="a@example.org\nBcc: eve@example.org"), make_letter()
    assert pump.send_due(now=NOW).sent == 1
    assert [message.to for message in server.seen] == [[good.to]]
    odd.refresh_from_db()
    assert odd.error == "BadHeaderError"


def test_a_sender_that_died_leaves_its_letters_to_the_next_after_the_lease() -> None:
    letter = make_letter()
    claiming.claim(now=NOW, limit=10)
    again = NOW + claiming.LEASE
    assert pump.send_due(now=again - timedelta(seconds=1)).claimed == 0
    assert pump.send_due(now=again).sent == 1
    headers = mail.outbox[0].extra_headers
    assert headers["Message-ID"] == letter.message_id
    assert headers["Date"] == format_datetime(NOW), "the date of the first attempt"


def test_a_code_whose_sender_died_goes_again_while_somebody_waits_for_it() -> None:
    code, lesson = make_letter(stream=Letter.Stream.CODE), make_letter()
    claiming.claim(now=NOW, limit=10)
    again = NOW + claiming.CODE_LEASE
    assert pump.send_due(now=again - timedelta(seconds=1)).claimed == 0
    assert pump.send_due(now=again).sent == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == code.message_id
    assert pump.send_due(now=NOW + claiming.LEASE).sent == 1
    assert mail.outbox[1].extra_headers["Message-ID"] == lesson.message_id


def test_nothing_is_begun_when_the_lease_has_nearly_run_out(
    monkeypatch: pytest.MonkeyPatch, server: type[Server]
) -> None:
    first, second = make_letter(), make_letter()
    clock = [0.0]
    monkeypatch.setattr(pump, "monotonic", lambda: clock[0])
    server.while_sending = lambda: clock.__setitem__(0, claiming.LEASE.total_seconds())
    assert pump.send_due(now=NOW).sent == 1
    assert [message.to for message in server.seen] == [[first.to]]
    second.refresh_from_db()
    assert (second.state, second.attempt) == ("waiting", 0)


def test_a_letter_whose_senders_died_goes_alone_and_then_nowhere(server: type[Server]) -> None:
    odd, good = make_letter(), make_letter()
    now = NOW
    for _ in range(claiming.ALONE):
        assert len(claiming.claim(now=now, limit=10)) == 2, "at first they go together"
        now += claiming.LEASE
    Letter.objects.filter(pk=good.pk).update(unanswered=0)
    for _ in range(claiming.QUARANTINE - claiming.ALONE):
        taken = claiming.claim(now=now, limit=10)
        assert [letter.pk for letter in taken] == [odd.pk]
        Letter.objects.filter(pk=odd.pk).update(next_at=now)
    assert pump.send_due(now=now).sent == 1
    odd.refresh_from_db()
    assert (odd.state, odd.error) == ("given_up", "quarantine")
    assert list(Letter.objects.lost()) == [odd]


def test_a_late_failure_does_not_disturb_who_claimed_the_letter_since(
    server: type[Server],
) -> None:
    make_letter()
    [ours] = claiming.claim(now=NOW, limit=1)
    [theirs] = claiming.claim(now=NOW + claiming.LEASE, limit=1)
    late = Parcel(ours, Packed((), ()))
    marks.write([(late, Answer(Verdict.LATER, "late"))], [], now=NOW + claiming.LEASE)
    letter = Letter.objects.get()
    assert (letter.next_at, letter.error) == (theirs.next_at, "")


def test_an_offer_whose_sender_died_stays_in_doubt_and_goes_no_more() -> None:
    offer = make_letter(stream=Letter.Stream.OFFER)
    claimed = claiming.claim(now=NOW, limit=1)
    assert marks.write([], claimed, now=NOW) == claimed
    assert state_of(offer) == "sending"

    later = NOW + 2 * claiming.LEASE
    assert pump.send_due(now=later).sent == 0

    assert state_of(offer) == "in_doubt"
    assert list(Letter.objects.doubtful()) == [offer]
    assert not Letter.objects.lost().exists()
    assert not pump.is_due(now=later + timedelta(days=30))


def test_an_offer_that_was_claimed_and_not_begun_still_goes() -> None:
    make_letter(stream=Letter.Stream.OFFER)
    claiming.claim(now=NOW, limit=1)
    assert pump.send_due(now=NOW + claiming.LEASE).sent == 1
    assert not Letter.objects.doubtful().exists()


def test_an_offer_that_somebody_else_took_meanwhile_may_not_go() -> None:
    make_letter(stream=Letter.Stream.OFFER)
    claimed = claiming.claim(now=NOW, limit=1)
    Letter.objects.update(next_at=None)
    assert marks.write([], claimed, now=NOW) == []


@pytest.mark.parametrize(("stream", "state"), [("offer", "in_doubt"), ("lesson", "waiting")])
def test_a_line_that_breaks_with_a_letter_in_it_leaves_an_offer_and_repeats_a_lesson(
    server: type[Server], stream: str, state: str
) -> None:
    letter = make_letter(stream=Letter.Stream(stream))
    server.answers = [smtplib.SMTPServerDisconnected("gone")]
    pump.send_due(now=NOW)
    letter.refresh_from_db()
    assert (letter.state, letter.attempt) == (state, 1)


def test_an_offer_that_is_put_off_is_not_in_doubt(server: type[Server]) -> None:
    offer = make_letter(stream=Letter.Stream.OFFER)
    server.answers = [refused(450)]
    pump.send_due(now=NOW)
    offer.refresh_from_db()
    assert (offer.state, offer.begun_at) == ("waiting", None)


def test_a_code_overtakes_what_was_claimed_before_it(
    server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_letter()
    clock = [0.0]
    monkeypatch.setattr(pump, "monotonic", lambda: clock[0])

    def ask_for_a_code() -> None:
        if not clock[0]:
            clock[0] = 2 * pump.CODES_EVERY
            make_letter(stream=Letter.Stream.CODE, subject="code", now=NOW)

    server.while_sending = ask_for_a_code
    assert pump.send_due(now=NOW).sent == 6
    assert [message.subject for message in server.seen].index("code") == 1


def test_what_is_left_when_time_is_up_is_given_back_and_told(
    monkeypatch: pytest.MonkeyPatch, server: type[Server]
) -> None:
    for _ in range(3):
        make_letter()
    clock = [0.0]
    monkeypatch.setattr(pump, "monotonic", lambda: clock[0])
    server.while_sending = lambda: clock.__setitem__(0, clock[0] + 30)
    run = pump.keep_sending(now=NOW, seconds=40)
    assert (run.sent, run.more) == (2, True)
    assert Letter.objects.get(sent_at=None).attempt == 0


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
