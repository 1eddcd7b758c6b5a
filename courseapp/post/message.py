"""A letter as a message: its headers, and its bytes.

Django builds a message from objects, half a millisecond each. Of ten thousand mails of one form all
but a few words are the same, so their bytes are joined from what `post.filling` keeps ready. What
carries files, or goes to an address that is not plain, is built by Django.
"""

from __future__ import annotations

import re
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.core import mail
from django.core.mail.message import sanitize_address

from courseapp.post import filling, leaving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.post.models import Letter

Files = tuple[tuple[str, bytes], ...] | list[tuple[str, bytes]]
# An address and a subject that can stand in a header as they are.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,120}")
PLAIN_SUBJECT = re.compile(r"[ -~]{0,66}")
PART = (
    b"\r\nContent-Type: text/%s; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
# Google's Feedback-ID wants a name of the sender of 5 to 15 characters.
SENDER_NAME = 15


def headers(letter: Letter, *, reply_to: str = "") -> Iterator[tuple[str, str]]:
    """What stands above a letter beside From, To and Subject, line by line.

    RFC 3834 (sent by a machine), RFC 2369 and 8058 (the way out, with one click).
    """
    yield "Date", format_datetime(letter.first_tried_at or letter.created_at)
    yield "Message-ID", letter.message_id
    if reply_to:
        yield "Reply-To", reply_to
    yield "Auto-Submitted", "auto-generated"
    yield "Feedback-ID", f"{letter.stream}:{_sender_name(settings.DEFAULT_FROM_EMAIL)}"
    if letter.unsubscribe:
        yield "List-Unsubscribe", ", ".join(_ways_out(letter))
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def to_bytes(letter: Letter, files: Files = (), *, reply_to: str = "") -> bytes:
    """The whole message, each line ended by CR LF, dots at their start not doubled yet."""
    if files or not PLAIN_ADDRESS.fullmatch(letter.to):
        made: Any = by_django(letter, files, reply_to=reply_to).message()
        return bytes(made.as_bytes(linesep="\r\n"))
    ready = filling.ready(letter)
    above = (
        _from(settings.DEFAULT_FROM_EMAIL),
        f"To: {letter.to}",
        f"Subject: {_subject(ready.subject)}",
        *(f"{name}: {value}" for name, value in headers(letter, reply_to=reply_to)),
        "MIME-Version: 1.0",
    )
    top = "\r\n".join(above).encode("ascii")
    if not ready.html:
        end = b"" if ready.text.endswith(b"\r\n") else b"\r\n"
        return b"".join((top, PART % b"plain", ready.text, end))
    # No line of quoted-printable begins like this.
    between = b"--=_" + letter.uuid.hex.encode()
    kind = b'\r\nContent-Type: multipart/alternative; boundary="%s"\r\n\r\n' % between[2:]
    text, html = PART % b"plain", PART % b"html"
    parts = (between, text, ready.text, b"\r\n", between, html, ready.html, b"\r\n", between)
    return b"".join((top, kind, *parts, b"--\r\n"))


def by_django(
    letter: Letter, files: Files = (), *, reply_to: str = ""
) -> mail.EmailMultiAlternatives:
    """The same as Django's object, for what is not plain and for senders that are no SMTP."""
    words = filling.words_of(letter)
    message = mail.EmailMultiAlternatives(
        subject=words.subject,
        body=words.text,
        to=[letter.to],
        headers=dict(headers(letter, reply_to=reply_to)),
    )
    if words.html:
        message.attach_alternative(words.html, "text/html")
    for name, content in files:
        message.attach(name, content)
    return message


def address(value: str) -> str:
    """An address as the mail server gets it: a name of a host that is not ASCII becomes one."""
    if PLAIN_ADDRESS.fullmatch(value):
        return value
    return parseaddr(sanitize_address(value, "utf-8"))[1]


def sender() -> bytes:
    """Whom the mail server is told a letter comes from."""
    return _sender(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=8)
def _sender(named: str) -> bytes:
    return address(parseaddr(named)[1]).encode("ascii")


@lru_cache(maxsize=8)
def _from(sender: str) -> str:
    return f"From: {sanitize_address(sender, 'utf-8')}"


def _subject(subject: str) -> str:
    if PLAIN_SUBJECT.fullmatch(subject):
        return subject
    charset = "us-ascii" if subject.isascii() else "utf-8"
    return Header(subject, charset, header_name="Subject").encode(linesep="\r\n")


def _ways_out(letter: Letter) -> Iterator[str]:
    yield f"<{letter.unsubscribe}>"
    if settings.MAIL_UNSUBSCRIBE:
        subject = quote(leaving.subject(letter.unsubscribe), safe="")
        yield f"<mailto:{settings.MAIL_UNSUBSCRIBE}?subject={subject}>"


@lru_cache(maxsize=8)
def _sender_name(sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return re.sub(r"[^a-z0-9]", "", domain.lower())[:SENDER_NAME].ljust(5, "0")
