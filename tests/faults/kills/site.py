"""A site on servers of its own, and somebody who starts again what ended, as systemd would."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import bare
from tests.faults.report import ROOT
from tests.lessons.drip.machines import postgres_programs
from tests.living import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds from an end to the next start (systemd's RestartSec), and between two looks.
RESTART, LOOK = 1.0, 0.05
# As compose.yaml has it: bells and counters alone, and nothing of them on a disk.
REDIS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
ADMIN = "postgres"
PRICE = "149.00"
TRAINING = "kiezen-met-helderheid"


@dataclass
class Machine:
    """A command that is kept running; ``user`` runs it where it may not be root."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None
    # Seconds since 1970 of the last start, and of the end after it (0: it runs).
    began: float = 0.0
    ended: float = 0.0
    ends: int = 0

    def start(self) -> None:
        group = pwd.getpwnam(self.user).pw_gid if self.user else None
        with self.log.open("ab") as heard:
            self.process = subprocess.Popen(
                self.command,
                cwd="/" if self.user else ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=heard, stderr=heard, start_new_session=True,
                user=self.user, group=group, extra_groups=[] if self.user else None,
            )  # fmt: skip
        self.began, self.ended = time.time(), 0.0

    def family(self) -> list[int]:
        """Its process and all below it, the oldest first."""
        assert self.process is not None
        found, parents = [self.process.pid], _parents()
        for one in found:
            found += [child for child, parent in parents.items() if parent == one]
        return found

    def kill(self) -> None:
        """All of it at once: what is below a killed process would go on for a while."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGSTOP)  # It begins no new ones meanwhile.
        for one in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait()

    def kill_one_below(self, place: float, words: str = "") -> bool:
        """One process below it, chosen by ``place`` (0 to 1), whose command has these words."""
        found = [one for one in self.family()[1:] if words in _command(one)]
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(found[int(place * len(found))], signal.SIGKILL)
        return bool(found)


@dataclass
class Site:
    """Everything that runs, by name; ``stand_ins`` of kills are in `tests.faults.kills.killing`."""

    port: int
    folder: Path
    environment: dict[str, str]
    machines: dict[str, Machine] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def look_after(self) -> None:
        """Start again what ended, until it is over."""
        while not self.over.wait(LOOK):
            for one in self.machines.values():
                assert one.process is not None
                if one.process.poll() is None:
                    continue
                if not one.ended:
                    one.ended, one.ends = time.time(), one.ends + 1
                elif time.time() - one.ended >= RESTART:
                    one.start()

    def health(self) -> dict[str, Any]:
        """What ``/healthz`` says; empty when nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            told: dict[str, Any] = json.loads(line.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            return {}
        finally:
            line.close()
        return told


def _parents() -> dict[int, int]:
    """The parent of every process."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            found[int(stat.parent.name)] = int(rest[1])
    return found


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace")


@contextmanager
def standing(database: str, *, smtp: int, stripe: int) -> Iterator[Site]:
    """A site that is prepared and runs, on "postgresql" or "sqlite", and is gone afterwards.

    ``smtp`` and ``stripe`` are the ports of its mail server and of its test shop.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        folder.chmod(0o755)
        port = free_port()
        site = Site(port, folder, _environment(folder, port, smtp, stripe))
        stack.callback(_end, site)
        if database == "postgresql":
            _servers(site)
        _do(site, "prepare")
        _do(site, "set_price", TRAINING, PRICE)
        _commands(site, database)
        watch = threading.Thread(target=site.look_after, name="supervisor", daemon=True)
        watch.start()
        yield site


def _end(site: Site) -> None:
    site.over.set()
    time.sleep(2 * LOOK)
    for one in [*site.machines.values()][::-1]:
        one.kill()


def _environment(folder: Path, port: int, smtp: int, stripe: int) -> dict[str, str]:
    """As docs/production.md has it filled in, but for the shop: real money has no test card."""
    return {
        **bare.environment(), "PRODUCTION": "0", "DEBUG": "0", "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "courseapp.settings", "VAR_DIR": str(folder / "var"),
        "PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXIES": "1", "SANDBOX_PORT": str(stripe),
        "SECRET_KEY": secrets.token_urlsafe(60),
        "VAULT_KEYS": f"2026:{secrets.token_urlsafe(32)}",
        "SMTP_URL": f"smtp://127.0.0.1:{smtp}", "MAIL_FROM": "Ik kies jou <post@example.org>",
        "PRACTICE_NAME": "Praktijk Voorbeeld", "PRACTICE_PHONE": "+31 20 555 01 23",
        "PRACTICE_ADDRESS": "Voorbeeldstraat 1, 1000 AA Amsterdam",
        "PRACTICE_REGISTER": "12345678", "PRACTICE_VAT": "NL123456789B01", "ASK_OUTSIDE": "0",
    }  # fmt: skip


def _servers(site: Site) -> None:
    """PostgreSQL with both databases, and Redis."""
    programs, redis = postgres_programs(), shutil.which("redis-server")
    assert programs is not None, "PostgreSQL's programs are not there"
    assert redis is not None, "redis-server is not there"
    port, redis_port = free_port(), free_port()
    data, user = site.folder / "database", ADMIN if os.geteuid() == 0 else None
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user, user)
    own = {"user": user, "group": user, "extra_groups": []} if user else {}
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", ADMIN, "-A", "trust", "-E", "UTF8"]
    subprocess.run(initdb, check=True, cwd="/", stdout=subprocess.DEVNULL, **own)  # type: ignore[call-overload]
    begin = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(data)]
    _add(site, "database", [*begin, "-c", "listen_addresses=127.0.0.1"], user=user)
    _add(site, "broker", [redis, "--port", str(redis_port), "--dir", str(site.folder), *REDIS])
    address = f"postgres://{ADMIN}@127.0.0.1:{port}"
    for name in ("site", "site_keys"):
        _create(address, name)
    site.environment |= {
        "DATABASE_URL": f"{address}/site", "KEYS_DATABASE_URL": f"{address}/site_keys",
        "BROKER_URL": f"redis://127.0.0.1:{redis_port}/0",
        "CACHE_URL": f"redis://127.0.0.1:{redis_port}/1",
    }  # fmt: skip


def _create(address: str, name: str) -> None:
    import psycopg
    from psycopg import sql

    for _try in range(100):
        with contextlib.suppress(psycopg.OperationalError):
            with psycopg.connect(f"{address}/postgres", autocommit=True) as line:
                line.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL does not answer")


def _commands(site: Site, database: str) -> None:
    """On PostgreSQL as compose.yaml has them; on SQLite as ``make run``, with the beat inside."""
    words = {"web": ["web"], "worker": ["worker"]}
    if database == "postgresql":
        words = {"web": ["web"], "worker": ["worker", "--no-beat"], "beat": ["beat"]}
    for name, command in words.items():
        _add(site, name, [sys.executable, "manage.py", *command])


def _add(site: Site, name: str, command: list[str], *, user: str | None = None) -> None:
    log = site.folder / f"{name}.log"
    one = Machine(name, command, site.environment, log, user)
    site.machines[name] = one
    one.start()


def _do(site: Site, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
