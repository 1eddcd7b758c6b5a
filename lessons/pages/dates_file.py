"""Dates as a file for a calendar (RFC 5545): a handful of lines, and nothing that tells the topic.

A calendar is seen by colleagues and at home, so an event says "Lesson 3 is ready" and no more: no
title, no address. It takes no time of the day and asks for no alarm.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

TYPE = "text/calendar; charset=utf-8"
NAMESPACE = uuid.UUID("0f6ab0ea-6f0c-4a2a-8c0e-5b0a0f6f5d0e")
# Octets in a line (RFC 5545, 3.1), without its end.
WIDTH = 75


@dataclass(frozen=True)
class Event:
    """A lesson that opens; under the same ``key`` a calendar moves what it has."""

    key: str
    number: int
    at: datetime


def of(events: Iterable[Event], *, now: datetime) -> bytes:
    """The file: lines that end in CRLF, folded where they are long."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planning//NL", "METHOD:PUBLISH"]
    for event in events:
        lines += _event(event, now)
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(NAMESPACE, event.key)}"
    yield f"DTSTAMP:{_moment(now)}"
    yield f"DTSTART:{_moment(event.at)}"
    yield "DURATION:PT15M"
    yield "SUMMARY:" + escaped(_("Lesson %(n)s is ready") % {"n": event.number})
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A text as a value (RFC 5545, 3.3.11)."""
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> bytes:
    """A line of at most 75 octets; more go on behind a space. No letter is cut in two."""
    parts, size = [""], 0
    for char in line:
        width = len(char.encode())
        if size + width > WIDTH:
            parts.append(" ")
            size = 1
        parts[-1] += char
        size += width
    return "".join(f"{part}\r\n" for part in parts).encode()
