"""Every outage at once, and counting afterwards: ``python -m tests.lessons.drip.outages``.

The whole way a mail goes: readers enrol, real workers with real beats notice it, plan, write
letters and hand them to a mail server that writes each down before it says yes. Meanwhile workers
are killed (SIGKILL), the broker is emptied or stopped, the database sends everybody away or breaks
down, and the beat is still. Some readers enrolled five days ago, and nobody looked since. What must
hold stands in `stocktaking.Count.faults`; it is printed, with the figures, as JSON. All it runs on
is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from courseapp.bench import databases
from tests.lessons.drip import machines
from tests.lessons.drip.comers import People
from tests.lessons.drip.stocktaking import Count, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

# What can go wrong; not every broker can be stopped, and SQLite neither sends away nor breaks down.
FAULTS = ("kill", "flush", "empty", "broker", "database", "crash", "beat")
# Seconds between two turns, at random between these; how long what is stopped stays so; the longest
# that is waited for the end.
SOON, LATE, OUTAGE, ENOUGH = 0.2, 0.9, 1.5, 600.0


# --- The database ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Database:
    """An empty one: its URL, its server's, and that server where it is ours to end."""

    url: str
    address: str | None = None
    own: machines.Postgres | None = None


@contextmanager
def made(kind: str, folder: Path, *, breaks: bool) -> Iterator[Database]:
    """A database of this kind, on a server of its own where that is to break down."""
    if kind == "postgresql" and breaks:
        with machines.postgres() as own:
            with psycopg.connect(own.url, autocommit=True) as server:
                server.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(databases.name()))
                )
            url = own.url.removesuffix("postgres") + databases.name()
            yield Database(url, own.url, own)
        return
    address = databases.server() if kind == "postgresql" else None
    with databases.scratch(kind, folder=folder, address=address) as url:
        yield Database(url, address)


# --- Outages --------------------------------------------------------------------------------------


@dataclass
class Outages:
    """What happens to a site while people come."""

    people: People
    workers: machines.Workers
    broker: machines.Broker
    database: Database
    wave: int
    chance: random.Random
    with_beat: bool

    def happen(self, fault: str) -> None:
        self.people.come(self.wave)
        time.sleep(self.chance.uniform(SOON, LATE))
        ways = {
            "kill": self.kill, "flush": self.flush, "empty": self.empty,
            "broker": self.stop_broker, "database": self.stop_database, "crash": self.crash,
            "beat": self.stop_beat,
        }  # fmt: skip
        ways[fault]()
        self.staff()

    def staff(self) -> None:
        """As many workers as there should be."""
        while len(self.workers.running) < machines.WORKERS:
            self.workers.start(beat=self.with_beat)

    def kill(self) -> None:
        self.workers.kill(self.chance.choice(self.workers.running))

    def flush(self) -> None:
        """Every bell is lost that was rung while nobody was there to hear it."""
        self.workers.kill_all()
        self.people.come(self.wave)
        self.broker.flush()

    def empty(self) -> None:
        """The same under workers that live, hear no more of it, and go on."""
        self.people.come(self.wave)
        self.broker.flush()

    def stop_broker(self) -> None:
        assert isinstance(self.broker, machines.Redis)
        self.broker.stop()
        self.people.come(self.wave)
        time.sleep(OUTAGE)
        self.broker.start()

    def stop_database(self) -> None:
        """As when the server is started anew: all sessions end, and nobody gets in for a while."""
        from django.db import connections

        connections.close_all()
        assert self.database.address is not None
        name = databases.name()
        let_in = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self.database.address, autocommit=True) as server:
            server.execute(let_in.format(sql.Identifier(name), sql.SQL("false")))
            server.execute(end, [name])
            time.sleep(OUTAGE)
            server.execute(let_in.format(sql.Identifier(name), sql.SQL("true")))

    def crash(self) -> None:
        """The server ends in the middle of its work, under workers that live, and comes back."""
        from django.db import connections

        connections.close_all()
        assert self.database.own is not None
        self.database.own.crash()
        time.sleep(OUTAGE)
        self.database.own.start()

    def stop_beat(self) -> None:
        """A worker, and nothing that wakes it but bells, the last of which is lost."""
        self.workers.kill_all()
        self.workers.start(beat=False)
        self.people.come(self.wave)
        time.sleep(OUTAGE)
        self.workers.kill_all()
        self.flush()


