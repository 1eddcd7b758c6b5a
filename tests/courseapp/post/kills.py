"""Killing the pump at random, and counting afterwards: ``python -m tests.courseapp.post.kills``.

Ten thousand letters, half lessons and half offers, go to a mail server that writes down each
Message-ID before it says yes. Meanwhile the process that sends them is killed (SIGKILL) again and
again. What must hold stands in ``Count.faults``; it is printed, with the figures, as JSON. A
database and a folder of its own are made for it, and are gone afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from courseapp.bench import databases

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds: short, so that a killed sender's letters are due again within the run.
LEASE, MARGIN = 2.0, 1.0
LATENCY = 0.004
# Seconds after which a pump that still works is killed, at random between these.
SOON, LATE = 0.1, 0.7
ENOUGH = 900


@dataclass
class Count:
    """What was found when all was over."""

    database: str
    mails: int
    kills: int
    connections: int
    seconds: float
    lessons_lost: int
    lessons_twice: int
    offers_twice: int
    offers_in_doubt: int
    offers_in_doubt_that_came: int
    offers_lost_unnoticed: int
    marked_and_never_came: int
    given_up: int

    def faults(self) -> list[str]:
        """What should not be; empty when all is as promised."""
        window = self.kills * self.connections
        broken = {
            "a lesson was lost": self.lessons_lost,
            "more lessons came twice than one a kill and connection": self.lessons_twice > window,
            "an offer came twice": self.offers_twice,
            "an offer is neither sent nor listed as in doubt": self.offers_lost_unnoticed,
            "more offers in doubt than one a kill and connection": self.offers_in_doubt > window,
            "marked as sent and never came": self.marked_and_never_came,
            "given up": self.given_up,
        }
        return [name for name, is_so in broken.items() if is_so]


@contextmanager
def sink(log: Path) -> Iterator[int]:
    """A mail server of its own process; its port."""
    command = [sys.executable, "-m", "courseapp.bench.sink", str(log), str(LATENCY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def put(mails: int) -> None:
    """Half lessons, half offers, in turn."""
    from django.utils import timezone

    from courseapp.post import filling, outbox
    from courseapp.post.letters import Words
    from courseapp.post.models import Letter

    now = timezone.now()
    words = Words("Les {{number}}", "Hallo {{number}},\n" * 40, "<p>Hallo {{number}}</p>" * 60)
    form = filling.keep(words=words, now=now)
    streams = [Letter.Stream.LESSON, Letter.Stream.OFFER]
    outbox.put_many(
        (
            outbox.Filled(
                stream=streams[number % 2],
                key=f"kill:{number}",
                to=f"reader{number}@example.org",
                form=form,
                values={"number": str(number)},
            )
            for number in range(mails)
        ),
        now=now,
    )
    # In turn, and not all lessons first.
    Letter.objects.update(priority=2)


def pump_until_done(*, is_careless: bool) -> None:
    """What is killed: it sends until nothing is left to send.

    The careless one takes offers that were begun for new: what counts kills must find that out.
    """
    from django.utils import timezone

    from courseapp.post import claiming, pump
    from courseapp.post.models import Letter

    claiming.LEASE = timedelta(seconds=LEASE)
    pump.MARGIN = timedelta(seconds=MARGIN)
    if is_careless:
        Letter.objects.update(begun_at=None)
    while waiting():
        pump.keep_sending(now=timezone.now(), seconds=5, batch=40)
        time.sleep(0.05)


def waiting() -> int:
    from courseapp.post.models import Letter

    return Letter.objects.filter(next_at__isnull=False).count()


def started(*, is_careless: bool) -> int:
    """A pump in a process of its own: everything is loaded already, so that it begins at once."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        pump_until_done(is_careless=is_careless)
    finally:
        os._exit(0)


def kill_again_and_again(kills: int, chance: random.Random, *, is_careless: bool) -> int:
    """Start and kill a pump so often, then let one finish; how many were killed while working."""
    killed = 0
    for _ in range(kills):
        pid = started(is_careless=is_careless)
        time.sleep(chance.uniform(SOON, LATE))
        os.kill(pid, signal.SIGKILL)
        killed += os.waitpid(pid, 0)[1] == signal.SIGKILL
    pid = started(is_careless=is_careless)
    end = time.monotonic() + ENOUGH
    while os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() < end:
        time.sleep(0.05)
    return killed


def count(log: Path, **known: float | str) -> Count:
    """Hold the server's list against the table."""
    from courseapp.post.models import Letter

    came = Counter(log.read_text(encoding="ascii").split())
    lessons = list(Letter.objects.filter(stream="lesson"))
    offers = list(Letter.objects.filter(stream="offer"))
    doubtful = set(Letter.objects.doubtful().values_list("message_id", flat=True))
    twice = [len([1 for each in group if came[each.message_id] > 1]) for group in (lessons, offers)]
    silent = [each for each in offers if not came[each.message_id]]
    return Count(
        **known,  # type: ignore[arg-type]
        lessons_lost=sum(not came[each.message_id] for each in lessons),
        lessons_twice=twice[0],
        offers_twice=twice[1],
        offers_in_doubt=len(doubtful),
        offers_in_doubt_that_came=sum(bool(came[name]) for name in doubtful),
        offers_lost_unnoticed=sum(each.message_id not in doubtful for each in silent),
        marked_and_never_came=Letter.objects.filter(sent_at__isnull=False)
        .exclude(message_id__in=list(came))
        .count(),
        given_up=Letter.objects.lost().count(),
    )


def run(
    *, database: str, mails: int, kills: int, connections: int, seed: int, careless: bool
) -> Count:
    """The whole of it, on an empty database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        address = databases.server() if database == "postgresql" else None
        url = stack.enter_context(databases.scratch(database, folder=folder, address=address))
        port = stack.enter_context(sink(folder / "log"))
        (folder / "log").touch()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "courseapp.settings",
            "VAR_DIR": str(folder),
            "DATABASE_URL": url,
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
            "MAIL_CONNECTIONS": str(connections),
            "SECRET_KEY": "for-tests-only-" * 5,
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections as open_connections

        call_command("migrate", verbosity=0)
        put(mails)
        began = time.monotonic()
        chance = random.Random(seed)  # noqa: S311 -- moments to kill at keep no secret.
        killed = kill_again_and_again(kills, chance, is_careless=careless)
        seconds = round(time.monotonic() - began, 1)
        found = count(
            folder / "log", database=database, mails=mails, kills=killed,
            connections=connections, seconds=seconds,
        )  # fmt: skip
        open_connections.close_all()
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true", help="without the guard of offers")
    found = run(**vars(parser.parse_args()))
    print(json.dumps({**asdict(found), "faults": found.faults()}, indent=1))
    return 1 if found.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
