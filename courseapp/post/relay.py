"""A line to the mail server: opened at its first letter, kept for all.

A line knows nothing of tables: it gets letters and says what came of each. So lines may be threads
(`courseapp.post.crew`), and whoever gives them letters waits for nothing but answers.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from django.core import mail
from django.core.mail.backends.smtp import EmailBackend

from courseapp.post import message, replies
from courseapp.post.replies import GOOD, Answer, Verdict

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend

    from courseapp.post.enclosures import Packed
    from courseapp.post.models import Letter
    from courseapp.post.replies import Stage

GO_ON = 354
STAGES: tuple[Stage, Stage, Stage] = ("start", "address", "words")


@dataclass(frozen=True)
class Parcel:
    """A letter with all that goes along."""

    letter: Letter
    packed: Packed
    reply_to: str = ""


class Line(Protocol):
    """One connection."""

    def send(self, parcel: Parcel) -> Answer: ...

    def close(self) -> None: ...


class SmtpLine:
    """A connection that speaks SMTP; MAIL, RCPT and DATA go in one breath where that is allowed."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self.carried = 0

    def send(self, parcel: Parcel) -> Answer:
        try:
            to = message.address(parcel.letter.to).encode("ascii")
            words = message.to_bytes(parcel.letter, parcel.packed.files, reply_to=parcel.reply_to)
        except Exception as fault:  # Whatever is wrong with one letter is wrong with it alone.
            return Answer(Verdict.UNFIT, type(fault).__name__)
        answer = self._send(to, words)
        if answer.verdict is Verdict.DOWN and self.carried:
            # A server ends a line after so many letters, or so long a silence: on with a new one.
            self.close()
            answer = self._send(to, words)
        self.carried += answer.verdict is Verdict.SENT
        if answer.verdict in {Verdict.DOWN, Verdict.LOST}:
            self.close()
        return answer

    def close(self) -> None:
        self.carried = 0
        with suppress(smtplib.SMTPException, OSError):  # Nothing hangs on a good end.
            self.backend.close()
        self.backend.connection = None

    def _send(self, to: bytes, words: bytes) -> Answer:
        try:
            smtp = self._open()
            refusal = _announce(smtp, to)
        except smtplib.SMTPResponseException as refused:
            return replies.judge("start", refused.smtp_code, _text(refused.smtp_error))
        except (smtplib.SMTPException, OSError) as trouble:
            return Answer(Verdict.DOWN, type(trouble).__name__)
        return refusal or self._hand_over(smtp, words)

    def _open(self) -> smtplib.SMTP:
        if self.backend.connection is not None and self.backend.connection.sock is None:
            self.backend.connection = None
        self.backend.open()
        smtp = cast("smtplib.SMTP", self.backend.connection)
        smtp.ehlo_or_helo_if_needed()
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, words: bytes) -> Answer:
        try:
            smtp.send(words.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code, said = smtp.getreply()
        except (smtplib.SMTPException, OSError) as trouble:
            return Answer(Verdict.LOST, type(trouble).__name__)
        if code in GOOD:
            return Answer(Verdict.SENT)
        return replies.judge("end", code, said.decode(errors="replace"))


def _announce(smtp: smtplib.SMTP, to: bytes) -> Answer | None:
    """Say from whom and to whom; None when the server waits for the words."""
    commands = (b"MAIL FROM:<%s>\r\n" % message.sender(), b"RCPT TO:<%s>\r\n" % to, b"DATA\r\n")
    in_one_breath = smtp.has_extn("pipelining")
    if in_one_breath:
        smtp.send(b"".join(commands))
    for place, (stage, command) in enumerate(zip(STAGES, commands, strict=True), start=1):
        if not in_one_breath:
            smtp.send(command)
        code, said = smtp.getreply()
        if code != GO_ON if stage == "words" else code not in GOOD:
            _step_back(smtp, unread=len(commands) - place if in_one_breath else 0)
            return replies.judge(stage, code, said.decode(errors="replace"))
    return None


def _step_back(smtp: smtplib.SMTP, *, unread: int) -> None:
    """After a no: hear the rest of what was asked, and be ready for the next letter."""
    with suppress(smtplib.SMTPException, OSError):
        last = 0
        for _ in range(unread):
            last, _said = smtp.getreply()
        if last == GO_ON:
            # It waits for words all the same: none, so that nobody gets them (RFC 2920, 3.1).
            smtp.send(b".\r\n")
            smtp.getreply()
        smtp.send(b"RSET\r\n")
        smtp.getreply()


class OtherLine:
    """Any other way that Django knows to send mail: a folder, a list, a provider's interface."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend
        self.is_open = False

    def send(self, parcel: Parcel) -> Answer:
        answer = self._open() or self._send(parcel)
        if answer.verdict in {Verdict.DOWN, Verdict.LOST}:
            self.close()
        return answer

    def close(self) -> None:
        self.is_open = False
        with suppress(Exception):
            self.backend.close()

    def _open(self) -> Answer | None:
        try:
            if not self.is_open:
                self.backend.open()
                self.is_open = True
        except Exception as trouble:  # Each way has errors of its own; this is before any letter.
            return Answer(Verdict.DOWN, type(trouble).__name__)
        return None

    def _send(self, parcel: Parcel) -> Answer:
        try:
            files, reply_to = parcel.packed.files, parcel.reply_to
            made = message.by_django(parcel.letter, files, reply_to=reply_to)
            self.backend.send_messages([made])
        except Exception as trouble:
            return of_error(trouble)
        return Answer(Verdict.SENT)


def of_error(error: Exception) -> Answer:
    """What an error means that a way of sending raised with a letter in its hands."""
    answer = _of_provider(error)
    if answer is not None:
        return answer
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return replies.judge("address", code, said.decode(errors="replace"))
        case smtplib.SMTPDataError():
            return replies.judge("words", error.smtp_code, _text(error.smtp_error))
        case smtplib.SMTPResponseException() | ConnectionRefusedError():
            return Answer(Verdict.DOWN, type(error).__name__)
        case smtplib.SMTPException() | OSError():
            return Answer(Verdict.LOST, type(error).__name__)
    return Answer(Verdict.UNFIT, type(error).__name__)


def _of_provider(error: Exception) -> Answer | None:
    """What django-anymail's own errors mean, which is loaded only where it is used."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return replies.judge_http(status)
    if type(error).__name__ == "AnymailRecipientsRefused":
        # The provider's own list says no; what that rests on comes as an event.
        return Answer(Verdict.RETURNED, "the provider refused the address")
    return None


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def line() -> Line:
    """A line the way mail goes here; it is opened at its first letter."""
    backend = mail.get_connection()
    return SmtpLine(backend) if isinstance(backend, EmailBackend) else OtherLine(backend)
