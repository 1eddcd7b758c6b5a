"""A mail server that fails at each stage of the conversation, over real connections."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from courseapp.bench.sink import GREETING, HANG_UP, SILENCE, Sink, running
from courseapp.post import breaker, crew, enclosures, pump
from courseapp.post.models import Letter, Suppression
from courseapp.post.relay import Parcel
from courseapp.post.replies import Verdict
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# A server that knows nothing but the oldest commands: each waits for the answer to the last.
OLD = b"250 sink\r\n"

# Stage, answer, and what it means for the letter (see courseapp.post.replies).
FAULTS = [
    ("connect", b"421 4.3.2 closing", "down"),
    ("connect", b"554 no service for you", "down"),
    ("connect", SILENCE, "down"),
    ("connect", HANG_UP, "down"),
    ("ehlo", b"421 4.3.2 closing", "down"),
    ("ehlo", b"502 what?", "sent"),  # HELO is tried, and answered.
    ("ehlo", SILENCE, "down"),
    ("ehlo", HANG_UP, "down"),
    ("mail", b"421 4.7.0 too many", "down"),
    ("mail", b"450 4.7.1 wait", "down"),
    ("mail", b"451 4.3.0 later", "down"),
    ("mail", b"550 5.7.1 not you", "down"),
    ("mail", b"552 5.3.4 full", "down"),
    ("mail", SILENCE, "down"),
    ("mail", HANG_UP, "down"),
    ("rcpt", b"421 4.7.0 too many", "down"),
    ("rcpt", b"450 4.2.1 busy", "later"),
    ("rcpt", b"451 4.7.1 greylisted", "later"),
    ("rcpt", b"550 5.1.1 no such user", "nobody"),
    ("rcpt", b"550 no such user", "nobody"),
    ("rcpt", b"550 5.2.1 disabled", "nobody"),
    ("rcpt", b"551 user not local", "nobody"),
    ("rcpt", b"550 5.7.1 relaying denied", "later"),
    ("rcpt", b"550 relay not permitted", "later"),
    ("rcpt", b"554 blocked, you are listed", "later"),
    ("rcpt", b"552 mailbox full", "later"),
    ("rcpt", b"552 5.2.2 mailbox full", "later"),
    ("rcpt", SILENCE, "down"),
    ("rcpt", HANG_UP, "down"),
    ("data", b"421 4.3.2 closing", "down"),
    ("data", b"451 4.3.0 later", "later"),
    ("data", b"550 5.6.0 not these", "returned"),
    ("data", b"552 5.3.4 too large", "returned"),
    ("data", SILENCE, "down"),
    ("data", HANG_UP, "down"),
    ("end", b"421 4.3.2 closing", "later"),
    ("end", b"450 4.2.0 later", "later"),
    ("end", b"451 4.3.0 later", "later"),
    ("end", b"550 5.7.1 looks like spam", "later"),
    ("end", b"550 5.1.1 no such user", "nobody"),
    ("end", b"550 5.6.0 not these", "returned"),
    ("end", b"552 5.3.4 too large", "returned"),
    ("end", SILENCE, "lost"),
    ("end", HANG_UP, "lost"),
]
STATES = {
    # state of a lesson, of an offer; attempts that count; is the server left alone?
    "sent": ("sent", "sent", 1, False),
    "down": ("waiting", "waiting", 0, True),
    "later": ("waiting", "waiting", 1, False),
    "nobody": ("given_up", "given_up", 1, False),
    "returned": ("given_up", "given_up", 1, False),
    "lost": ("waiting", "in_doubt", 1, True),
}
# How often it came in the end, where that is not once.
TIMES: dict[object, int] = {"nobody": 0, "returned": 0, ("lost", Letter.Stream.LESSON): 2}


@pytest.fixture(params=["pipelining", "one by one"])
def sink(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Sink]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.3
    made = Sink(keeps_words=True)
    if request.param == "one by one":
        made.skills = OLD
    with running(made):
        settings.EMAIL_PORT = made.port
        yield made


@pytest.mark.parametrize("stream", [Letter.Stream.LESSON, Letter.Stream.OFFER])
@pytest.mark.parametrize(("stage", "answer", "meaning"), FAULTS)
def test_what_an_answer_does_to_a_letter(
    sink: Sink, stage: str, answer: bytes, meaning: str, stream: Letter.Stream
) -> None:
    letter = make_letter(stream=stream)
    sink.fail(stage, answer + b"\r\n" if answer[:1].isdigit() else answer)

    pump.send_due(now=NOW)

    letter.refresh_from_db()
    of_lesson, of_offer, attempts, is_left_alone = STATES[meaning]
    state = of_offer if stream == Letter.Stream.OFFER else of_lesson
    assert (letter.state, letter.attempt) == (state, attempts), letter.error
    assert breaker.state(now=NOW)[0] == is_left_alone
    assert Suppression.objects.exists() == (meaning == "nobody")

    after_all(letter)
    came = sink.ids.count(letter.message_id)
    assert came == TIMES.get((meaning, stream), TIMES.get(meaning, 1))


def after_all(letter: Letter) -> None:
    """Go on for hours, with a server that works again."""
    for minutes in (20, 40, 60, 120):
        pump.send_due(now=NOW + minutes * MINUTE)
    letter.refresh_from_db()
    assert letter.state != "waiting"


def test_a_refusal_in_the_middle_harms_no_other_letter(sink: Sink, settings: Settings) -> None:
    settings.MAIL_CONNECTIONS = 1
    letters = [make_letter() for _ in range(5)]
    sink.fail("rcpt", b"250 Ok\r\n", b"550 5.1.1 nobody\r\n", b"250 Ok\r\n", b"451 later\r\n")

    pump.send_due(now=NOW)

    assert sink.connections == 1
    assert sink.ids == [letters[place].message_id for place in (0, 2, 4)]


@pytest.mark.parametrize(
    ("odd", "header"),
    [
        ("anna@b\u00fccher.example", b"To: anna@xn--bcher-kva.example"),
        ('"anna b"@example.org', b'To: "anna b"@example.org'),
        ("o'brien+lessen@example.org", b"To: o'brien+lessen@example.org"),
        ("\u00e4nn\u00e4@example.org", b""),  # No server has to know such a name.
        ("anna@example.org\r\nRCPT TO:<eve@example.org>", b""),
        ('"anna\r\n"@example.org', b""),
        ("anna@" + "b" * 200 + ".example", b""),  # A name is of 63 octets at most.
        ("niemand", b""),
        ("", b""),
    ],
)
def test_an_odd_address_is_written_as_servers_read_it_or_harms_its_own_letter_alone(
    sink: Sink, odd: str, header: bytes
) -> None:
    letters = [make_letter(to=to) for to in ("voor@example.org", odd, "na@example.org")]

    pump.send_due(now=NOW)

    came = {letters[0].message_id, letters[2].message_id}
    others = set(sink.ids) - came
    assert came <= set(sink.ids)
    assert not any(b"eve@example.org" in words.partition(b"\r\n\r\n")[0] for words in sink.words)
    if header:
        assert others == {letters[1].message_id}
        assert any(header in words for words in sink.words)


def test_a_server_that_ends_a_line_now_and_then_is_called_again(
    sink: Sink, settings: Settings
) -> None:
    settings.MAIL_CONNECTIONS = 1
    letters = [make_letter() for _ in range(5)]
    sink.fail("mail", b"250 Ok\r\n", b"250 Ok\r\n", b"421 4.7.0 enough for one line\r\n")

    assert pump.send_due(now=NOW).sent == 5

    assert sink.connections == 2
    assert Counter(sink.ids) == Counter(letter.message_id for letter in letters)


@pytest.mark.parametrize("lines", [1, 4])
def test_letters_arrive_whole_over_one_line_and_over_several(
    sink: Sink, settings: Settings, lines: int
) -> None:
    settings.MAIL_CONNECTIONS = lines
    letters = [make_letter(text=f".\n..nummer {number}\n.\n") for number in range(30)]

    assert pump.send_due(now=NOW).sent == 30

    assert sink.connections == lines
    assert Counter(sink.ids) == Counter(letter.message_id for letter in letters)
    assert all(b"nummer" in words and b"\r\n.\r\n" not in words for words in sink.words)
    assert not Letter.objects.filter(sent_at=None).exists()


def test_a_server_that_is_away_is_tried_with_one_letter_over_one_line(
    sink: Sink, settings: Settings
) -> None:
    settings.MAIL_CONNECTIONS = 4
    for _ in range(8):
        make_letter()
    sink.fail("connect", *[HANG_UP] * 5)
    pump.send_due(now=NOW)
    assert sink.connections == 4, "nobody knew"

    pump.send_due(now=NOW + MINUTE)
    assert sink.connections == 5
    assert pump.send_due(now=NOW + 3 * MINUTE).sent == 8


def test_a_server_that_takes_three_lines_at_a_time_gets_every_letter_over_three(
    sink: Sink, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_CONNECTIONS = 8
    sink.most = 3
    letters = [make_letter() for _ in range(40)]

    assert pump.keep_sending(now=NOW, seconds=60).sent == 40

    assert Counter(sink.ids) == Counter(letter.message_id for letter in letters)
    assert set(Letter.objects.values_list("attempt", flat=True)) == {1}
    assert breaker.state(now=NOW) == (False, 0)
    assert sink.connections == 8, "those that are not let in do not knock again"
    assert "Of 8 connections the mail server took letters over 3" in caplog.text


def test_a_line_that_is_refused_after_all_others_are_done_is_only_left(
    sink: Sink, settings: Settings
) -> None:
    settings.MAIL_CONNECTIONS = 2
    sink.fail("connect", GREETING, SILENCE)  # The second hears nothing for as long as it waits.
    letters = [make_letter() for _ in range(2)]

    assert pump.keep_sending(now=NOW, seconds=60).sent == 2

    assert Counter(sink.ids) == Counter(letter.message_id for letter in letters)
    assert breaker.state(now=NOW) == (False, 0)


def test_a_server_that_is_away_for_all_lines_is_left_alone_after_a_letter_each(
    sink: Sink, settings: Settings
) -> None:
    settings.MAIL_CONNECTIONS = 4
    for _ in range(20):
        make_letter()
    sink.fail("connect", *[HANG_UP] * 30)

    assert pump.keep_sending(now=NOW, seconds=60).sent == 0

    assert sink.connections == 4
    assert set(Letter.objects.values_list("attempt", flat=True)) == {0}
    assert breaker.state(now=NOW)[0]


def test_a_line_that_is_open_takes_the_next_letter_before_another_is_opened(sink: Sink) -> None:
    with crew.at_work(8) as lines:
        for _ in range(5):
            lines.give(Parcel(make_letter(), enclosures.NOTHING))
            assert [answer.verdict for _parcel, answer in lines.take()] == [Verdict.SENT]

    assert sink.connections == 1
