"""The two processes: started with the environment of production, spoken to in lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Literal

from django.conf import settings

from courseapp.bench.asking import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAST_WORDS = 2000


class SideFailed(Exception):
    """A process ended in the middle of its work; the message ends with what it said last."""


class AnsweredOtherwise(Exception):
    """The site answered a request with another status than success: nothing to measure."""


class SideProcess:
    """The other end of ``__main__.main``."""

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


@contextmanager
def started(
    role: Literal["site", "floor"], *, database: str, folder: Path
) -> Iterator[SideProcess]:
    """A side at work on this database (a URL), with all its files in ``folder``."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 -- our own module, by our own interpreter.
            [sys.executable, "-m", "courseapp.bench", role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=settings.BASE_DIR,
            env=_environment(role, database, folder),
        )
        try:
            yield SideProcess(process, errors)
        finally:
            process.kill()
            process.communicate()


def _environment(role: str, database: str, folder: Path) -> dict[str, str]:
    """Production on this machine: nothing of the developer's own settings, no DEBUG."""
    module = "courseapp.bench.floor" if role == "floor" else "courseapp.settings"
    return {
        "PATH": os.environ.get("PATH", ""),
        "DJANGO_SETTINGS_MODULE": module,
        "PRODUCTION": "1",
        "DEBUG": "0",
        "SECRET_KEY": "for-measuring-only-" * 4,
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
