"""Is it still you? Asked once more before what must not happen at an open browser.

Somebody else may be sitting at it. So before the locks of an account change, before everything in
it is handed over or taken away, and before a journal opens after a while, whoever is there shows
again who they are. Whoever has an extra step uses that, whoever has a password may use it,
all others get a code by mail. allauth knows only the first two and lets the others through, see
docs/decisions/0027-asked-again.md. Times are those that allauth keeps in the session.

A view is decorated below whatever lets only signed-in people in::

    @for_readers
    @again.asked_again(minutes=10)
    def export(request, reader): ...
"""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import login
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from courseapp import logs
from courseapp.accounts import guessing, second_step, shown
from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from courseapp.accounts.models import User

MINUTES = 10
LASTING = 600  # Seconds a code may be entered.
ASKED = "account/email/again_code"
STATE, SEEN = "again_code", "again_seen"
NOTED_EVERY = 60  # Seconds: reading on is no write in every request.


class AskAgain(Refused):
    """It has to be shown once more who this is; a page leads there, the API says so."""

    code = "reauthentication_required"
    status = 403


class CodeAskedTooOften(Refused):
    code = "too_often"
    status = 429


def asked_again(
    *, minutes: int = MINUTES, back: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let nobody into the view who did not show within these minutes who they are.

    They come back to where they were by GET: to the page itself, or, from a form that was sent, to
    the page it stood on. Nothing sent is kept or sent again. ``back`` names the page to return to
    where that cannot be told, by the name of its URL.
    """
    return _asking(lambda request: is_fresh(request.session, request.user, minutes), back)


def asked_again_after_idle(
    *, minutes: int, back: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The same for what is read on and on: the minutes count from the last page so decorated."""

    def is_here(request: HttpRequest) -> bool:
        if not (is_fresh(request.session, request.user, minutes) or _read_lately(request, minutes)):
            return False
        _note_reading(request)
        return True

    return _asking(is_here, back)


def is_fresh(session: SessionBase, user: Any, minutes: int = MINUTES) -> bool:
    """Whether this person showed in this session, within these minutes, who they are.

    A mailbox or a password does for who has nothing better; with an extra step only that counts.
    """
    ways = {record["method"] for record in shown.records(session, user) if _within(record, minutes)}
    if not ways or "mfa" in ways:
        return bool(ways)
    return not second_step.has(user)


def require(session: SessionBase, user: User, *, minutes: int = MINUTES) -> None:
    """For where no page can lead anywhere. Raises ``AskAgain``."""
    if not is_fresh(session, user, minutes):
        raise AskAgain(gettext("Show once more that it is you, and try again."))


def lead(request: HttpRequest, *, back: str = "") -> HttpResponse:
    """To the page that asks, and from there back to where the person was."""
    ways: list[dict[str, str]] = get_adapter().get_reauthentication_methods(request.user)
    if request.method not in {"GET", "HEAD"}:
        messages.info(
            request,
            gettext("Nothing has been done yet. Show that it is you, and then send it once more."),
        )
    onward = urlencode({"next": _way_back(request, back)})
    return HttpResponseRedirect(f"{ways[0]['url']}?{onward}")


def send_code(request: HttpRequest, user: User) -> None:
    """Mail a code that works once, for ten minutes, for this account in this session.

    Raises ``CodeAskedTooOften``, in the same measure as codes to sign in with.
    """
    if not ratelimit.consume(
        request, action="request_login_code", key=guessing.whose(request, user.email)
    ):
        raise CodeAskedTooOften(gettext("That was a bit fast. Wait a moment and try again."))
    adapter = get_adapter()
    code = adapter.generate_login_code()
    state = {"at": time.time(), "proof": _proof(request, user, code)}
    request.session[STATE] = state
    adapter.send_mail(ASKED, user.email, {"code": code})


def awaits_code(request: HttpRequest) -> bool:
    """Whether there is a code to enter, not too old."""
    state = request.session.get(STATE)
    return state is not None and bool(0 <= time.time() - state["at"] <= LASTING)


def enter_code(request: HttpRequest, user: User, code: str) -> bool:
    """Whether this was the code; then it is used, and the person has shown who they are.

    After three guesses at one code, and after ten minutes, there is none any more. Raises
    ``CodeAskedTooOften`` after too many guesses at the account.
    """
    if not awaits_code(request):
        return False
    state = request.session[STATE]
    key = f"again:{request.session.session_key}:{state['at']}"
    if not ratelimit.consume(request, action="guess_login_code", key=key):
        del request.session[STATE]
        return False
    if not guessing.may(request, user.email):
        raise CodeAskedTooOften(gettext("There were too many attempts. Wait five minutes."))
    if not constant_time_compare(_proof(request, user, code), state["proof"]):
        logs.tell("asked_again_failed", person=user, way="code")
        return False
    logs.tell("asked_again", person=user, way="code")
    del request.session[STATE]
    login.record_authentication(request, user, "code", reauthenticated=True)
    return True


def shown_second_step(request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    """Whoever just added an app or a passkey has shown it: they are not asked for it again."""
    login.record_authentication(
        request, user, "mfa", id=authenticator.pk, type=str(authenticator.type)
    )


def _asking(
    is_here: Callable[[HttpRequest], bool], back: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not is_here(request):
                return lead(request, back=back)
            return view(request, *args, **kwargs)

        page.asks_again = True  # type: ignore[attr-defined]  # A test asks every address for it.
        return page

    return decorated


def _within(record: dict[str, Any], minutes: int) -> bool:
    return bool(0 <= time.time() - record["at"] <= minutes * 60)


def _proof(request: HttpRequest, user: User, code: str) -> str:
    """What is kept of a code: good for one account in one session, and no code to read there."""
    bound = f"{request.session.session_key}:{user.uuid}:{normalize_user_code(code)}"
    return salted_hmac("courseapp.accounts.again", bound, algorithm="sha256").hexdigest()


def _read_lately(request: HttpRequest, minutes: int) -> bool:
    seen = request.session.get(SEEN)
    return seen is not None and bool(0 <= time.time() - seen <= minutes * 60)


def _note_reading(request: HttpRequest) -> None:
    if time.time() - request.session.get(SEEN, 0) >= NOTED_EVERY:
        request.session[SEEN] = int(time.time())


def _way_back(request: HttpRequest, back: str) -> str:
    if back:
        return resolve_url(back)
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    sent_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(sent_from, {request.get_host()}):
        return request.path
    parts = urlsplit(sent_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
