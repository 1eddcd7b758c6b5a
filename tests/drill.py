"""A site with many readers is lost and comes back: how many seconds it was away.

``python -m tests.drill [READERS]`` makes 10,000 readers with what they did and wrote, on SQLite and
on PostgreSQL where that answers; backs up, destroys both databases and all files, restores, starts
the web server and asks for a page. Then it moves the SQLite site to PostgreSQL.
"""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from lessons.reading.models import Answer, Enrolment

ROOT = Path(__file__).resolve().parents[1]
READERS = 10_000
MOST_SECONDS = 60
PATIENCE = 60  # Seconds until a page is given up.
BATCH = 500
NOW = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
WRITTEN = "Ik werd stil toen het fijn was."


@dataclass
class Site:
    """An installation in a folder of its own; ``variables`` are its environment."""

    folder: Path
    variables: dict[str, str]
    took: dict[str, float] = field(default_factory=dict)

    def run(self, step: str, *words: str) -> None:
        """A process of the site's; its last line is shown, and how long it took."""
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.variables, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{step} failed:\n{done.stdout}{done.stderr}")
        self.told(step, began, done.stdout.strip().rpartition("\n")[2])

    def manage(self, step: str, *words: str) -> None:
        self.run(step, "manage.py", *words)

    def told(self, step: str, began: float, line: str) -> None:
        self.took[step] = time.monotonic() - began
        print(f"  {step:9} {self.took[step]:6.1f} s  {line}", flush=True)


