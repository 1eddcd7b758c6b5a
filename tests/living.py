"""A site as production starts it, with servers of its own, and somebody who reads there."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from courseapp.bench import databases, sink
from tests import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
HOST = "cursus.example.org"
TOKEN = "een-lang-en-willekeurig-woord-voor-de-monitor"
COURSE = "bindingsangst-ontmaskerd"
READER = "lezer@example.org"
PATIENCE = 90  # Seconds, for a busy machine.


def needed(what: str) -> str:
    """Skip without it, but not in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not there, and with CI=true nothing may be left out.")
    pytest.skip(f"{what} is not there.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Browser:
    """Asks as the proxy would that speaks https for somebody, and keeps cookies."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.page = port, dict[str, str](), ""
        self.status, self.at, self.tag = 0, "", ""

    def ask(self, address: str, fields: dict[str, str] | None = None, **headers: str) -> str:
        """The page; where it leads on, the page it leads to."""
        for _step in range(6):
            parts = urlsplit(address)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            there = self._once(path, fields, headers)
            if not there:
                return self.page
            address, fields = there, None
        raise AssertionError(f"{address} leads nowhere")

    def _once(self, path: str, fields: dict[str, str] | None, more: dict[str, str]) -> str:
        headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9",
            "Referer": f"https://{HOST}{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **more,
        }  # fmt: skip
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request("GET" if fields is None else "POST", path, urlencode(fields or {}), headers)
        answer = line.getresponse()
        self.status, self.at, self.page = answer.status, path, answer.read().decode()
        self.tag = answer.headers.get("ETag", "")
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            assert "Secure" in cookie
            name, _sign, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        line.close()
        return answer.headers.get("Location", "") if self.status in {301, 302} else ""

    def send(self, wanted: str, **fields: str) -> str:
        """Send the form of the page that has a button of this kind or goes to this address."""
        forms = HTMLParser(self.page).css("form[method=post]")
        form = next((one for one in forms if re.search(wanted, one.html or "")), None)
        assert form is not None, f"no form of {wanted!r} at {self.at} ({self.status})"
        hidden = {
            str(one.attributes["name"]): one.attributes.get("value") or ""
            for one in form.css("input[type=hidden]")
        }
        return self.ask(form.attributes.get("action") or self.at, {**hidden, **fields})


@contextmanager
def installation(
    folder: Path, *, database: str = "postgresql", letters: sink.Sink | None = None
) -> Iterator[tuple[dict[str, str], sink.Sink]]:
    """An environment as docs/production.md has it filled in, with servers of its own.

    ``database`` is "postgresql" or "sqlite"; with the second the broker and the cache are folders,
    as on one machine. ``letters`` is the mail server, unless any will do.
    """
    servers = _postgresql_and_redis if database == "postgresql" else _folders_alone
    with (
        servers(folder) as data,
        sink.running(letters or sink.Sink(keeps_words=True)) as taker,
    ):
        yield {**_said(folder), **data, "SMTP_URL": f"smtp://127.0.0.1:{taker.port}"}, taker


@contextmanager
def _postgresql_and_redis(folder: Path) -> Iterator[dict[str, str]]:
    address = databases.server() or needed("PostgreSQL")
    program = shutil.which("redis-server") or needed("redis-server")
    port = free_port()
    with ExitStack() as stack:
        kind, own = "postgresql", {"folder": folder, "address": address}
        url = stack.enter_context(databases.scratch(kind, **own, beside="_live"))  # type: ignore[arg-type]
        keys = stack.enter_context(databases.scratch(kind, **own, beside="_keys"))  # type: ignore[arg-type]
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        stack.enter_context(process([program, *options], {}, folder / "redis.log"))
        until(lambda: listens(port), "Redis does not answer")
        yield {
            "DATABASE_URL": url,
            "KEYS_DATABASE_URL": keys,
            "BROKER_URL": f"redis://127.0.0.1:{port}/0",
            "CACHE_URL": f"redis://127.0.0.1:{port}/1",
        }


@contextmanager
def _folders_alone(folder: Path) -> Iterator[dict[str, str]]:
    yield {
        "DATABASE_URL": f"sqlite:///{folder / 'live.sqlite3'}",
        "KEYS_DATABASE_URL": f"sqlite:///{folder / 'keys.sqlite3'}",
    }


def _said(folder: Path) -> dict[str, str]:
    """What an installation says of itself, whatever it stands on."""
    return {
        **bare.environment(), "PRODUCTION": "1", "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(folder / "var"), "PORT": str(free_port()), "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "1",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "VAULT_KEYS": f"2026:{secrets.token_urlsafe(32)}", "METRICS_TOKEN": TOKEN,
        "MAIL_FROM": "Ik kies jou <post@example.org>",
        "PRACTICE_NAME": "Praktijk Voorbeeld", "PRACTICE_PHONE": "+31 20 555 01 23",
        "PRACTICE_ADDRESS": "Voorbeeldstraat 1, 1000 AA Amsterdam",
        "PRACTICE_REGISTER": "12345678", "PRACTICE_VAT": "NL123456789B01",
        "ASK_OUTSIDE": "0",
    }  # fmt: skip


@contextmanager
def process(
    command: list[str], environment: dict[str, str], log: Path, *, tree: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs while asked for; ``tree`` is the checkout it runs from."""
    with log.open("wb") as heard:
        begun = subprocess.Popen(command, cwd=tree, env=environment, stdout=heard, stderr=heard)
    try:
        yield begun
    finally:
        begun.terminate()
        try:
            begun.wait(30)
        finally:
            begun.kill()
            begun.wait()


def manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def latest_code(letters: sink.Sink) -> str:
    found = [re.search(rb"^\s+(\d{6})\s*$", words, re.M) for words in letters.words]
    return next((one[1].decode() for one in reversed(found) if one), "")


def begin_and_finish_a_lesson(browser: Browser, letters: sink.Sink) -> None:
    browser.ask(f"/cursus/{COURSE}/begin/")
    browser.send("begin|Begin", offers="")
    browser.send("email", email=READER)
    until(lambda: latest_code(letters), "no code came by mail")
    browser.send('name="code"', code=latest_code(letters))
    lesson = browser.at.partition("?")[0]
    assert browser.status == 200
    assert lesson.startswith("/mijn/les/")
    browser.send("/afgerond/")
    assert (browser.status, browser.at) == (200, lesson)
    assert "__Host-session" in browser.cookies
