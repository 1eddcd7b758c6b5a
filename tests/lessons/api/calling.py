"""Calling the API the way its clients do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from courseapp.sessions import SessionStore
from tests.signing import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courseapp.accounts.models import User


def token_of(reader: User) -> str:
    """A session token, as signing in by allauth's headless API gives one."""
    session = SessionStore()
    session[SESSION_KEY] = str(reader.pk)
    session[BACKEND_SESSION_KEY] = "courseapp.accounts.backend.Backend"
    session[HASH_SESSION_KEY] = reader.get_session_auth_hash()
    show(session, reader)
    session.create()
    return str(session.session_key)


class Caller:
    """A client with a token, or without: a visitor. Answers are ``(status, data)``."""

    def __init__(self, reader: User | None = None) -> None:
        self.client = Client()
        self.headers = {"X-Session-Token": token_of(reader)} if reader else {}

    def get(self, path: str) -> tuple[int, Any]:
        return told(self.client.get(f"/api/v1/{path}", headers=self.headers))

    def post(self, path: str, body: object = None) -> tuple[int, Any]:
        return self._send("POST", path, body)

    def put(self, path: str, body: object = None) -> tuple[int, Any]:
        return self._send("PUT", path, body)

    def patch(self, path: str, body: object = None) -> tuple[int, Any]:
        return self._send("PATCH", path, body)

    def delete(self, path: str) -> tuple[int, Any]:
        return self._send("DELETE", path, None)

    def _send(self, method: str, path: str, body: object) -> tuple[int, Any]:
        data = "" if body is None else json.dumps(body)
        return told(
            self.client.generic(
                method, f"/api/v1/{path}", data, "application/json", headers=self.headers
            )
        )


def by_machine(secret: str) -> Caller:
    """A program with a machine token, which enforces what a browser's page would need too."""
    caller = Caller()
    caller.client = Client(enforce_csrf_checks=True)
    caller.headers = {"Authorization": f"Bearer {secret}"}
    return caller


def with_tag(caller: Caller, tag: str) -> Caller:
    """The same caller, who says which state it starts from."""
    other = Caller()
    other.client, other.headers = caller.client, {**caller.headers, "If-Match": tag}
    return other


def tag_of(caller: Caller, path: str) -> str:
    """The ETag of what is read at this address."""
    return str(caller.client.get(f"/api/v1/{path}", headers=caller.headers)["ETag"])


def told(response: Any) -> tuple[int, Any]:
    """The status and the JSON of an answer."""
    return response.status_code, json.loads(response.content)


def begin(slug: str, **more: object) -> Mapping[str, object]:
    """The body that enrols."""
    return {"course": slug, "consent": True, "sixteen_or_over": True, **more}
