"""``make test``: the suite, once for each database that answers, and what was left out.

``python -m tests.run [--all] [arguments for pytest]``; ``--all`` with the tests that are slow. With
``CI=true`` nothing that runs may be missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import kombu
import psycopg
import redis

ROOT = Path(__file__).resolve().parents[1]
CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# Two checkouts on one machine must not share a test database.
NAME = "courseapp_" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
POSTGRES = os.environ.get("TEST_DATABASE_URL", f"postgres://postgres@127.0.0.1:5432/{NAME}")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
AMQP = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The second run leaves these out: what is read there does not depend on the database.
ONCE = "not browser and not broker and not once"
SLOW = "Left out: what is slow. To run it as well: make test ALL=1 (half an hour on two cores)."
WAIT = 3


@dataclass(frozen=True)
class Outcome:
    """What a run of pytest came to; ``status`` is pytest's exit status."""

    name: str
    status: int
    seconds: float
    passed: int
    failed: int
    skipped: int

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{self.name}: {counts} ({self.seconds:.0f} s)"


def postgres_answers() -> str:
    """Empty when it answers, else why not; likewise below."""
    parts = urlsplit(POSTGRES)
    try:
        # Not the database named: the tests make their own beside it.
        url = parts._replace(scheme="postgresql", path="/postgres").geturl()
        psycopg.connect(url, connect_timeout=WAIT).close()
    except psycopg.Error as error:
        return str(error).partition("\n")[0]
    return ""


def redis_answers() -> str:
    try:
        with contextlib.closing(redis.Redis.from_url(REDIS, socket_connect_timeout=WAIT)) as client:
            client.ping()
    except redis.RedisError as error:
        return str(error)
    return ""


def rabbitmq_answers() -> str:
    try:
        with kombu.Connection(AMQP, connect_timeout=WAIT) as connection:
            connection.connect()
    except (OSError, *kombu.Connection(AMQP).connection_errors) as error:
        return str(error)
    return ""


def chromium_is_there() -> str:
    return "" if Path(CHROMIUM).exists() else f"there is no {CHROMIUM}"


def left_out() -> dict[str, str]:
    """What cannot be tested here: name to a line that says why, and how to get it."""
    ways = {
        "PostgreSQL": (postgres_answers, "apt-get install postgresql, or set TEST_DATABASE_URL"),
        "Redis": (redis_answers, "apt-get install redis-server, or set TEST_REDIS_URL"),
        "RabbitMQ": (rabbitmq_answers, "apt-get install rabbitmq-server, or set TEST_AMQP_URL"),
        "Chromium": (chromium_is_there, "apt-get install chromium, or set CHROMIUM"),
    }
    reasons = {name: (ask(), way) for name, (ask, way) in ways.items()}
    return {
        name: f"Left out: {name} ({reason}). To get it: {way}."
        for name, (reason, way) in reasons.items()
        if reason
    }


def environment(missing: dict[str, str], **more: str) -> dict[str, str]:
    """The environment of a run; brokers are named there only when they answer."""
    found = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    for name, variable, url in (
        ("Redis", "TEST_REDIS_URL", REDIS),
        ("RabbitMQ", "TEST_AMQP_URL", AMQP),
    ):
        found.pop(variable, None)
        if name not in missing:
            found[variable] = url
    return {**found, **more}


def run(name: str, arguments: list[str], variables: dict[str, str]) -> Outcome:
    """Run pytest once, its output as it comes."""
    print(f"\n=== {name} ===", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        workers = str(min(os.cpu_count() or 1, 4))
        # Each takes a stretch of whole files, so that a browser is started once for a file, and
        # whoever is done takes over from the others.
        spread = ["-n", workers, "--dist", "worksteal"]
        command = [sys.executable, "-m", "pytest", *spread]
        done = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env={**variables, "TEST_SUMMARY": str(summary)},
            check=False,
        )
        # A run that never came to its end is one failure: no summary must not read as all is well.
        counts = {"passed": 0, "failed": 1, "skipped": 0}
        with contextlib.suppress(FileNotFoundError):
            counts = json.loads(summary.read_text(encoding="utf-8"))
    if done.returncode and not counts["failed"]:
        counts["failed"] = 1
    return Outcome(name, done.returncode, time.monotonic() - began, **counts)


def main(arguments: list[str]) -> int:
    missing = left_out()
    if CI and missing:
        print("\n".join([*missing.values(), "With CI=true nothing may be left out."]))
        return 1
    everything = "--all" in arguments
    arguments = [word for word in arguments if word != "--all"]
    which = "" if everything else " and not slow"
    if not everything:
        # All of it is slow, and only to list what is in it takes eight seconds.
        arguments.append("--ignore=tests/test_schemathesis.py")
    here = [*arguments, "-m", f"not postgresql{which}"]
    outcomes = [run("SQLite", here, environment(missing))]
    if "PostgreSQL" not in missing:
        again = [*arguments, "-m", f"{ONCE}{which}"]
        outcomes.append(run("PostgreSQL", again, environment(missing, DATABASE_URL=POSTGRES)))
    left = [*missing.values(), *([] if everything else [SLOW])]
    print("\n" + "\n".join([*left, *map(str, outcomes)]))
    passed = sum(each.passed for each in outcomes)
    failed = sum(each.failed for each in outcomes)
    skipped = sum(each.skipped for each in outcomes)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