def site(folder: Path, *, database: str, keys: str) -> Site:
    """Not there yet; both databases are empty."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database,
        "KEYS_DATABASE_URL": keys,
        "VAULT_KEYS": f"drill:{base64.b64encode(os.urandom(32)).decode()}",
        "LOG_LEVEL": "WARNING",
        "PRODUCTION": "0",
        "DEBUG": "1",  # Styles are served from where they are: nobody collected them.
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
    }
    return Site(folder, variables)


def drill(one: Site, *, readers: int, destroy: Callable[[], None]) -> float:
    """Seconds from the loss to the first page; what is away is restored from the backups alone."""
    copies, keys = str(one.folder / "copies"), str(one.folder / "keys")
    one.run("made", "-m", "tests.drill", "--make", str(readers))
    one.manage("backed up", "backup", copies, "--keys", keys)
    destroy()
    shutil.rmtree(one.folder / "var")
    began = time.monotonic()
    one.manage("restored", "restore", copies, "--keys", keys)
    first_page(one)
    away = time.monotonic() - began
    one.run("read", "-m", "tests.drill", "--look", str(readers))
    print(f"  {readers} readers were away for {away:.1f} s (most: {MOST_SECONDS})", flush=True)
    return away


def first_page(one: Site) -> None:
    """Start the web server, wait for the front page, and end it."""
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--log-level", "error", "courseapp.wsgi:application"]
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, env=one.variables) as server:
        try:
            while not _answers(port):
                if time.monotonic() - began > PATIENCE or server.poll() is not None:
                    raise SystemExit("The site did not come up.")
                time.sleep(0.05)
        finally:
            server.terminate()
            server.wait()
    one.told("first page", began, "200")


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as there:
        try:
            there.request("GET", "/", headers={"Host": "localhost"})
            return there.getresponse().status == HTTPStatus.OK
        except OSError:
            return False


# --- Within the site ------------------------------------------------------------------------------


def make(readers: int) -> None:
    """The shipped courses, so many readers in one of them, and an answer of each."""
    from django.core.management import call_command

    from courseapp.bench import crowd
    from lessons.content.models import Course

    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 -- no path.
        call_command("migrate", verbosity=0)
        call_command("migrate", "vault", verbosity=0, database="keys")
        call_command("load_courses", stdout=nowhere)
    crowd.grow(Course.objects.filter(live_edition__isnull=False).earliest("pk"), wanted=readers)
    write()
    print(f"{readers} readers")


def write() -> None:
    """An answer of everybody, each sealed with a key of their own."""
    from django.db import transaction

    from courseapp.vault import keyring, keys
    from courseapp.vault.models import DataKey
    from lessons.reading.models import Answer, Enrolment, Opened

    ring, lesson = keys.ring(), Opened.objects.values_list("lesson", flat=True)[0]
    enrolments = list(Enrolment.objects.select_related("reader").order_by("pk"))
    for start in range(0, len(enrolments), BATCH):
        some = enrolments[start : start + BATCH]
        owners = [one.reader.uuid for one in some]
        rows = [
            DataKey(
                owner=owner, generation=1, wrapped_by=ring.current, made_at=NOW,
                wrapped=ring.wrap(keyring.new_data_key(), generation=1, owner=owner),
            )
            for owner in owners
        ]  # fmt: skip
        DataKey.objects.bulk_create(rows)
        with transaction.atomic():
            Answer.objects.bulk_create([_answer(one, lesson) for one in some])


def _answer(enrolment: Enrolment, lesson: UUID) -> Answer:
    from courseapp.vault import texts
    from lessons.reading import replies, sealed_answers
    from lessons.reading.models import Answer

    name = uuid.uuid4()
    said = replies.Written(heading="Kop", question="Wat merkte je?", text=WRITTEN)
    owner, place = enrolment.reader.uuid, sealed_answers.place_of(name)
    sealed = texts.write(owner=owner, place=place, text=replies.as_text(said), now=NOW)
    return Answer(
        id=name, enrolment=enrolment, lesson_id=lesson, lesson_title="Les", block=uuid.uuid4(),
        kind="reflection", sealed=sealed, began_at=NOW, saved_at=NOW,
    )  # fmt: skip


def look(readers: int) -> None:
    """Everybody is there again, and every answer opens."""
    from lessons.reading import answers
    from lessons.reading.models import Answer, Enrolment

    read = 0
    for enrolment in Enrolment.objects.select_related("reader"):
        (one,) = answers.opened(enrolment.reader, Answer.objects.filter(enrolment=enrolment))
        read += WRITTEN in str(one.content)
    if read != readers:
        raise SystemExit(f"{read} answers of {readers} can be read.")
    print(f"{read} answers of {readers} can be read")


# --- All of it ------------------------------------------------------------------------------------


def main(readers: int) -> int:
    from courseapp.bench import databases

    server, away = databases.server(), []
    with tempfile.TemporaryDirectory(prefix="drill-") as name, ExitStack() as stack:
        folder = Path(name)

        def scratch(kind: str, beside: str) -> str:
            below = folder / kind
            below.mkdir(exist_ok=True)
            there = databases.scratch(kind, folder=below, address=server, beside=beside)
            return stack.enter_context(there)

        for kind in ("sqlite", "postgresql") if server else ("sqlite",):
            print(f"{kind}, {readers} readers", flush=True)
            urls = [scratch(kind, beside) for beside in ("", "_keys")]
            one = site(folder / kind, database=urls[0], keys=urls[1])
            away.append(drill(one, readers=readers, destroy=lambda urls=urls: lose(urls)))  # type: ignore[misc]
            if kind == "sqlite" and server:
                to, keys_to = (scratch("postgresql", beside) for beside in ("_to", "_keys_to"))
                one.manage("moved", "transfer", "--to", to, "--keys-to", keys_to)
    return int(any(each > MOST_SECONDS for each in away))


def lose(urls: list[str]) -> None:
    """Both databases, as when their disk is gone: an empty one is all there is."""
    import psycopg

    for url in urls:
        if url.startswith("sqlite"):
            for file in Path(url.removeprefix("sqlite:///")).parent.glob("*.sqlite3*"):
                file.unlink()
        else:
            with psycopg.connect(url, autocommit=True) as raw:
                raw.execute("DROP SCHEMA public CASCADE")
                raw.execute("CREATE SCHEMA public")


if __name__ == "__main__":
    if sys.argv[1:2] in (["--make"], ["--look"]):
        import django

        django.setup()
        {"--make": make, "--look": look}[sys.argv[1]](int(sys.argv[2]))
    else:
        sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else READERS))
