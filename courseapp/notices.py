"""Messages that wait for the next page; in production their cookie belongs to this host alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage

from courseapp.middleware import API

if TYPE_CHECKING:
    from django.http import HttpRequest


class OwnCookie(CookieStorage):
    """Django lets no setting name this cookie; a browser keeps a ``__Host-`` one from no other."""

    cookie_name = "__Host-messages" if settings.PRODUCTION else "messages"


class Storage(FallbackStorage):
    """In the cookie, and in the session what does not fit there."""

    storage_classes = (OwnCookie, SessionStorage)


class Notices(MessageMiddleware):
    """Not for the API: there is no page of it on which a message could wait."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path.startswith(API):
            super().process_request(request)
