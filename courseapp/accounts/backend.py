"""Who a session belongs to: allauth's backend, with the one query of every request written out.

Mostly not even that is asked: the account came along with its session (``courseapp.sessions``).
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from courseapp.accounts import addresses
from courseapp.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models.expressions import Col

FIELDS = User._meta.concrete_fields
NAMES = [field.attname for field in FIELDS]
COLUMNS = ", ".join(f"account.{field.column}" for field in FIELDS)
BY_ID = f"SELECT {COLUMNS} FROM accounts_user AS account WHERE id = %s"  # noqa: S608
ID = NAMES.index("id")


class _Along(threading.local):
    """The account's row that came with the session this thread read last."""

    row: Sequence[Any] = ()


_along = _Along()


def came_along(row: Sequence[Any]) -> None:
    """Keep what was read with a session, for the one question whose it is; empty: nobody."""
    _along.row = row


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
        row: Sequence[Any] | None = _along.row
        came_along(())
        if not row or row[ID] != user_id:
            with connection.cursor() as cursor:
                cursor.execute(BY_ID, [user_id])
                row = cursor.fetchone()
        if row is None:
            return None
        user = User.from_db(connection.alias, NAMES, _read(row))
        return user if self.user_can_authenticate(user) else None


def _read(row: Sequence[Any]) -> list[Any]:
    """The row's values as the account's fields hold them."""
    values = list(row)
    for place, field, converters in _converters(connection.vendor):
        for convert in converters:
            values[place] = convert(values[place], field, connection)
    return values


@cache
def _converters(_vendor: str) -> list[tuple[int, Col, list[Callable[..., Any]]]]:
    """Where a value is kept otherwise than it is read: SQLite knows neither moments nor truth."""
    columns = [(place, field.cached_col) for place, field in enumerate(FIELDS)]
    found = [
        (
            place,
            column,
            connection.ops.get_db_converters(column) + column.get_db_converters(connection),
        )
        for place, column in columns
    ]
    return [one for one in found if one[2]]
