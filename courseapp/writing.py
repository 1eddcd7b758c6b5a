"""How much may be sent to the site in a minute: by one account or program, and from one network.

It stops a program gone wild, not a quick reader. Each process counts for itself, in its memory:
with four of them somebody may come to four times as many, and nobody waits for a count on a disk or
in another server. What other services send us (``/hooks/``) proves itself by a signature and is not
counted. A network is an IPv4 address or a /64 of IPv6, which is what one subscriber gets.
"""

from __future__ import annotations

import threading
import time
from functools import lru_cache
from typing import Literal

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

MINUTE = 60
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
UNCOUNTED = "/hooks/"
# Accounts, programs and networks that are kept apart at a time. Whoever has more networks than this
# is stopped by no limit of one.
MOST_COUNTED = 100_000
# By what allauth tells where a request comes from.
TELLS = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR")


def seconds_to_wait(request: HttpRequest) -> int:
    """Until this request may be made; 0 when it may now, in which case it is counted."""
    if request.method in SAFE or request.path.startswith(UNCOUNTED):
        return 0
    per_account, per_network = settings.WRITES_PER_MINUTE
    may = _counted("network", network_of(request), per_network)
    if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
        may &= _counted("account", str(request.session[SESSION_KEY]), per_account)
    return 0 if may else seconds_left()


def may_write(kind: Literal["account", "program"], whose: object) -> bool:
    """Whether one that came without a page's session may write once more, which is counted.

    ``whose``: the account's number, or the program's.
    """
    return _counted(kind, str(whose), settings.WRITES_PER_MINUTE[0])


def seconds_left() -> int:
    """Until the next minute begins, in which everybody starts anew."""
    return MINUTE - int(time.time()) % MINUTE


def network_of(request: HttpRequest) -> str:
    """Where the request comes from; one word for all of whom that cannot be told."""
    told = [request.META.get(name) for name in TELLS]
    return _network(settings.ALLAUTH_TRUSTED_PROXY_COUNT, *told)


@lru_cache(maxsize=1000)
def _network(_proxies: int, *told: str | None) -> str:
    """By what ``TELLS`` says and how many proxies are ours; who sends once mostly sends again."""
    asked = HttpRequest()
    asked.META = {name: value for name, value in zip(TELLS, told, strict=True) if value is not None}
    try:
        network: str = get_ip(asked)
    except PermissionDenied:  # Fewer proxies than TRUSTED_PROXIES says, or a socket without one.
        return "unknown"
    return network


class _Minute:
    """Who sent how often in the minute that is under way."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.number = 0
        self.sent: dict[tuple[str, str], int] = {}

    def count(self, kind: str, whose: str) -> int:
        """How many it are, with this one."""
        number = int(time.time()) // MINUTE
        with self.lock:
            if number != self.number or len(self.sent) >= MOST_COUNTED:
                self.number, self.sent = number, {}
            times = self.sent[kind, whose] = self.sent.get((kind, whose), 0) + 1
        return times


_minute = _Minute()


def _counted(kind: str, whose: str, most: int) -> bool:
    """Count one, where there is a limit; whether it is within."""
    return not most or _minute.count(kind, whose) <= most


def forget() -> None:
    """Begin to count anew."""
    _minute.sent = {}
