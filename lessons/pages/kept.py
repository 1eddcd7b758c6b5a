"""HTML that many readers share, rendered once per process and filled in for each.

A page is rendered with marks where it differs from reader to reader (the token of its forms, the
row of lessons finished, what the reader wrote). It is kept under a key that names everything else
it depends on. What is kept holds no name, no word and no number of any reader.
"""

from __future__ import annotations

import re
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest


# No text that anybody wrote holds a NUL byte: marks are told from words by it.
MARK = re.compile("\x00([a-z0-9_-]+)\x00")


class Kept:
    """The strings used last, at most ``size`` of them.

    In two halves: what is asked for comes into the newer one, and when that is full the older one
    goes. So a string that is there costs one look and no lock.
    """

    def __init__(self, size: int) -> None:
        self.half = max(1, size // 2)
        self._newer: dict[object, str] = {}
        self._older: dict[object, str] = {}
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], str]) -> str:
        """What is kept under the key, made now if nothing is."""
        if settings.DEBUG:  # While a template is being written, it shows at once.
            return make()
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            found = self._keep(key, make() if found is None else found)
        return found

    def _keep(self, key: object, string: str) -> str:
        with self._lock:
            if len(self._newer) >= self.half:
                self._newer, self._older = {}, self._newer
            self._newer[key] = string
        return string


_pages = Kept(size=512)


def page(
    request: HttpRequest,
    template: str,
    context: Callable[[], Mapping[str, object]],
    *,
    key: tuple[object, ...],
    filled: Mapping[str, str],
) -> HttpResponse:
    """The template with what ``context`` makes, and ``filled``: safe HTML, different per reader.

    ``key`` names all that the context depends on; the template, the language, and whether the
    reader is signed in are added here. What the context holds may have marks of its own.
    """
    values = {"csrf_token": get_token(request), **filled}
    zone = get_current_timezone_name()
    full_key = (template, get_language(), zone, request.user.is_authenticated, *key)

    def make() -> str:
        marks = {name: mark(name) for name in values}
        return str(render_to_string(template, {**context(), **marks}, request))

    # What is said to one reader is not kept for the next.
    html = make() if len(get_messages(request)) else _pages.get(full_key, make)
    return HttpResponse(fill(html, values))


def fill(html: str, values: Mapping[str, str]) -> SafeString:
    """What is kept, with these values at its marks: safe HTML, as is what is kept."""
    # In one go: nothing that is filled in is looked at again.
    return mark_safe(MARK.sub(lambda found: values.get(found[1], ""), html))  # noqa: S308


def mark(name: str) -> SafeString:
    """Where ``filled`` puts what it has under this name: letters, figures, ``-`` and ``_``."""
    return mark_safe(f"\x00{name}\x00")  # noqa: S308
