"""Sending mail: how many a second, beside others that do the same, and how long a code waits.

Everybody sends the same mail of 8 kB to the same sink, from letters that lie in a table, one
process each, and marks each letter as sent. What one connection takes without any table is the
floor.
"""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections
from django.utils import timezone

from courseapp.bench.environments import LAST_WORDS
from courseapp.bench.openedx import Failed
from courseapp.post import filling, message, outbox, pump
from courseapp.post.letters import Words
from courseapp.post.models import Letter
from courseapp.post.tasks import WORKING_TIME

if TYPE_CHECKING:
    from collections.abc import Iterator

POST_OFFICE = "3.12.0"
REDIS = "redis://127.0.0.1:6379/9"
WORDS = Words(
    subject="Les {{number}} staat klaar",
    text="Hallo {{name}},\n\nles {{number}} staat voor je klaar.\n\n"
    + "Neem er even de tijd voor, het hoeft niet in één keer.\n" * 30
    + "\nGeen mail meer: https://example.org/stop/{{number}}\n",
    html="<p>Hallo {{name}},</p><p>les {{number}} staat voor je klaar.</p>\n"
    + "<p style='margin: 0'>Ga er even voor zitten, het hoeft niet in één keer.</p>\n" * 70
    + "<p><a href='https://example.org/stop/{{number}}'>Geen mail meer</a></p>\n",
)
# Seconds.
LOOK_EVERY, ENOUGH, STRETCH = 0.005, 120, 1.0


class Late(Exception):
    """A code did not come within two minutes."""


@contextmanager
def sink(log: Path) -> Iterator[int]:
    """A mail server in a process of its own that writes down what came; its port."""
    log.touch()
    command = [sys.executable, "-m", "courseapp.bench.sink", str(log)]
    with subprocess.Popen(  # noqa: S603 -- our own module, by our own interpreter.
        command, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR
    ) as process:
        try:
            yield int(process.stdout.readline() if process.stdout else 0)
        finally:
            process.kill()


def put(count: int) -> None:
    """So many lessons, due now, and nothing else."""
    Letter.objects.all().delete()
    now = timezone.now()
    form = filling.keep(words=WORDS, now=now)
    letters = (
        outbox.Filled(
            stream=Letter.Stream.LESSON,
            key=f"bench:{now}:{number}",
            to=f"reader{number}@example.org",
            form=form,
            values={"number": str(number), "name": "Anna"},
        )
        for number in range(count)
    )
    outbox.put_many(letters, now=now)


def ours(*, port: int, count: int, lines: int) -> float:
    """Mails a second of the pump, over so many lines."""
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAIL_CONNECTIONS = "127.0.0.1", port, lines
    put(count)
    start = time.perf_counter()
    run = pump.keep_sending(now=timezone.now(), seconds=ENOUGH)
    return run.sent / (time.perf_counter() - start)


def work_off(*, port: int) -> list[tuple[int, float]]:
    """Send all that lies there as the worker does, one short stretch after the other.

    Returns after each stretch the mails sent so far and the MB this process has in memory.
    """
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    seen, sent, more = [], 0, True
    while more:
        run = pump.keep_sending(now=timezone.now(), seconds=STRETCH)
        sent, more = sent + run.sent, run.more
        seen.append((sent, _resident()))
    return seen


def _resident() -> float:
    """MB of memory in use by this process (Linux tells)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def code_wait(*, port: int, count: int, lines: int, log: Path) -> float:
    """Seconds until a code is at the mail server that is asked for while so many mails go."""
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAIL_CONNECTIONS = "127.0.0.1", port, lines
    put(count)
    is_over = Event()
    sender = Thread(target=_send_all, args=[is_over], daemon=True)
    before = log.stat().st_size
    sender.start()
    while log.stat().st_size == before:
        time.sleep(LOOK_EVERY)
    start = time.perf_counter()
    code = outbox.put(
        stream=Letter.Stream.CODE, key=f"bench:code:{start}", to="anna@example.org",
        subject="Je code", text="123456\n", html="", now=timezone.now(),
    )  # fmt: skip
    while code.message_id not in log.read_text(encoding="ascii"):
        if time.perf_counter() - start > ENOUGH:
            raise Late
        time.sleep(LOOK_EVERY)
    waited = time.perf_counter() - start
    Letter.objects.filter(sent_at=None).update(next_at=None)
    is_over.set()
    sender.join()
    return waited


def plain(*, port: int, count: int) -> float:
    """Mails a second over one connection of Python's own client, with the bytes ready."""
    letter = Letter(
        uuid="0f0e0d0c-0b0a-4a0b-8c0d-0e0f00010203",
        message_id="<plain@example.org>",
        stream=Letter.Stream.LESSON,
        to="anna@example.org",
        created_at=timezone.now(),
        subject=WORDS.subject,
        text=WORDS.text,
        html=WORDS.html,
    )
    words = message.by_django(letter).message().as_bytes()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        start = time.perf_counter()
        for _ in range(count):
            smtp.sendmail("post@example.org", ["anna@example.org"], words)
        return count / (time.perf_counter() - start)


def post_office(python: Path, *, database: dict[str, Any], port: int, count: int) -> float:
    """Mails a second of django-post_office, as it comes; raises ``Failed``."""
    return _side(python, "post_office_side.py", database, port, count)


def eta_tasks(*, database: dict[str, Any], port: int, count: int) -> float:
    """Mails a second of a Celery task for each mail; raises ``Failed``, also without Redis."""
    return _side(Path(sys.executable), "eta_side.py", database, port, count)


def _side(python: Path, file: str, database: dict[str, Any], port: int, count: int) -> float:
    order = {
        "database": database,
        "port": port,
        "mails": [_mail(number) for number in range(count)],
        "redis": os.environ.get("TEST_REDIS_URL") or REDIS,
    }
    command = [str(python), "-P", str(Path(__file__).with_name(file))]
    try:
        done = subprocess.run(  # noqa: S603 -- a command of our own making.
            command, input=json.dumps(order), capture_output=True, text=True, check=True
        )
        return float(done.stdout.split()[-1])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError) as failure:
        said = getattr(failure, "stderr", "") or str(failure)
        raise Failed(" ".join(said.split())[-LAST_WORDS:]) from failure


def _mail(number: int) -> dict[str, str]:
    """The same words, filled in."""
    values = {"{{number}}": str(number), "{{name}}": "Anna"}
    said = {"subject": WORDS.subject, "text": WORDS.text, "html": WORDS.html}
    for mark, value in values.items():
        said = {part: words.replace(mark, value) for part, words in said.items()}
    return {"to": f"reader{number}@example.org", **said}


def _send_all(is_over: Event) -> None:
    """As the worker does, one stretch after the other."""
    try:
        while not is_over.is_set():
            pump.keep_sending(now=timezone.now(), seconds=WORKING_TIME)
    finally:
        connections.close_all()
