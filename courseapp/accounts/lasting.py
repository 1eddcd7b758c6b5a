"""How long a sign-in lasts: so long after the last page, and so long in all.

Both are kept in the session itself and held against the machine's clock each time one is read, by
the page of a browser or by an app's token (``courseapp.sessions``). Where staff work it is hours,
elsewhere weeks: whoever passes a door of the staff's has a session of theirs from then on.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from django.contrib.sessions.backends.base import SessionBase

    Data = Mapping[str, Any]

SINCE, SEEN, STAFF = "since", "seen", "staff"
# That somebody was here is written down again after this part of the idle time: reading on is no
# write in every request, and nobody loses more than a thirty-sixth of their time by it.
PART = 36


class Limits(NamedTuple):
    """In seconds: after the last page, and after signing in."""

    idle: int
    in_all: int


def limits(data: Data) -> Limits:
    """The limits of this session."""
    return Limits(*(settings.STAFF_SESSION if data.get(STAFF) else settings.READER_SESSION))


def is_over(data: Data) -> bool:
    """Whether somebody was signed in here and is no longer. A time to come is no excuse."""
    if SESSION_KEY not in data or SEEN not in data:
        return False
    now, most = time.time(), limits(data)
    return not (abs(now - data[SEEN]) <= most.idle and abs(now - data[SINCE]) <= most.in_all)


def stamp(data: MutableMapping[str, Any]) -> None:
    """Write down that somebody who is signed in is here."""
    if SESSION_KEY in data:
        data.setdefault(SINCE, int(time.time()))
        data[SEEN] = int(time.time())


def begin(session: SessionBase, *, is_staff: bool) -> None:
    """Somebody came in just now, perhaps in a browser that was in already."""
    session[SINCE] = int(time.time())
    session[STAFF] = is_staff


def work(session: SessionBase) -> None:
    """From here on it is a session of the staff's."""
    if not session.get(STAFF):
        session[STAFF] = True


def is_due(data: Data) -> bool:
    """Whether that somebody is here has to be written down again."""
    return SESSION_KEY in data and abs(time.time() - data.get(SEEN, 0)) > limits(data).idle / PART
