"""What every page of one's own has: a reader, and no trace in any cache."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.utils import timezone
from django.utils.cache import patch_cache_control

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User

P = ParamSpec("P")


def reader_of(request: HttpRequest) -> User | None:
    """Who is reading; None is a visitor."""
    return request.user if request.user.is_authenticated else None


def keep_nowhere(response: HttpResponse) -> HttpResponse:
    """Say that neither the browser nor anything on the way may keep this page."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def for_readers(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give the view its reader, who is sent to sign in and back if need be."""

    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        reader = reader_of(request)
        if reader is None:
            # Signing in comes back by GET: to the page itself, not to what would have been sent.
            back = request.get_full_path() if request.method == "GET" else "/mijn/"
            return keep_nowhere(redirect_to_login(back))
        # Dates on this page are on the reader's clock; the next request begins with the site's.
        timezone.activate(ZoneInfo(reader.time_zone))
        return keep_nowhere(view(request, reader, *args, **kwargs))

    return page
