"""Sessions in the database, as Django has them: for keys Django made, as long as they last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from courseapp.accounts import backend, lasting

if TYPE_CHECKING:
    from datetime import datetime

# With the account it is of, as allauth's list of devices knows: one way to the database less.
FOUND = f"""\
SELECT kept.session_data, kept.expire_date, {backend.COLUMNS}
FROM django_session AS kept
LEFT JOIN usersessions_usersession AS device ON device.session_key = kept.session_key
LEFT JOIN accounts_user AS account ON account.id = device.user_id
WHERE kept.session_key = %s AND kept.expire_date > %s"""  # noqa: S608 -- names of columns.


class Stored(NamedTuple):
    """What Django reads of a session's row."""

    session_data: str
    expire_date: datetime


class SessionStore(db.SessionStore):
    """A session is read in every request, so its query is written out instead of built each time.

    A key that is none of ours is not looked up: a NUL in it, which a quoted cookie can hold,
    PostgreSQL answers with an error, and every page with a 500.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()  # noqa: PLR2004

    def load(self) -> dict[str, Any]:
        """What is kept; nothing of a sign-in that lasted long enough, which is taken away."""
        key, data = self.session_key, super().load()
        if not lasting.is_over(data):
            return data
        self.delete(key)
        self._session_key = None
        return {}

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 -- as Django calls it.
        """Each time something of a session is kept, so is that its person is here."""
        lasting.stamp(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        super().save(must_create)

    def _get_session_from_db(self) -> Stored | None:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(FOUND, [self.session_key, now])
            row = cursor.fetchone()
        if row is None:
            backend.came_along(())
            self._session_key = None
            return None
        data, expires, *account = row
        backend.came_along(account)
        return Stored(data, expires)
