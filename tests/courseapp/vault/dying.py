"""One act in a process of its own, which kills itself (SIGKILL) when it is told to.

    python -m tests.courseapp.vault.dying   with JSON on its input: databases, keys, act, die_at, …

It dies before the ``die_at``-th time that something is about to last: a COMMIT on either database,
or a statement that is a transaction of its own. So there is no moment that somebody forgot to mark,
and none is marked in the code. It prints how many it passed, if it lives.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

WRITES = ("INSERT", "UPDATE", "DELETE")


class Boundaries:
    """Counts what lasts, and ends the process just before one of them; 0: never."""

    def __init__(self, die_at: int) -> None:
        self.die_at = die_at
        self.passed = 0

    def commit(self, commit: Callable[[], None]) -> Callable[[], None]:
        def committing() -> None:
            self._at()
            commit()

        return committing

    def alone(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around a statement that is its own transaction; the others last by their COMMIT."""
        if not context["connection"].in_atomic_block and sql.startswith(WRITES):
            self._at()
        return execute(sql, params, many, context)

    def _at(self) -> None:
        self.passed += 1
        if self.passed == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def act(told: dict[str, Any]) -> None:
    from courseapp import privacy  # noqa: PLC0415 -- Django is ready only now.
    from courseapp.accounts.models import User  # noqa: PLC0415
    from courseapp.mydata import letting_go  # noqa: PLC0415
    from courseapp.post.models import Letter  # noqa: PLC0415
    from courseapp.vault import rotation  # noqa: PLC0415
    from tests.courseapp.vault import notes  # noqa: PLC0415

    now = datetime.fromisoformat(told["now"])
    if told["act"] == "erase":
        privacy.erase_person(User.objects.get(uuid=told["owner"]), now=now)
    elif told["act"] == "leave":
        letting_go.ask(person=User.objects.get(uuid=told["owner"]), days=0, now=now)
        Letter.objects.update(next_at=None, sent_at=now)
        letting_go.finish_due(now=now)
    elif told["act"] == "rewrap":
        rotation.rewrap(batch=told["batch"])
    else:
        rotation.go_on(owner=UUID(told["owner"]), holders=[notes], now=now, batch=told["batch"])


def main() -> None:
    import django  # noqa: PLC0415 -- the environment says which settings.

    told = json.loads(sys.stdin.read())
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    settings.VAULT_KEYS = told["keys"]
    boundaries = Boundaries(told["die_at"])
    for alias, name in told["databases"].items():
        connection = connections[alias]
        connection.settings_dict["NAME"] = name
        connection.ensure_connection()
        connection.commit = boundaries.commit(connection.commit)  # type: ignore[method-assign]
        connection.execute_wrappers.append(boundaries.alone)
    act(told)
    print(boundaries.passed)  # noqa: T201 -- its standard output is how it answers.


if __name__ == "__main__":
    main()
