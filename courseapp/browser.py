"""What a browser may do with each of our answers: one policy per room of the site, as data.

A policy forbids everything and then names what its pages need. No page needs code or style that
stands in the page itself: both come from files of our own, so that whatever somebody writes into a
title or a lesson stays text even where it was escaped badly. Nothing is asked of another host
before a reader clicks. A view whose page needs more says so itself: ``allow`` for one answer,
``also`` for all answers of a view. See docs/decisions/0025-browser.md.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.http import HttpRequest, HttpResponseBase

    Policy = Mapping[str, str]

POLICY = "Content-Security-Policy"
SELF, NONE = "'self'", "'none'"

NOTHING: Policy = {
    "default-src": NONE,
    "object-src": NONE,
    "base-uri": NONE,
    "form-action": NONE,
    "frame-ancestors": NONE,
}
# What is no page: JSON, papers, and our own files, of which a browser shows some by themselves.
ANSWER: Policy = {**NOTHING, "img-src": SELF, "media-src": SELF}
# Pictures, sound and films that people brought, where one is opened by itself: cut off from our
# pages, whatever its bytes are taken for.
BROUGHT: Policy = {**ANSWER, "sandbox": ""}
# The reader's pages. Text becomes HTML in one place only, courseapp/static/trusted.js.
PAGE: Policy = {
    **NOTHING,
    "script-src": SELF,
    "style-src": SELF,
    "img-src": SELF,
    "font-src": SELF,
    "media-src": SELF,
    "connect-src": SELF,
    "form-action": SELF,
    "require-trusted-types-for": "'script'",
    "trusted-types": "default",
}
# The staff's pages show a mail in a frame; the editor needs nothing else.
DESK: Policy = {**PAGE, "frame-src": SELF}
# The mailbox of a developer's machine likewise.
MAILBOX: Policy = {**PAGE, "frame-src": SELF}
# The description of the API: Swagger UI carries its pictures in itself, and makes its own HTML.
API_DOCS: Policy = {
    **{name: value for name, value in PAGE.items() if "trusted" not in name},
    "img-src": f"{SELF} data:",
    "form-action": NONE,
}
# A letter runs and loads nothing; its styles stand in its elements, as mail programs want it.
LETTER: Policy = {**NOTHING, "style-src": "'unsafe-inline'"}
# The same in a frame of our own page, cut off from it.
FRAMED_LETTER: Policy = {**LETTER, "frame-ancestors": SELF, "sandbox": ""}

# By how the address begins; all else is the reader's.
ROOMS: tuple[tuple[str, Policy], ...] = (
    ("/beheer/", DESK),
    ("/postvak/", MAILBOX),
)
# What no page of ours uses, and no frame in it gets. Playing and the whole screen stay, for films.
UNUSED = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial"),
    *("usb", "xr-spatial-tracking"),
)
# Beside what Django's SecurityMiddleware sets: nosniff, Referrer-Policy, COOP.
ALWAYS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# At signing out: what this browser kept of our pages. Not the cookies: that would take those of
# the practice's other sites along, and the language; the session's own is deleted anyway.
FORGET_ALL = '"cache", "storage"'


def written(policy: Policy) -> str:
    """The policy as its header says it."""
    return "; ".join(f"{name} {value}".strip() for name, value in policy.items())


def room_of(path: str) -> Policy:
    """The policy of the pages at this address."""
    return next((policy for start, policy in ROOMS if path.startswith(start)), PAGE)


def allow(response: HttpResponseBase, policy: Policy, **sources: Iterable[str]) -> HttpResponseBase:
    """Give one answer this policy, with more sources: ``allow(r, PAGE, frame_src=[host])``."""
    wider = dict(policy)
    for name, more in sources.items():
        directive = name.replace("_", "-")
        known = wider.get(directive, NONE)
        listed = [*([] if known == NONE else known.split()), *sorted(more)]
        wider[directive] = " ".join(listed) or NONE
    response.headers[POLICY] = written(wider)
    return response


def also(
    view: Callable[..., HttpResponseBase], **sources: Iterable[str]
) -> Callable[..., HttpResponseBase]:
    """The view, whose answers may use these sources beside those of a reader's page."""

    @wraps(view)
    def wider(*args: object, **kwargs: object) -> HttpResponseBase:
        return allow(view(*args, **kwargs), PAGE, **sources)

    return wider


def guard(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set what an answer does not say itself."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if settings.DEBUG and response.status_code == 500:  # noqa: PLR2004
        return  # Django's page for who develops brings its own style and script.
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    response.headers.setdefault(POLICY, written(room_of(request.path)) if is_page else _ANSWER)


_ANSWER = written(ANSWER)
