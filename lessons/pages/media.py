"""Serving our own pictures, sound and films at ``/media/<name>``.

The names are UUIDs nobody can guess, so nobody finds a file of a lesson they may not read by trying
addresses, and there is no list. They are no lock: whoever has read a lesson can hand the address of
its film to somebody else, who then sees the film until it is removed. The words of a lesson, which
tell what it is about, stay behind its door.

The bytes behind a name never change, so browsers and what stands between may keep them for good.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.views.decorators.http import require_safe
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, StaticFile

from courseapp import browser
from lessons.content import media, own_files

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest

FOREVER = "public, max-age=31536000, immutable"


class Kept(StaticFile):  # type: ignore[misc]  # WhiteNoise ships no types.
    """WhiteNoise answers conditional requests and ranges, which Safari needs to play a film."""

    def get_byte_range(self, range_header: str, size: int) -> tuple[int, int]:
        """A range of one byte WhiteNoise takes for none: then all is sent, which HTTP allows."""
        start, end = super().get_byte_range(range_header, size)
        if start == end:
            raise ValueError(range_header)
        return start, end


@require_safe
def file(request: HttpRequest, name: str) -> FileResponse:
    """One of our files, or a part of it; 404 for a name that we did not give."""
    known = own_files.read(name)
    if known is None:
        raise Http404
    headers: list[tuple[str, Any]] = [
        ("Content-Type", known.content_type),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", FOREVER),
        ("ETag", f'"{name}"'),
        ("Accept-Ranges", "bytes"),
    ]
    try:
        kept = Kept(media.where(name), headers)
        answer: FileResponse = WhiteNoiseMiddleware.serve(kept, request)
    except (MissingFileError, FileNotFoundError):  # Never there, or removed this instant.
        raise Http404 from None
    browser.allow(answer, browser.BROUGHT)
    if answer.status_code == HTTPStatus.NOT_MODIFIED:
        answer["X-Content-Type-Options"] = "nosniff"
    return answer
