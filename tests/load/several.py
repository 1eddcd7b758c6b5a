"""Several machines over one PostgreSQL and one Redis: each a folder of its own, and its processes.

They share nothing else that changes: no file that one of them writes is seen by another. The first
two have a web server, a worker and a beat each, the third has a worker.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from courseapp.bench import processes
from payments import sandbox
from tests.living import (
    HOST,
    PATIENCE,
    ROOT,
    Browser,
    free_port,
    installation,
    listens,
    manage,
    process,
    until,
)
from tests.load.post import Postman

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from payments.sandbox.deliveries import Receiver

SECRET = "whsec_several"
# A key that opens nothing: a web server never calls Stripe.
SELLS = {"STRIPE_SECRET_KEY": "rk_test_several", "STRIPE_WEBHOOK_SECRETS": SECRET}
WITH_WEB, WORKERS = 2, 3  # Machines.


@dataclass(frozen=True)
class Several:
    """``founder`` is `founder.Founder`, at work on the same database."""

    ports: list[int]
    postman: Postman
    stripe: sandbox.Running
    founder: processes.SideProcess
    folder: Path

    def said(self) -> str:
        """All logs, one after the other."""
        logs = self.folder.glob("machine-*.log")
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)


class Wandering(Browser):
    """Each request goes to the next of several web servers, as a proxy without memory sends it."""

    def __init__(self, ports: list[int]) -> None:
        super().__init__(ports[0])
        self.ports, self.visited = cycle(ports), list[int]()

    def _once(self, path: str, fields: dict[str, str] | None, more: dict[str, str]) -> str:
        self.port = next(self.ports)
        self.visited.append(self.port)
        return super()._once(path, fields, more)


@contextmanager
def several(folder: Path) -> Iterator[Several]:
    """All of them running, with nobody there yet."""
    with ExitStack() as stack:
        postman = Postman(codes=folder / "codes", keeps_words=True)
        postman.codes.mkdir()
        common, _letters = stack.enter_context(installation(folder, letters=postman))
        common |= {"STATIC_DIR": str(folder / "static")}
        subprocess.run(manage("prepare"), cwd=ROOT, env=common, check=True, capture_output=True)
        ports = [free_port() for _machine in range(WITH_WEB)]
        stripe = stack.enter_context(sandbox.running(webhook=_hook(ports[0]), secret=SECRET))
        for port in ports[1:]:
            stripe.world.register(_hook(port), secret=SECRET)
        shop = common | _with_test_shop(stripe)
        for number in range(WORKERS):
            _machine(stack, number, folder, ports[number : number + 1], common, shop)
        for port in ports:
            until(lambda port=port: listens(port), f"no web server comes up at {port}")  # type: ignore[misc]
        command = [sys.executable, "-m", "tests.load.founder"]
        founder = stack.enter_context(processes.spoken_to(command, shop))
        founder.order("found")
        yield Several(ports, postman, stripe, founder, folder)


def _machine(
    stack: ExitStack,
    number: int,
    folder: Path,
    ports: list[int],
    common: dict[str, str],
    shop: dict[str, str],
) -> None:
    """Start what runs on this machine; with a web server, if there is a port for one."""
    own = {"VAR_DIR": str(folder / f"machine-{number}"), "WEB_WORKERS": "1"}
    commands = [(["worker", "--no-beat"], {**shop, **own})]
    for port in ports:
        commands.append((["web"], {**common, **own, **SELLS, "PORT": str(port)}))
        commands.append((["beat"], {**shop, **own}))
    for words, environment in commands:
        log = folder / f"machine-{number}-{words[0]}.log"
        stack.enter_context(process(manage(*words), environment, log))


def _with_test_shop(stripe: sandbox.Running) -> dict[str, str]:
    """What a worker needs to ask a Stripe of this machine, which production refuses."""
    return {
        "PRODUCTION": "0", "DEBUG": "0", "DJANGO_SETTINGS_MODULE": "courseapp.settings",
        "SANDBOX_PORT": str(urlsplit(stripe.base).port),
    }  # fmt: skip


def _hook(port: int) -> Receiver:
    """Hands on a webhook to one web server, as the proxy does that speaks https."""

    def receive(body: bytes, headers: dict[str, str]) -> int:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        sent = {
            **headers,
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.7",
        }
        line.request("POST", "/hooks/stripe/", body, sent)
        status = line.getresponse().status
        line.close()
        return status

    return receive
