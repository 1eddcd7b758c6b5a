"""What is written to the log: one line an event, without a word about whom.

In production each line is JSON: time (UTC), level, logger, event, request, what the event tells. No
address of a person, no address of a page (they can carry rights: its pattern instead), no query,
no body, no words of an exception, which often repeat what somebody filled in: its kind and where it
happened. Who it concerns is a keyed digest, equal in every line about one person and of no use
without the key. Written to standard error; whoever keeps it keeps it for seven days at most, see
docs/security.md.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.http import HttpRequest

    from courseapp.accounts.models import User

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
security = logging.getLogger("security")
_request: ContextVar[str] = ContextVar("request", default="")
# What can stand in a sentence in spite of everything: an address, a key, a long secret.
PRIVATE = re.compile(r"[^\s@<>\"'=(]+@[^\s@<>\"')]+|ikj_[\w-]+|(?<![\w-])[\w-]{40,}")


def begin() -> None:
    """Another request: its lines belong together."""
    _request.set(uuid.uuid4().hex[:16])


def tell(event: str, *, person: User | None = None, **more: str | int) -> None:
    """Write down an event of security, by one of the names in docs/security.md."""
    told = {"event": event, "told": more, "person": digest(str(person.uuid)) if person else ""}
    security.info(event, extra=told)


def digest(name: str) -> str:
    """Who or which network it was: the same for the same, and never back again."""
    return salted_hmac("courseapp.logs", name, algorithm="sha256").hexdigest()[:16]


def described(*, level: str, celery: str) -> dict[str, Any]:
    """What settings take: everything to standard error, in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "courseapp.logs.formatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Whoever wants fewer lines does not want fewer of these.
            "security": {"level": "INFO"},
            # Four lines each time the clock ticks, which is every fifteen seconds, say nothing.
            "celery": {"level": celery},
            # It writes two lines for every question it asks.
            "stripe": {"level": "WARNING"},
            # It writes down which passkey it was.
            "fido2": {"level": "WARNING"},
        },
    }


def formatter() -> logging.Formatter:
    """What settings name: JSON in production; at a developer's screen lines, tracebacks and all."""
    return AsJson() if settings.PRODUCTION else logging.Formatter(LINE)


class AsJson(logging.Formatter):
    """A line of JSON, in ASCII: nothing in it can begin another line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(told(record), default=str)


def told(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record."""
    found: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": _sentence(record),
    }
    more = {
        "event": getattr(record, "event", ""),
        "request": _request.get(),
        "person": getattr(record, "person", ""),
        **getattr(record, "told", {}),
    }
    if record.exc_info and record.exc_info[0] is not None:
        more["error"] = record.exc_info[0].__name__
        more["where"] = _where(record.exc_info[2])
    return found | {name: value for name, value in more.items() if value}


def _sentence(record: logging.LogRecord) -> str:
    """Django writes the address of a page into its sentences: here its pattern stands instead."""
    request = getattr(record, "request", None)
    if request is not None:
        return f"{getattr(record, 'status_code', '')} {_pattern(request)}".strip()
    if record.name.startswith("django.security"):
        return "a request that is malformed"
    return PRIVATE.sub("…", record.getMessage())


def _pattern(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return f"{request.method} /{match.route}" if match else f"{request.method} (no page)"


def _where(trace: Any) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
