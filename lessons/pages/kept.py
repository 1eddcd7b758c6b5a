"""HTML that many readers share, rendered once per process and filled in for each.

A page is rendered with marks where it differs from reader to reader (the token of its forms, the
row of lessons finished, what the reader wrote). It is kept under a key that names everything else
it depends on. What is kept holds nothing of any reader.
"""

from __future__ import annotations

import re
from collections import OrderedDict
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
    """The strings used last, at most ``size`` of them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._strings: OrderedDict[object, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], str]) -> str:
        """What is kept under the key, made now if nothing is."""
        if settings.DEBUG:  # While a template is being written, it shows at once.
            return make()
        with self._lock:
            if key in self._strings:
                self._strings.move_to_end(key)
                return self._strings[key]
        made = make()
        with self._lock:
            self._strings[key] = made
            while len(self._strings) > self.size:
                self._strings.popitem(last=False)
        return made


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
