"""From paying to reading, with everything for real: web server, worker, Redis and a local Stripe.

The clock starts when the buyer presses Stripe's button and stops when the site's API says that the
course is theirs. Nobody opens the return page, so that it is the webhook and the worker that do it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import redis
from django.conf import settings

from courseapp import env
from courseapp.bench import processes
from payments import sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from courseapp.bench.processes import SideProcess
    from payments.sandbox import Running

REDIS = "redis://127.0.0.1:6379/0"
# Seconds between two looks, until the processes must be there, and until a purchase must arrive.
LOOK = 0.01
START = 90.0
ARRIVE = 60.0


class NoRedis(Exception):
    """No Redis answers, or every database of it is in use."""


def measure(database: str, *, folder: Path, times: int) -> list[float]:
    """Seconds of so many purchases, one after the other. Raises ``NoRedis``, ``NotHere``."""
    port, broker = _free_port(), _empty_broker()
    secret = f"whsec_{env.kept_secret(folder / 'webhook_secret')}"
    hook = f"http://localhost:{port}/hooks/stripe/"
    with sandbox.running(webhook=hook, secret=secret) as stripe_, ExitStack() as stack:
        # A test shop as `make run` has it: with the local Stripe, which production refuses.
        more = {
            "PRODUCTION": "0",
            "PORT": str(port),
            "SITE_URL": f"http://localhost:{port}",
            "ALLOWED_HOSTS": "localhost",
            "SANDBOX_PORT": str(urlsplit(stripe_.base).port),
            "BROKER_URL": broker,
            "SMTP_URL": "",
        }
        shop = stack.enter_context(
            processes.started("shop", database=database, folder=folder, more=more)
        )
        path = shop.order("prepare")["path"]
        variables = {**processes.production(database, folder), **more}
        for command in (_web(port), _worker()):
            stack.enter_context(processes.at_work(command, variables))
        _wait_until_all_is_there(port)
        try:
            _purchase(stripe_, shop, port, path)  # The first finds everything cold.
            return [_purchase(stripe_, shop, port, path) for _ in range(times)]
        finally:
            with redis.Redis.from_url(broker) as ours:
                ours.flushdb()


def _purchase(stripe_: Running, shop: SideProcess, port: int, path: str) -> float:
    order = shop.order("order")
    headers = {"Cookie": order["cookies"], "Accept": "application/json"}
    with closing(HTTPConnection("localhost", port, timeout=ARRIVE)) as line:
        if _granted(line, path, headers):
            raise processes.AnsweredOtherwise("Somebody may read who did not pay.")
        start = time.perf_counter()
        stripe_.world.pay(order["session"])
        while not _granted(line, path, headers):
            if time.perf_counter() - start > ARRIVE:
                raise processes.AnsweredOtherwise(f"Nothing was there {ARRIVE:.0f} s after paying.")
            time.sleep(LOOK)
        return time.perf_counter() - start


def _granted(line: HTTPConnection, path: str, headers: Mapping[str, str]) -> bool:
    line.request("GET", path, headers=dict(headers))
    answer = line.getresponse()
    body = answer.read()
    return answer.status == 200 and bool(json.loads(body)["granted"])  # noqa: PLR2004


def _wait_until_all_is_there(port: int) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        with suppress(OSError, ValueError), closing(HTTPConnection("localhost", port)) as line:
            line.request("GET", "/healthz")
            if json.loads(line.getresponse().read())["status"] == "ok":
                return
        time.sleep(0.2)
    raise processes.AnsweredOtherwise(f"Web and worker were not there after {START:.0f} s.")


def _web(port: int) -> list[str]:
    """As ``manage.py serve`` starts it."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "2", "--blocking-threads", "4"),
        *("--backpressure", "128", "--log-level", "warning", "courseapp.wsgi:application"),
    ]


def _worker() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _empty_broker() -> str:
    """A database of the Redis at TEST_REDIS_URL, or of the local one, that nobody uses."""
    address = urlsplit(os.environ.get("TEST_REDIS_URL") or REDIS)
    for number in range(15, 0, -1):
        url = urlunsplit(address._replace(path=f"/{number}"))
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=1) as one:
                if one.dbsize() == 0:
                    return url
        except redis.RedisError as error:
            raise NoRedis(f"no Redis answers at {address.netloc} ({error}).") from error
    raise NoRedis(f"every database of the Redis at {address.netloc} is in use.")
