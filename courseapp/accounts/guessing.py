"""How often somebody may guess at an account: ten times in five minutes, over all ways together.

A code by mail, a password, the code of an app or a spare one, at the door and when it is asked
again, on pages and by apps: each attempt counts before it is looked at, in the cache that all
processes share. Whether there is such an account makes no difference. A browser that the person
came in with before (``devices.known``) counts for itself, so that nobody can shut an owner out by
guessing. A passkey is not counted: it is a signature, which is not guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import ratelimit

from courseapp import logs
from courseapp.accounts import addresses, devices

if TYPE_CHECKING:
    from django.http import HttpRequest


def may(request: HttpRequest, email: str) -> bool:
    """Count one guess at the account of this address; whether it may be made."""
    email = addresses.tidy(email)
    if ratelimit.consume(request, action="guess", key=whose(request, email)):
        return True
    logs.tell("guess_limit_hit", account=logs.digest(email))
    return False


def whose(request: HttpRequest, email: str) -> str:
    """For whom is counted: the address, and apart from others each browser known for it."""
    return f"{email}:{devices.known(request, email)}"
