"""PostgreSQL is killed and its disk is lost: with the settings of docs/backup.md, what is lost?"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.lessons.drip.machines import Postgres, postgres_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.once,
    pytest.mark.slow,
    pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL's own programs are missing"),
]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "backup.md"
PATIENCE = 60  # Seconds.


def settings_told(archive: Path) -> list[str]:
    """The two pieces of configuration that the page gives, for an archive elsewhere."""
    found = re.findall(r"^```conf\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    assert len(found) == 2
    return [piece.replace("/backup/wal", str(archive)) for piece in found]


class Archiving(Postgres):
    """A server that puts its log away, as the page says."""

    def __init__(self, folder: Path) -> None:
        self.archive, self.base = folder / "wal", folder / "base"
        self.archive.mkdir(mode=0o700)
        super().__init__(folder)
        if self.own:
            shutil.chown(self.archive, **self.own)
        self.crash()
        archiving, self.restoring = settings_told(self.archive)
        self.add(archiving)
        self.start()

    def add(self, lines: str) -> None:
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(lines)

    def copy(self) -> None:
        """The nightly copy, with the page's own words for it."""
        words = re.search(r"pg_basebackup --pgdata=.*\) (--.*)", PAGE.read_text(encoding="utf-8"))
        assert words is not None
        programs = postgres_programs()
        assert programs is not None
        places = [f"--pgdata={self.base}", f"--dbname={self.url}"]
        subprocess.run(
            [programs / "pg_basebackup", *places, *words[1].split()],
            check=True, cwd="/", extra_groups=[] if self.own else None, **self.own,
        )  # type: ignore[call-overload]  # fmt: skip

    def kill(self) -> None:
        """kill -9 of all its processes at one moment: nothing is brought in order."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)  # No child more, which would hold its memory.
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True,
            check=False,
        ).stdout.split()  # fmt: skip
        for each in (postmaster, *map(int, children)):
            os.kill(each, signal.SIGKILL)
        wait_until(lambda: not any(_runs(each) for each in (postmaster, *map(int, children))))
        self.unlock()

    def unlock(self) -> None:
        """Locks name a process that nobody may have buried yet, and it would be taken for alive."""
        for lock in (self.data / "postmaster.pid", *self.data.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)

    def bring_back(self, *, log: Path | None = None) -> None:
        """From the nightly copy and the archive; ``log`` where the old one could be read."""
        shutil.move(self.base, self.data)
        self.unlock()  # Here the socket lies among the data, and its lock was copied as well.
        if log is not None:
            for piece in log.iterdir():
                if piece.is_file():
                    shutil.copy2(piece, self.data / "pg_wal" / piece.name)
                    shutil.chown(self.data / "pg_wal" / piece.name, **self.own)
        self.add(self.restoring)
        (self.data / "recovery.signal").touch()
        if self.own:
            shutil.chown(self.data / "recovery.signal", **self.own)
        self.start()
        # Reading is possible before all of it is back.
        wait_until(lambda: ask(self, "SELECT pg_is_in_recovery()") is False)


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def ask(server: Postgres, query: str) -> object:
    with psycopg.connect(server.url, connect_timeout=PATIENCE) as raw:
        row = raw.execute(query.encode()).fetchone()
        return row[0] if row else None


def write(server: Postgres, numbers: range) -> None:
    """Each in a transaction of its own, acknowledged one by one."""
    with psycopg.connect(server.url, autocommit=True) as raw:
        raw.execute("CREATE TABLE IF NOT EXISTS written (number int PRIMARY KEY)")
        for number in numbers:
            raw.execute("INSERT INTO written VALUES (%s)", [number])


def there(server: Postgres) -> set[int]:
    with psycopg.connect(server.url) as raw:
        return {number for (number,) in raw.execute("SELECT number FROM written")}


def put_away(server: Archiving) -> None:
    """What the server does by itself every ``archive_timeout``; and wait until it is there."""
    piece = str(ask(server, "SELECT pg_walfile_name(pg_switch_wal())"))
    wait_until((server.archive / piece).exists)


@contextmanager
def archiving() -> Iterator[Archiving]:
    with tempfile.TemporaryDirectory(prefix="archiving-") as folder:
        server = Archiving(Path(folder))
        try:
            yield server
        finally:
            if (server.data / "postmaster.pid").exists():
                server.crash()


def test_killed_nothing_is_lost_and_without_its_disk_only_what_was_not_put_away() -> None:
    with archiving() as server:
        assert ask(server, "SHOW archive_timeout") == "5min"
        write(server, range(100))
        server.copy()
        write(server, range(100, 200))
        put_away(server)
        write(server, range(200, 300))

        server.kill()
        server.start()
        assert there(server) == set(range(300)), "killed, with its disk: nothing is lost"

        # Its own end of recovery may have put more away: what is written now has not been.
        write(server, range(300, 350))
        put_away(server)
        write(server, range(350, 400))
        server.kill()
        lost = server.data.rename(server.data.with_name("lost"))
        kept = shutil.copytree(server.base, server.base.with_name("again"), symlinks=True)
        server.bring_back()
        assert there(server) == set(range(350)), "without its disk: what was not put away yet"

        server.kill()
        shutil.rmtree(server.data)
        server.base = Path(kept)
        for file in [server.base, *server.base.rglob("*")]:
            if server.own:
                shutil.chown(file, **server.own)
        server.bring_back(log=lost / "pg_wal")
        assert there(server) == set(range(400)), "where the old log can be read: nothing"
