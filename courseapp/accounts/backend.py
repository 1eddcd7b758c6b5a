"""Who a session belongs to: allauth's backend, with the one query of every request written out."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from courseapp.accounts import addresses
from courseapp.accounts.models import User

BY_ID = "SELECT * FROM accounts_user WHERE id = %s"


class Backend(AuthenticationBackend):  # type: ignore[misc]
    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        """By one statement and one hash, whether there is such an account or not.

        allauth looks in two tables, and in the second only for who is not in the first.
        """
        found = User.objects.filter(email=addresses.tidy(email)).first()
        user: User | None = self._check_password(found, password)
        return user

    def get_user(self, user_id: Any) -> User | None:
        """The account with this number, if it may come in."""
        for user in User.objects.raw(BY_ID, [user_id]):
            return user if self.user_can_authenticate(user) else None
        return None
