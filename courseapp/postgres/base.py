"""Django's PostgreSQL, on whose silence a page gives up; see ``courseapp.patience``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg.errors import _WaitTimeout

from courseapp import patience

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.abc import PQGen

Answer = TypeVar("Answer")
# Seconds until a connection that was kept counts as dead: what it is asked first is nothing.
FIRST = 0.5
SILENT = "the database does not answer"


class DatabaseWrapper(base.DatabaseWrapper):
    """Answers that do not come end as an ``OperationalError``, and the connection with them."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        if patience.has_given_up():
            raise OperationalError(SILENT)
        try:
            connection: Connection[Any] = super().get_new_connection(conn_params)
        except OperationalError:
            patience.give_up()
            raise
        usual = connection.wait

        def wait(answer: PQGen[Answer], interval: float = 0.1) -> Answer:
            try:
                return usual(answer, interval=interval, timeout=patience.left())
            except _WaitTimeout:
                connection.pgconn.finish()  # What it was asked may still be under way.
                raise OperationalError(SILENT) from None

        connection.wait = wait  # type: ignore[method-assign, assignment]
        return connection

    def is_usable(self) -> bool:
        with patience.until(FIRST):
            return bool(super().is_usable())
