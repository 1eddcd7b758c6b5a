"""What a session knows of how its person showed who they are: allauth's own notes, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows import login

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from courseapp.accounts.models import User

METHODS = login.AUTHENTICATION_METHODS_SESSION_KEY
# How the second steps of allauth are called in the log.
STEPS = {"totp": "app", "webauthn": "passkey", "recovery_codes": "spare_code"}
WHOSE = login._AUTHENTICATION_METHODS_USER_SESSION_KEY


def records(session: SessionBase, user: User) -> list[dict[str, Any]]:
    """Each time this person showed something in this session: ``method`` and ``at`` (seconds)."""
    found = session.get(METHODS)
    return found if session.get(WHOSE) == str(user.pk) and isinstance(found, list) else []


def ways(session: SessionBase, user: User) -> list[str]:
    """By what this person came in, for the log: ``code``, ``password``, ``app``, ``passkey``, …"""
    found = [
        STEPS.get(record.get("type", ""), record["method"]) for record in records(session, user)
    ]
    return list(dict.fromkeys(found))


def forget(session: SessionBase, method: str) -> None:
    """From here on it was not shown in this way."""
    found = session.get(METHODS)
    if isinstance(found, list):
        session[METHODS] = [record for record in found if record.get("method") != method]
