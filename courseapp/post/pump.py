"""Sending what is due: claim, send, mark.

What is promised: every letter is sent at least once, always under the same Message-ID, and at most
one letter per crash goes twice. A mail server has said yes before we can write it down, so "exactly
once" is not to be had (RFC 1047).
"""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from time import monotonic
from typing import TYPE_CHECKING

from django.core import mail
from django.db import connection, transaction
from django.db.models import F

from courseapp.post.models import Letter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend

log = logging.getLogger(__name__)

# Longer than the hard time limit of a task, so that a letter has one sender at a time.
LEASE = timedelta(seconds=180)
# A letter is not begun when less than this is left of its lease.
MARGIN = timedelta(seconds=60)
ATTEMPTS = 8
# The first pause after a failure; it doubles with each attempt. A code is of use for ten minutes.
PAUSE = timedelta(minutes=5)
PAUSE_OF_CODES = timedelta(seconds=10)
REFUSED_FOR_GOOD = 500


@dataclass(frozen=True)
class Run:
    """What one call of ``send_due`` did, in letters."""

    claimed: int
    sent: int


class RelayDown(Exception):
    """The mail server cannot be reached or does not want us: no letter's fault."""


def is_due(*, now: datetime) -> bool:
    return Letter.objects.filter(next_at__lte=now).exists()


def send_due(*, now: datetime, limit: int = 100) -> Run:
    """Send up to ``limit`` letters that are due at ``now``, codes first, over one connection."""
    started = monotonic()
    letters = claim(now=now, limit=limit)
    sent = 0
    with _Relay() as relay:
        for place, letter in enumerate(letters):
            passed = timedelta(seconds=monotonic() - started)
            if passed > LEASE - MARGIN:
                break
            try:
                sent += _deliver(letter, relay, now=now + passed)
            except RelayDown as trouble:
                log.warning("The mail server is not available: %s.", trouble)
                _give_back(letters[place:], now=now + passed)
                break
    return Run(claimed=len(letters), sent=sent)


def claim(*, now: datetime, limit: int) -> list[Letter]:
    """Take letters for the length of a lease; no other sender gets them meanwhile.

    The attempt counts here already, so that a letter that kills its sender is given up one day.
    """
    free = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = Letter.objects.filter(next_at__lte=now).order_by("priority", "next_at", "pk")
        letters = list(due.select_for_update(skip_locked=free)[:limit])
        Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
            next_at=now + LEASE, attempt=F("attempt") + 1
        )
    for letter in letters:
        letter.next_at = now + LEASE
        letter.attempt += 1
    return letters


def forget_expired(*, now: datetime) -> int:
    """Give up letters nobody has a use for any more and empty their words; how many there were."""
    return Letter.objects.filter(expires_at__lte=now).update(
        subject="", text="", html="", next_at=None, expires_at=None, error="expired"
    )


class _Relay:
    """One connection to the mail server, opened at the first letter and used for all."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = mail.get_connection()
        self.opened = False

    def __enter__(self) -> _Relay:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def send(self, message: mail.EmailMessage) -> None:
        if not self.opened:
            self.backend.open()
            self.opened = True
        message.connection = self.backend
        message.send()

    def close(self) -> None:
        if self.opened:
            self.opened = False
            with suppress(OSError):  # The letters are gone; how the line is put down is no matter.
                self.backend.close()


def _deliver(letter: Letter, relay: _Relay, *, now: datetime) -> int:
    """Send one letter and write down what came of it; 1 when it went out."""
    if letter.expires_at is not None and letter.expires_at <= now:
        forget_expired(now=now)
        return 0
    try:
        relay.send(_message(letter))
    except smtplib.SMTPRecipientsRefused as refusal:
        code, reason = next(iter(refusal.recipients.values()))
        _failed(letter, f"{code} {reason!r}", now=now, for_good=code >= REFUSED_FOR_GOOD)
    except smtplib.SMTPDataError as refusal:
        _failed(letter, f"{refusal.smtp_code} {refusal.smtp_error!r}", now=now)
    except (smtplib.SMTPException, OSError) as trouble:
        raise RelayDown(type(trouble).__name__) from trouble
    except Exception as fault:  # Whatever is wrong with one letter may not keep back the others.
        log.warning("Letter %s cannot be sent: %s.", letter.uuid, type(fault).__name__)
        _failed(letter, type(fault).__name__, now=now)
    else:
        _sent(letter, now=now)
        return 1
    relay.close()
    return 0


def _message(letter: Letter) -> mail.EmailMultiAlternatives:
    message = mail.EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[letter.to],
        headers={
            "Message-ID": letter.message_id,
            "Date": format_datetime(letter.created_at),
            "Auto-Submitted": "auto-generated",
        },
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _sent(letter: Letter, *, now: datetime) -> None:
    row = Letter.objects.filter(pk=letter.pk)
    row.update(sent_at=now, next_at=None, expires_at=None, error="")
    if letter.stream == Letter.Stream.CODE:
        row.update(subject="", text="", html="")


def _failed(letter: Letter, error: str, *, now: datetime, for_good: bool = False) -> None:
    """Try again later, or not at all; only while the letter is still ours."""
    mine = Letter.objects.filter(pk=letter.pk, next_at=letter.next_at)
    if for_good or letter.attempt >= ATTEMPTS:
        mine.update(next_at=None, error=error[:300])
    else:
        mine.update(next_at=now + _pause(letter), error=error[:300])


def _give_back(letters: Sequence[Letter], *, now: datetime) -> None:
    """Let go of letters whose turn did not come: the attempt does not count."""
    for letter in letters:
        letter.attempt -= 1
        Letter.objects.filter(pk=letter.pk, next_at=letter.next_at).update(
            next_at=now + _pause(letter, first=True), attempt=letter.attempt
        )


def _pause(letter: Letter, *, first: bool = False) -> timedelta:
    """Doubling pauses, spread by up to half so that letters do not all come back at once."""
    pause = PAUSE_OF_CODES if letter.stream == Letter.Stream.CODE else PAUSE
    spread = 1 + (letter.uuid.int % 1000) / 2000
    return pause * spread * (1 if first else 2 ** (letter.attempt - 1))
