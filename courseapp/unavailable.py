"""What a page says when something that the site stands on does not answer: 503, and no more.

The database, the broker's Redis behind the cache, the disk: none of them is a mistake of the page,
and each comes back. Whoever asked is told so, and that what was confirmed is kept; anything else
that goes wrong stays a 500.
"""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template import loader
from django.views.defaults import server_error
from redis import RedisError

from courseapp.api.errors import problem
from courseapp.closing import Closed

if TYPE_CHECKING:
    from django.http import HttpRequest

RETRY_AFTER = 30  # Seconds.
# The disk is full, a share of it is used up, or it only lets read.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
CLOSED = "The site is being put back from a backup; wait a moment."
AWAY = "Something that the site needs does not answer; try again in a moment."


def is_away(error: BaseException | None) -> bool:
    """Whether this is what the site stands on, and no mistake of its own."""
    if isinstance(error, OperationalError | InterfaceError | RedisError):
        return True
    return isinstance(error, OSError) and error.errno in NO_ROOM


def handler500(request: HttpRequest) -> HttpResponse:
    """What went wrong on our side; 503 while the database is closed, or something is away."""
    error = sys.exception()
    if not is_away(error):
        return server_error(request)
    is_closed = isinstance(error, Closed)
    if request.path.startswith(("/api/", "/_allauth/")):
        code, told = ("closed", CLOSED) if is_closed else ("unavailable", AWAY)
        answer = problem(503, code, told)
    else:
        # Without the request, whose signed-in reader the database would be asked for.
        page = loader.get_template("503.html").render({"is_closed": is_closed})
        answer = HttpResponse(page, status=503)
    answer["Retry-After"] = str(RETRY_AFTER)
    answer["Cache-Control"] = "no-store"
    return answer
