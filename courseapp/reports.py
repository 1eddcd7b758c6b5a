"""Reports of errors, to a Sentry of the practice's own choice; asleep until SENTRY_DSN names one.

A report is made from the line of the log and from nothing else (``courseapp.logs``): kinds of
errors, where in the code, the pattern of the page. No words of an exception, no values, no local
variables, no body, query, header, cookie, address or person; the library's own ways of looking at
requests are off, and what it would add to a report is taken out again before it leaves.
"""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any, cast

import sentry_sdk

from courseapp import logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentry_sdk.transport import Transport
    from sentry_sdk.types import Event, Hint

# What may leave, whoever put it there.
MAY_LEAVE = {
    *("event_id", "timestamp", "platform", "level", "logger", "message", "exception", "tags"),
    *("release", "environment", "sdk"),
}
FRAMES = 30
CAUSES = 5  # One that is raised from another, from another …


class Reporting(logging.Handler):
    """Sends what is logged as an error, or worse."""

    def __init__(self, dsn: str, *, release: str = "", transport: Transport | None = None) -> None:
        super().__init__(logging.ERROR)
        # ``send_default_pii``, off unless it is said, may not be said any more.
        self.client = sentry_sdk.Client(
            dsn=dsn,
            transport=transport,
            release=release,  # Empty or not: without one it would ask git.
            environment="production",
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            before_send=_only_what_may_leave,
        )

    def emit(self, record: logging.LogRecord) -> None:
        # The library's own lines would report that they could not be reported.
        if not record.name.startswith(("sentry_sdk", "urllib3")):
            try:
                self.client.capture_event(_report(record))
            except Exception:  # An error must not become two.
                self.handleError(record)


def _report(record: logging.LogRecord) -> Event:
    line = logs.told(record)
    error = record.exc_info[1] if record.exc_info else None
    report: dict[str, Any] = {
        "level": record.levelname.lower(),
        "logger": record.name,
        # In a line of ours the values may stand in the sentence; a report gets it without them.
        "message": line["message"] if hasattr(record, "request") else str(record.msg),
        "tags": {name: line[name] for name in ("event", "request") if name in line},
    }
    if error is not None:
        report["exception"] = {"values": [_told(each) for each in reversed(list(_chain(error)))]}
    return cast("Event", report)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those it came of."""
    one: BaseException | None = error
    for _ in range(CAUSES):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "stacktrace": {
            "frames": [
                {
                    "filename": _short(frame.filename),
                    "function": frame.name,
                    "lineno": frame.lineno,
                    "in_app": "site-packages" not in frame.filename,
                }
                for frame in frames
            ]
        },
    }


def _short(path: str) -> str:
    """Without the folders above the project or the library."""
    for mark in ("site-packages/", "/courseapp/", "/lessons/", "/payments/"):
        before, found, rest = path.rpartition(mark)
        if found and before:
            return mark.lstrip("/").removeprefix("site-packages/") + rest
    return path.rpartition("/")[2]


def _only_what_may_leave(event: Event, _hint: Hint) -> Event:
    return cast("Event", {name: value for name, value in event.items() if name in MAY_LEAVE})
