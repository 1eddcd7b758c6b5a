"""How much may be sent to the site in a minute: by one account, and from one network.

It stops a program gone wild, not a quick reader. Counted in the cache that all processes share;
what other services send us (``/hooks/``) proves itself by a signature and is not counted. A network
is an IPv4 address or a /64 of IPv6, which is what one subscriber gets.
"""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

MINUTE = 60
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
UNCOUNTED = "/hooks/"
# By what allauth tells where a request comes from.
TELLS = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR")


def seconds_to_wait(request: HttpRequest) -> int:
    """Until this request may be made; 0 when it may now, in which case it is counted."""
    if request.method in SAFE or request.path.startswith(UNCOUNTED):
        return 0
    per_account, per_network = settings.WRITES_PER_MINUTE
    counted = [("network", network_of(request), per_network)]
    if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
        counted.append(("account", str(request.session[SESSION_KEY]), per_account))
    within = [_count(kind, whose) <= most for kind, whose, most in counted if most]
    return 0 if all(within) else MINUTE - int(time.time()) % MINUTE


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


def _count(kind: str, whose: str) -> int:
    """How many it are in this minute, with this one."""
    name = hashlib.sha256(f"{kind}:{whose}:{int(time.time()) // MINUTE}".encode()).hexdigest()
    key = f"writes:{name}"
    cache.add(key, 0, 2 * MINUTE)
    try:
        return cache.incr(key)
    except ValueError:  # Thrown away between the two, for the cache was full.
        return 1
