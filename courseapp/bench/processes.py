"""The processes: started with the environment of production, spoken to in lines of JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Literal

from django.conf import settings

from courseapp.bench import events
from courseapp.bench.asking import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LAST_WORDS = 2000
# A key that opens nothing: no webhook asks Stripe anything.
_SELLING = {"STRIPE_SECRET_KEY": "rk_test_bench", "STRIPE_WEBHOOK_SECRETS": events.SECRET}
# What a role has set otherwise than `production` does.
SETTINGS = {
    "floor": {"DJANGO_SETTINGS_MODULE": "courseapp.bench.floor"},
    "hook_floor": {"DJANGO_SETTINGS_MODULE": "courseapp.bench.hook_floor", **_SELLING},
    "hooks": _SELLING,
    "growth": _SELLING,
}


class SideFailed(Exception):
    """A process ended in the middle of its work; the message ends with what it said last."""


class AnsweredOtherwise(Exception):
    """The site answered a request with another status than success: nothing to measure."""


class SideProcess:
    """The other end of ``__main__.main``."""

    # The address of its database.
    database = ""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self.process = process
        self.errors = errors

    def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Give an order and wait for its answer; raises ``SideFailed``, ``AnsweredOtherwise``."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None  # noqa: S101 -- both are pipes, see ``started``.
        assert stdout is not None  # noqa: S101
        try:
            stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            stdin.flush()
            answer = stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.process.wait()
            self.errors.seek(0)
            raise SideFailed(self.errors.read()[-LAST_WORDS:].strip())
        found: dict[str, Any] = json.loads(answer)
        if "otherwise" in found:
            raise AnsweredOtherwise(found["otherwise"])
        return found


Role = Literal["site", "floor", "hooks", "hook_floor", "vault", "doors", "growth", "shop"]


@contextmanager
def started(
    role: Role, *, database: str, folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[SideProcess]:
    """A side at work on this database (a URL), with all its files in ``folder``."""
    command = [sys.executable, "-m", "courseapp.bench", role]
    variables = {**production(database, folder), **SETTINGS.get(role, {}), **(more or {})}
    with spoken_to(command, variables) as side:
        side.database = database
        yield side


@contextmanager
def spoken_to(command: list[str], variables: Mapping[str, str]) -> Iterator[SideProcess]:
    """A process that takes orders on its input and answers on its output."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 -- our own modules.
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=settings.BASE_DIR,
            env=dict(variables),
        )
        try:
            yield SideProcess(process, errors)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def at_work(command: list[str], variables: Mapping[str, str]) -> Iterator[None]:
    """A process of the site itself, that nobody speaks to; ended with its descendants."""
    process = subprocess.Popen(  # noqa: S603 -- the site's own commands.
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env=dict(variables),
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def production(database: str, folder: Path) -> dict[str, str]:
    """Production on this machine: nothing of the developer's own settings, no DEBUG."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "PRODUCTION": "1",
        "DEBUG": "0",
        "SECRET_KEY": "for-measuring-only-" * 4,
        # All that is measured comes from one network: it is counted, and let through.
        "WRITES_PER_MINUTE": "1000000,1000000",
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "MAIL_FROM": f"Practice <post@{HOST}>",
        "SMTP_URL": "smtp://127.0.0.1:9",
        "DATABASE_URL": database,
        "CACHE_URL": os.environ.get("BENCH_CACHE_URL", ""),
        "BROKER_URL": "spool://",
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "WARNING",
    }
