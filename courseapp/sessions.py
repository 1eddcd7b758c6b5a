"""Sessions in the database, as Django has them, for keys that Django made."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A key that is none of ours is not looked up: a NUL in it, which a quoted cookie can hold,
    PostgreSQL answers with an error, and every page with a 500.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()  # noqa: PLR2004
