"""Where a person is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession

if TYPE_CHECKING:
    from courseapp.accounts.models import User


def end_all(user: User) -> None:
    """Sign the person out everywhere, at once."""
    sessions = UserSession.objects.filter(user=user)
    for session in sessions:
        session.end()
    sessions.delete()
