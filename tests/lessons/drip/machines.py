"""The machines that a run of outages stands on: a mail server, brokers, and workers to be killed.

``python -m tests.lessons.drip.machines sink LOG`` is the mail server, ``… nursery QUEUE`` starts
workers and kills them when it is told to. Both are processes of their own and end with their input.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import kombu
import redis

from courseapp.bench.sink import Sink, running

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS = 2  # At a time.
# Seconds: short, so that what a killed worker held is due again within the run.
LEASE, MARGIN, TICK, EXPIRES = 4.0, 2.0, 1, 15
LATENCY = 0.004


# --- The mail server ------------------------------------------------------------------------------


class Recorder(Sink):
    """Writes down which letter came for whom, before it says yes."""

    def keep(self, words: bytes) -> None:
        assert self.log is not None
        head = message_from_bytes(words.partition(b"\r\n\r\n")[0])
        self.log.write(f"{head['Message-ID']} {head['To']}\n".encode("ascii"))
        self.log.flush()


def record(log: str) -> None:
    """Serve until the input ends; the port is the first line said."""
    with Path(log).open("ab") as file, running(Recorder(log=file, latency=LATENCY)) as sink:
        print(sink.port, flush=True)
        sys.stdin.read()


# --- Workers --------------------------------------------------------------------------------------


def hurry(queue: str) -> None:
    """Let this process tick and lease in seconds, on a queue of its own.

    To be called before Django is set up.
    """
    from courseapp import timetable
    from courseapp.celery import app

    ticks = ("post.tick", "lessons.drip")
    timetable.TIMETABLE = tuple((task, TICK, EXPIRES) for task in ticks)
    app.conf.task_default_queue = queue
    import django

    django.setup()
    from courseapp.post import claiming, pump
    from lessons.drip import pump as drip

    claiming.LEASE = timedelta(seconds=LEASE)
    pump.MARGIN = timedelta(seconds=MARGIN)
    drip.LEASE = timedelta(seconds=LEASE)


def nurse(queue: str) -> None:
    """Start ("beat" or "no beat"), kill ("kill PID") and count ("who") workers, as lines ask.

    A worker is a fork with everything loaded, so that it works at once; what it runs is the real
    command. The answer to "start" is its number, to "kill" whether it still ran.
    """
    hurry(queue)
    alive: set[int] = set()
    for line in sys.stdin:
        order, _space, about = line.strip().partition(" ")
        if order == "start":
            alive.add(pid := _born(about))
            print(pid, flush=True)
        elif order == "kill":
            print(_killed(int(about)), flush=True)
            alive.discard(int(about))
        else:
            alive -= {each for each in alive if os.waitpid(each, os.WNOHANG)[0]}
            print(*alive, flush=True)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _born(kind: str) -> int:
    from django.core.management import call_command

    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        call_command("worker", no_beat=kind != "beat")
    finally:
        os._exit(1)


def _killed(pid: int) -> str:
    os.kill(pid, signal.SIGKILL)
    return "killed" if os.waitpid(pid, 0)[1] == signal.SIGKILL else "gone"


@dataclass
class Workers:
    """The workers of a run, from the side of who runs them."""

    process: subprocess.Popen[str]
    running: list[int]
    killed: int = 0

    def start(self, *, beat: bool) -> None:
        self.running.append(int(self._ask("start " + ("beat" if beat else "no beat"))))

    def kill(self, pid: int) -> None:
        self.running.remove(pid)
        self.killed += self._ask(f"kill {pid}") == "killed"

    def kill_all(self) -> None:
        for pid in [*self.running]:
            self.kill(pid)

    def ended_by_themselves(self) -> int:
        """How many ended though nobody told them to; they are forgotten."""
        alive = {int(each) for each in self._ask("who").split()}
        ended = [pid for pid in self.running if pid not in alive]
        self.running = [pid for pid in self.running if pid in alive]
        return len(ended)

    def _ask(self, order: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(order, file=self.process.stdin, flush=True)
        answer: str = self.process.stdout.readline()
        return answer.strip()


@contextmanager
def machine(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """This module as a process of its own, which ends when we do."""
    command = [sys.executable, "-m", "tests.lessons.drip.machines", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)


# --- A database server ----------------------------------------------------------------------------


class Postgres:
    """A cluster of our own, so that it can be ended in the middle of its work and come back."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.data, self.url = folder / "data", f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        # PostgreSQL never runs as root; as root it is another's, who comes along with its package.
        self.own = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self.own:
            shutil.chown(folder, **self.own)
        self._do("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1"
        try:
            self._do("pg_ctl", "-w", "-l", str(self.data / "log"), "-o", options, "start")
        except subprocess.CalledProcessError as error:
            # Why, only its own log says, and that goes with the folder.
            error.add_note((self.data / "log").read_text(encoding="utf-8")[-2000:])
            raise

    def crash(self) -> None:
        """As when its power goes: no session is ended, and nothing brought in order."""
        self._do("pg_ctl", "-w", "-m", "immediate", "stop")

    def _do(self, program: str, *arguments: str) -> None:
        path = postgres_programs()
        assert path is not None
        subprocess.run(
            [str(path / program), "-D", str(self.data), *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd="/", extra_groups=[] if self.own else None,
            **self.own,
        )  # type: ignore[call-overload]  # fmt: skip


def postgres_programs() -> Path | None:
    """Where PostgreSQL's own programs lie, the newest that is there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A cluster that is gone afterwards; in a folder that its owner may enter."""
    with tempfile.TemporaryDirectory(prefix="outages-postgres-") as folder:
        server = Postgres(Path(folder))
        try:
            yield server
        finally:
            server.crash()


# --- Brokers --------------------------------------------------------------------------------------


class Broker(Protocol):
    """Something that carries bells, and can lose them all."""

    url: str

    def flush(self) -> None: ...


@dataclass
class Spool:
    """The folder; flushing it is deleting it."""

    folder: Path
    url: str = "spool://"

    def flush(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    """A server of our own, so that it can be emptied and stopped; by itself it writes no file."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.options = options or ("--save", "")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder, self.url = folder, f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--dir", str(self.folder), *self.options]
        self.process = subprocess.Popen(
            ["redis-server", *options, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                self._client().ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("redis-server does not answer")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def flush(self) -> None:
        self._client().flushall()

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port)


@dataclass
class Rabbit:
    """A queue of our own on a server that others use too: it is emptied, and not stopped."""

    url: str
    queue: str

    def flush(self) -> None:
        self._do("queue_purge")

    def remove(self) -> None:
        self._do("queue_delete")

    def _do(self, act: str) -> None:
        with kombu.Connection(self.url) as connection:
            try:
                getattr(connection.default_channel, act)(self.queue)
            except connection.channel_errors:  # Nobody declared it yet.
                return


@contextmanager
def broker(kind: str, folder: Path, queue: str) -> Iterator[Broker]:
    """A broker of this kind ("spool", "redis", "amqp"), gone afterwards."""
    if kind == "spool":
        yield Spool(folder / "spool")
    elif kind == "redis":
        server = Redis(folder)
        try:
            yield server
        finally:
            server.stop()
    else:
        rabbit = Rabbit(os.environ["TEST_AMQP_URL"], queue)
        try:
            yield rabbit
        finally:
            rabbit.remove()


if __name__ == "__main__":
    what, *about = sys.argv[1:]
    if what == "sink":
        record(*about)
    else:
        nurse(*about)
