"""The bytes we join ourselves say exactly what Django's would have said."""

from __future__ import annotations

import email
import uuid
from datetime import timedelta
from email import policy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courseapp.post import filling, message
from courseapp.post.models import Form, Letter
from tests.factories import NOW

if TYPE_CHECKING:
    from email.message import EmailMessage

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.once

# What a mail may say: any character but those that no text has (and a lone half of a pair).
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"))
LONG = st.builds(lambda text, times: "." + text * times + "\n", WORDS, st.integers(1, 90))
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=150)
ADDRESSES = st.sampled_from(
    [
        "anna@example.org",
        "anna.de-vries+cursus@example.org",
        "o'brien@example.org",
        '"anna de vries"@example.org',
        "anna@bücher.example",
        "zoë@example.org",
        "anna@xn--bcher-kva.example",
        "a" * 64 + "@" + "b" * 60 + ".example.org",
    ]
)
STREAMS = st.sampled_from(list(Letter.Stream))
UNSUBSCRIBE = st.sampled_from(["", "https://example.org/stop/" + "x" * 200])


def letter(**fields: Any) -> Letter:
    """A letter that lies in no table."""
    name = uuid.uuid5(uuid.NAMESPACE_URL, repr(fields))
    return Letter(
        **{
            "uuid": name,
            "message_id": f"<{name}@example.org>",
            "stream": Letter.Stream.LESSON,
            "to": "anna@example.org",
            "created_at": NOW,
            **fields,
        }
    )


def read(raw: bytes) -> dict[str, Any]:
    """All that a mail program takes from a message."""
    parsed: EmailMessage = email.message_from_bytes(raw, policy=policy.default)
    plain: Any = parsed.get_body(("plain",))
    html: Any = parsed.get_body(("html",))
    outside = {"content-type", "content-transfer-encoding", "mime-version"}
    return {
        "headers": {
            # Django's own has a space too many before some encoded subjects.
            name.lower(): str(value).strip()
            for name, value in parsed.items()
            if name.lower() not in outside
        },
        "type": parsed.get_content_type(),
        "text": plain.get_content().replace("\r\n", "\n"),
        "html": html.get_content().replace("\r\n", "\n") if html is not None else None,
        "defects": [str(each) for part in parsed.walk() for each in part.defects],
    }


def of_django(of: Letter) -> bytes:
    made: Any = message.by_django(of, reply_to="praktijk@example.org").message()
    return bytes(made.as_bytes(linesep="\r\n"))


def ours(of: Letter) -> bytes:
    return message.to_bytes(of, reply_to="praktijk@example.org")


@pytest.mark.slow
@given(to=ADDRESSES, subject=LINE, text=LONG, html=LONG, stream=STREAMS, out=UNSUBSCRIBE)
@example("anna@example.org", "", ".\n..\n\n", "From me\n.", Letter.Stream.OFFER, "")
@example("anna@example.org", "Je les “staat” klaar", " \n\t\n=", "é" * 5000, "lesson", "")
def test_a_mail_program_reads_the_same_in_ours_as_in_django_s(
    to: str, subject: str, text: str, html: str, stream: Letter.Stream, out: str
) -> None:
    of = letter(
        to=to, subject=" ".join(subject.split()), text=text, html=html, stream=stream,
        unsubscribe=out,
    )  # fmt: skip

    assert read(ours(of)) == read(of_django(of))


@pytest.mark.slow
@given(subject=LINE, before=WORDS, after=WORDS, value=LONG, short=LINE)
@example("", "zin ", " einde ", "Anna & \"Co\" <b>\n'regel'", " ")
def test_a_form_filled_in_says_the_same_as_its_words_written_out(
    subject: str, before: str, after: str, value: str, short: str
) -> None:
    form = Form(
        digest="x",
        subject="{{short}} " + subject.replace("{", "("),
        text=f".{before.replace('{', '(')}{{{{value}}}}{after.replace('{', '(')}{{{{short}}}}\n",
        html=f"<p>{{{{short}}}}</p>{{{{value}}}}{after.replace('{', '(')}\n",
    )
    filled = letter(form=form, values={"value": value, "short": short})
    words = filling.words_of(filled)
    plain = letter(
        uuid=filled.uuid, message_id=filled.message_id,
        subject=words.subject, text=words.text, html=words.html,
    )  # fmt: skip

    assert read(ours(filled)) == read(ours(plain)) == read(of_django(filled))


@given(text=LONG, html=LONG)
def test_no_line_is_longer_than_a_mail_server_has_to_take(text: str, html: str) -> None:
    raw = ours(letter(subject="Dag", text=text, html=html))

    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 100
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")


def test_a_value_is_never_markup_and_never_a_header() -> None:
    form = Form(digest="x", subject="Dag {{name}}", text="{{name}}", html="<p>{{name}}</p>")
    of = letter(form=form, values={"name": "<script>\r\nBcc: eve@example.org"})

    found = read(ours(of))

    assert "bcc" not in found["headers"]
    assert found["headers"]["subject"] == "Dag <script> Bcc: eve@example.org"
    assert found["html"] == "<p>&lt;script&gt;<br>Bcc: eve@example.org</p>"


def test_a_value_that_looks_like_a_mark_stays_what_it_is() -> None:
    form = Form(digest="x", subject="s", text="{{one}} {{two}}\n", html="")
    of = letter(form=form, values={"one": "{{two}}", "two": "2"})

    assert read(ours(of))["text"] == "{{two}} 2\n"


def test_a_letter_says_when_it_was_first_tried_and_that_a_machine_wrote_it() -> None:
    found = read(ours(letter(first_tried_at=NOW + timedelta(hours=1), subject="s")))["headers"]

    assert found["date"] == "Sun, 22 Nov 2026 21:15:00 +0000"
    assert found["auto-submitted"] == "auto-generated"
    assert found["reply-to"] == "praktijk@example.org"
    assert found["feedback-id"].startswith("lesson:")


def test_the_way_out_takes_one_click_and_a_mail_where_somebody_reads_it(
    settings: Settings,
) -> None:
    settings.MAIL_UNSUBSCRIBE = "stop@example.org"
    of = letter(subject="s", unsubscribe="https://example.org/stop/x:y/")

    found = read(ours(of))["headers"]

    assert found["list-unsubscribe"] == (
        "<https://example.org/stop/x:y/>, <mailto:stop@example.org?subject=stop%20x%3Ay>"
    )
    assert found["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert "list-unsubscribe" not in read(ours(letter(subject="s")))["headers"]


def test_a_mail_loads_nothing_and_counts_nobody() -> None:
    form = Form(digest="x", subject="s", text="t", html='<a href="{{button}}">Lees</a>')
    found = read(ours(letter(form=form, values={"button": "https://example.org/les/"})))

    assert found["html"] == '<a href="https://example.org/les/">Lees</a>'
