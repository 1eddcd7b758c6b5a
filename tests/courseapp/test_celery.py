"""The worker as it runs: a process of its own, a mail from end to end, and a clean end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = __file__.rpartition("/tests/")[0]

PUT = """
import django
django.setup()
from django.utils import timezone
from courseapp.post import outbox
outbox.put(
    stream="code", key="e2e", to="anna@example.org", subject="Je inlogcode", text="123456\\n",
    html="", now=timezone.now(),
)
"""
STATE = """
import django
django.setup()
from courseapp.post.models import Letter
letter = Letter.objects.get()
print(letter.state, repr(letter.text), letter.attempt)
"""

pytestmark = [pytest.mark.slow, pytest.mark.once]


def site_in(folder: Path) -> dict[str, str]:
    """The environment of a site of its own: folder, SQLite database, spool, mailbox."""
    unset = {"TEST_DIR", "DATABASE_URL", "PYTEST_XDIST_WORKER"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "SECRET_KEY": "for-tests-only-" * 5,
        "DEBUG": "1",
    }


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables and no row, to be copied: making it takes five seconds."""
    folder = tmp_path_factory.mktemp("migrated")
    manage(site_in(folder), "migrate", "-v0")
    return folder / "db.sqlite3"


@pytest.fixture
def environment(tmp_path: Path, migrated: Path) -> dict[str, str]:
    """A site of its own, whose database is ready."""
    with closing(sqlite3.connect(migrated)) as ready:
        ready.execute("VACUUM INTO ?", [str(tmp_path / "db.sqlite3")])
    return site_in(tmp_path)


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def run(environment: dict[str, str], code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def mails(environment: dict[str, str]) -> list[Path]:
    return sorted(Path(environment["VAR_DIR"], "mail").glob("[0-9]*.eml"))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_sends_a_mail_and_ends_when_told(
    environment: dict[str, str], ending: signal.Signals
) -> None:
    with worker(environment) as process:
        run(environment, PUT)
        assert until(lambda: len(mails(environment)) == 1)
        assert b"123456" in mails(environment)[0].read_bytes()
        assert until(lambda: run(environment, STATE) == "sent '' 1")
        assert children(process.pid) == []
        started = time.monotonic()
        process.send_signal(ending)
        assert process.wait(timeout=15) == 0
        assert time.monotonic() - started < 6


def test_the_beat_finds_a_letter_whose_bell_was_lost(environment: dict[str, str]) -> None:
    run(environment | {"BROKER_URL": "redis://127.0.0.1:1/0"}, PUT)
    with worker(environment):
        assert until(lambda: len(mails(environment)) == 1, 40)


@pytest.mark.broker
@pytest.mark.parametrize("name", ["TEST_REDIS_URL", "TEST_AMQP_URL"])
def test_a_worker_sends_a_mail_through_a_real_broker(
    environment: dict[str, str], name: str
) -> None:
    broker = os.environ.get(name)
    if not broker:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not set, and with CI=true nothing may be left out.")
        pytest.skip(f"{name} is not set.")
    environment["BROKER_URL"] = broker
    with worker(environment) as process:
        run(environment, PUT)
        # Less than a tick: it was the bell.
        assert until(lambda: len(mails(environment)) == 1, 12)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