def settle(workers: machines.Workers, patience: float) -> int:
    """Wait until nothing waits any more; how many workers ended by themselves meanwhile."""
    ended, end = 0, time.monotonic() + patience
    while is_anything_waiting() and time.monotonic() < end:
        gone = workers.ended_by_themselves()
        ended += gone
        for _ in range(gone):
            workers.start(beat=True)
        time.sleep(0.25)
    return ended


def is_anything_waiting() -> bool:
    from courseapp.post.models import Letter
    from lessons.drip.models import Mail, Place
    from lessons.reading.models import Enrolment

    return (
        Enrolment.objects.filter(places=None).exists()
        or Place.objects.filter(next_at__lte=datetime.now(UTC)).exists()
        or Place.objects.filter(attempt__gt=0, next_at__isnull=False).exists()
        or Letter.objects.filter(next_at__isnull=False).exists()
        or Mail.objects.filter(state=Mail.State.QUEUED).exists()
    )


# --- The run --------------------------------------------------------------------------------------


def turns(faults: list[str], kills: int, others: int, chance: random.Random) -> list[str]:
    """The faults in an order of chance."""
    planned = ["kill"] * kills if "kill" in faults else []
    planned += [fault for fault in faults if fault != "kill" for _ in range(others)]
    chance.shuffle(planned)
    return planned


def run(options: argparse.Namespace) -> Count:
    """The whole of it, on an empty database."""
    queue = f"outages-{os.getpid()}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outages-")))
        database = stack.enter_context(
            made(options.database, folder, breaks="crash" in options.faults)
        )
        broker = stack.enter_context(machines.broker(options.broker, folder, queue))
        sink = stack.enter_context(machines.machine("sink", str(folder / "log")))
        assert sink.stdout is not None
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "courseapp.settings",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database.url,
            "BROKER_URL": broker.url,
            "SMTP_URL": f"smtp://127.0.0.1:{sink.stdout.readline().strip()}",
            "MAIL_CONNECTIONS": str(options.connections),
            "SECRET_KEY": "for-tests-only-" * 5,
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "CRITICAL"),
            "CELERY_LOG_LEVEL": os.environ.get("LOG_LEVEL", "CRITICAL"),
        }
        machines.hurry(queue)
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        nursery = stack.enter_context(machines.machine("nursery", queue))
        try:
            return _lived_through(options, folder, broker, machines.Workers(nursery, []), database)
        finally:
            connections.close_all()


def _lived_through(
    options: argparse.Namespace,
    folder: Path,
    broker: machines.Broker,
    workers: machines.Workers,
    database: Database,
) -> Count:
    chance = random.Random(options.seed)  # noqa: S311 -- moments of outages keep no secret.
    planned = turns(options.faults, options.kills, options.others, chance)
    people = People.founded(datetime.now(UTC))
    people.were_here(options.readers // 3)
    wave = max(1, (options.readers - len(people.away)) // (len(planned) + 1))
    outages = Outages(
        people, workers, broker, database, wave, chance, with_beat=not options.without_beat
    )
    began = time.monotonic()
    outages.staff()
    for fault in planned:
        outages.happen(fault)
    ended = settle(workers, options.patience)
    known = {
        "database": options.database,
        "broker": options.broker,
        "connections": options.connections,
    }
    found = counted(
        folder / "log", people.away, **known, turns=dict(Counter(planned)), kills=workers.killed,
        seconds=round(time.monotonic() - began, 1), workers_that_ended_by_themselves=ended,
        readers=0,
    )  # fmt: skip
    from courseapp.accounts.models import User

    return replace(found, readers=User.objects.count())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--broker", choices=["spool", "redis", "amqp"], default="redis")
    parser.add_argument(
        "--faults", nargs="*", choices=FAULTS, help="default: all that are possible"
    )
    parser.add_argument("--readers", type=int, default=1_500)
    parser.add_argument("--kills", type=int, default=30, help="turns in which a worker is killed")
    parser.add_argument("--others", type=int, default=3, help="turns of each other outage")
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--patience", type=float, default=ENOUGH, help="seconds until it must be over"
    )
    parser.add_argument("--without-beat", action="store_true", help="leave that guard out")
    options = parser.parse_args()
    if options.faults is None:
        impossible = {"broker"} if options.broker != "redis" else set()
        impossible |= {"database", "crash"} if options.database == "sqlite" else set()
        impossible |= set() if machines.postgres_programs() else {"crash"}
        options.faults = [fault for fault in FAULTS if fault not in impossible]
    found = run(options)
    print(json.dumps({**asdict(found), "faults": found.faults()}, indent=1))
    return 1 if found.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
