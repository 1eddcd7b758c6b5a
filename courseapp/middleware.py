"""What happens around every request: a policy, one host, no trace, one language, refusals."""

from __future__ import annotations

from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.defaults import page_not_found

from courseapp import browser, logs, meters, writing
from courseapp.accounts import again, lasting
from courseapp.api.errors import problem
from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    Next = Callable[[HttpRequest], HttpResponseBase]

API = "/api/"


class BrowserPolicy:
    """Tell the browser what it may do with the answer, whoever made it: a view, a file, an error.

    Outside all that answers, so that no answer goes without.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        browser.guard(request, response)
        return response


class Measured:
    """Count each answer and how long it took, for /metrics; nothing is counted where that is off.

    The outermost, so that it measures what a reader waits for.
    """

    def __init__(self, get_response: Next) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        meters.request(
            page=match.view_name if match else "",
            method=request.method or "",
            status=response.status_code,
            seconds=perf_counter() - began,
        )
        return response


class RequestName:
    """A name for each request, by which its lines in the log are found together."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        logs.begin()
        return self.get_response(request)


class OneHost:
    """Send 127.0.0.1 to localhost while developing: passkeys are bound to the host's name."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host, _, port = request.META.get("HTTP_HOST", "").partition(":")
        asked = host == "127.0.0.1" and (port.isdecimal() or not port)
        if asked and settings.DEBUG and request.method == "GET":
            address = f"http://localhost{':' + port if port else ''}{request.get_full_path()}"
            response = HttpResponsePermanentRedirect(address)
            response["Cache-Control"] = "no-store"
            return response
        return self.get_response(request)


class NoTrace:
    """Let nothing keep a page that a browser with a session was shown: another may use it next."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Lasting:
    """Write down now and then that whoever is signed in is still here; see accounts.lasting.

    Only of a session that the page looked at: a page that is the same for everybody stays free.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.session.accessed and lasting.is_due(request.session._session):  # type: ignore[attr-defined]
            request.session.modified = True
        return response


class WriteLimit:
    """Refuse more than can be meant: see ``courseapp.writing``."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wait = writing.seconds_to_wait(request)
        if not wait:
            return self.get_response(request)
        logs.tell("write_limit_hit", network=logs.digest(writing.network_of(request)))
        answer: HttpResponse
        if request.path.startswith((API, "/_allauth/")):
            answer = problem(429, "too_many_requests", "Too many writes; wait a moment.")
        else:
            answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        answer["Retry-After"] = str(wait)
        return answer


class Language:
    """Dutch, unless this person chose English: on the account, or for this browser by a cookie.

    The browser's own preference does not count: the courses are Dutch, and a Dutch reader with an
    English phone should not get half a page in each. The API is for programs, and in English.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.path.startswith(API):
            language = "en"
        else:
            language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        translation.activate(language)
        timezone.deactivate()  # The site's clock, until it is known whose page this is.
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class Refusals:
    """Turn a ``Refused`` that a page's view lets through into a calm page with its status.

    An address nobody made leads to our own page while developing too, where Django would list
    every address it knows: whoever tries the site sees what its readers will see.

    allauth asks in its own way who somebody is: it keeps what was sent, passwords too, and sends it
    again afterwards. We do not.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        nowhere = response.status_code == HTTPStatus.NOT_FOUND and request.resolver_match is None
        if nowhere and settings.DEBUG:
            return page_not_found(request, Http404())
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ReauthenticationRequired):
            return again.lead(request)
        if not isinstance(error, Refused):
            return None
        return render(request, "refused.html", {"error": error}, status=error.status)
