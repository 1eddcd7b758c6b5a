"""Counting the SQL statements of a piece of work, over every database alias."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What frames the work rather than being it; the number differs between databases.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Count:
    """The statements seen so far; ``int(count)`` is their number."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __int__(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        """For the message of a failing assertion: each statement on a line of its own."""
        rows = (f"{number}. {text}" for number, text in enumerate(self.statements, start=1))
        return "\n".join(["", *rows])

    def note(
        self,
        execute: Callable[[str, object, bool, dict[str, Any]], object],
        sql: str,
        params: object,
        many: bool,
        context: dict[str, Any],
    ) -> object:
        """An execute wrapper as Django wants it: note the statement, then run it."""
        if not sql.lstrip().upper().startswith(FRAME):
            self.statements.append(sql)
        return execute(sql, params, many, context)


@contextmanager
def counting() -> Iterator[Count]:
    """Count the statements of this thread: ``with counting() as count: …; assert int(count) <= 3``.

    ``assertNumQueries`` sees one alias only, and counts savepoints.
    """
    count = Count()
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(count.note))
        yield count
