from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courseapp import preparing, serving
from courseapp.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
STEPS_BEFORE = 2  # by `make run`: the virtual environment and the libraries


class Command(BaseCommand):
    """Prepare what the site needs, then run the web server and the worker until Ctrl-C."""

    help = "Prepare and run the whole site: web, worker and clock."
    requires_migrations_checks = False

    def handle(self, **options: object) -> None:
        with _alone():
            _require_free_port()
            try:
                self._prepare()
            except KeyboardInterrupt:
                raise CommandError(
                    "Stopped while preparing; the next start goes on there."
                ) from None
            status = Supervisor(
                [
                    Child("web", serving.command(host=HOST)),
                    Child("worker", _worker()),
                    *_test_shop(),
                ],
                say=self._say,
                ready=_answers,
                on_ready=self._welcome,
            ).run()
            self._say("Stopped.")
        if status:
            sys.exit(status)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _prepare(self) -> None:
        total = STEPS_BEFORE + len(preparing.STEPS) + 1
        for number, step in enumerate(preparing.STEPS, start=STEPS_BEFORE + 1):
            self.stdout.write(f"{number}/{total}  {step.title} … ", ending="")
            self.stdout.flush()
            began = time.monotonic()
            told = step.act()
            took = time.monotonic() - began
            self._say(told.replace("\n", "\n     ") + (f" ({took:.0f} s)" if took >= 1 else ""))
        self._say(f"{total}/{total}  Web, worker and clock")

    def _welcome(self) -> None:
        site = f"http://localhost:{settings.PORT}"
        places = [("Site", "/"), ("API", "/api/v1/docs/"), ("Health", "/healthz")]
        if settings.DEBUG:
            places.insert(1, ("Mail it sent", "/postvak/"))
        width = max(len(name) for name, _path in places)
        rows = [f"  {name:{width}}  {site}{path}" for name, path in places]
        if settings.SANDBOX:
            shop = f"http://localhost:{settings.SANDBOX_PORT}/_sim/"
            rows.append(f"  {'Test Stripe':{width}}  {shop}")
        self._say("\n".join(["", "It runs. Ctrl-C stops it.", *rows, ""]))


def _worker() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]


def _test_shop() -> list[Child]:
    """A local Stripe, where no key of a real one is given."""
    if not settings.SANDBOX:
        return []
    command = [
        *(sys.executable, "-m", "payments.sandbox", "--port", str(settings.SANDBOX_PORT)),
        *("--state", str(settings.VAR_DIR / "sandbox-stripe")),
        *("--webhook", f"http://localhost:{settings.PORT}/hooks/stripe/"),
        *("--secret", settings.STRIPE_WEBHOOK_SECRETS[0]),
    ]
    if settings.CLOCK_FILE:
        command += ["--clock", str(settings.CLOCK_FILE)]
    return [Child("stripe", command)]


def _answers() -> bool:
    """Whether the web server accepts connections."""
    with socket.socket() as sock:
        sock.settimeout(0.2)
        return sock.connect_ex((HOST, settings.PORT)) == 0


def _require_free_port() -> None:
    port = settings.PORT
    if not 0 < port < 65536:  # noqa: PLR2004
        raise CommandError(f"{port} is no port. Take one from 1024 to 65535: make run PORT=9000")
    with socket.socket() as sock:
        # As web servers do: what lingers of connections just closed is no obstacle.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, port))
        except PermissionError:
            raise CommandError(
                f"Port {port} is for the system's administrator. Take one from 1024: "
                "make run PORT=9000"
            ) from None
        except OSError:
            raise CommandError(
                f"Port {port} is taken by another program. Stop that, or take another port: "
                "make run PORT=9000"
            ) from None


@contextmanager
def _alone() -> Iterator[None]:
    """Hold var/serve.lock while serving: two workers over one var/ would share one spool."""
    with (settings.VAR_DIR / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            number = lock.read() or "?"
            raise CommandError(
                f"The site already runs on {settings.VAR_DIR} (process {number}). "
                "Stop that one first, or give this one its own VAR_DIR."
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield
