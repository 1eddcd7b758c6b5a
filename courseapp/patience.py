"""How long a page waits for what the site stands on; then it says so, calmly.

A database that is gone refuses at once. One that hangs (its machine is frozen, the network swallows
what is sent) answers nothing, for minutes: no time limit of the server's own helps there, so the
limit is ours, for each answer of it. Only requests have one. What the worker, a command or staff
ask for may take as long as it takes.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from courseapp.middleware import Next

# Seconds for one answer of the database. With half a second for a kept connection that turns out
# to be dead, and two for a new one, nobody waits longer than three.
ANSWER = 2.0
# What staff do may concern all readers at once.
WITHOUT_LIMIT = ("/beheer/", "/api/v1/staff/")


class _Limit(threading.local):
    seconds: float | None = None
    has_given_up = False


_limit = _Limit()


def left() -> float | None:
    """Seconds that this thread waits for an answer; None: without end."""
    return _limit.seconds


def give_up() -> None:
    """The database did not answer: what this request asks next, waits for nothing any more."""
    _limit.has_given_up = _limit.seconds is not None


def has_given_up() -> bool:
    return _limit.has_given_up


@contextmanager
def until(seconds: float | None) -> Iterator[None]:
    before, _limit.seconds = _limit.seconds, seconds
    try:
        yield
    finally:
        _limit.seconds = before


class Patience:
    """The limit, around each request that is no member of staff's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with until(None if request.path.startswith(WITHOUT_LIMIT) else ANSWER):
            try:
                return self.get_response(request)
            finally:
                _limit.has_given_up = False
