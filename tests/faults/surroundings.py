"""What the site stands on is gone, silent, slow or cut off, behind a proxy of ours.

A site as production starts it: web server, worker and beat, over PostgreSQL (twice: the keys have
their own), Redis (as broker, and as cache) and a mail server, each behind a `proxy`. One of them
misbehaves; a reader who is signed in goes on meanwhile. Pages that need nothing of it answer as
ever; the others answer, or say 503, calmly and within three seconds. When it is back all is well
within thirty, without a restart, and what was acknowledged is there.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import living
from tests.faults.proxy import Manner, Proxy, proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from courseapp.bench.sink import Sink
    from tests.faults.report import Report

MANNERS: tuple[Manner, ...] = ("refuse", "hang", "slow", "cut")
# Which variable leads to what.
VARIABLES = {
    "database": "DATABASE_URL", "keys": "KEYS_DATABASE_URL", "broker": "BROKER_URL",
    "cache": "CACHE_URL", "mail": "SMTP_URL",
}  # fmt: skip
# What needs which of them; the others answer as ever. Static files and robots.txt need nothing.
NEEDS = {
    "database": {"front page", "course", "help", "lesson", "journal", "finish", "ask for a code",
                 "health"},
    "keys": {"journal", "lesson", "health"},
    "broker": set[str](),
    "cache": {"ask for a code"},
    "mail": set[str](),
}  # fmt: skip
LIMIT, HEALS = 3.0, 30.0  # Seconds.
# A slow one may cost a second for each of its answers; a page asks a few.
SLOW_LIMIT = 12.0
OK = {200, 302, 303}


@dataclass
class Place:
    """A running site, its proxies by what is behind them, and who reads there."""

    proxies: dict[str, Proxy]
    environment: dict[str, str]
    letters: Sink
    reader: living.Browser
    lesson: str = ""
    acknowledged: int = 0
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def pages(self) -> dict[str, Callable[[], None]]:
        visitor = living.Browser(self.reader.port)
        return {
            "static file": lambda: self._ask(visitor, self._style()),
            "robots": lambda: self._ask(visitor, "/robots.txt"),
            "front page": lambda: self._ask(visitor, "/"),
            "course": lambda: self._ask(visitor, f"/cursus/{living.COURSE}/"),
            "help": lambda: self._ask(visitor, "/hulp/"),
            "lesson": lambda: self._ask(self.reader, self.lesson),
            "journal": lambda: self._ask(self.reader, "/mijn/schrift/"),
            "finish": self.finish,
            "ask for a code": self.ask_for_code,
            "health": lambda: self._ask(visitor, "/healthz"),
        }

    def _ask(self, who: living.Browser, address: str) -> None:
        who.ask(address)
        self.reader.status = who.status
        self.reader.page = who.page

    def _style(self) -> str:
        files = Path(self.environment["VAR_DIR"]) / "static"
        return "/static/" + next(files.glob("site.*.css")).name

    def finish(self) -> None:
        """Press the button below the lesson, with the form as it was before the fault."""
        token = self.reader.cookies.get("__Host-csrf", "") or self.reader.cookies.get(
            "csrftoken", ""
        )
        self.reader.ask(f"{self.lesson}afgerond/", {"csrfmiddlewaretoken": token})
        self.acknowledged += self.reader.status in OK

    def ask_for_code(self) -> None:
        self.asked += 1
        visitor = living.Browser(self.reader.port)
        visitor.cookies = {k: v for k, v in self.reader.cookies.items() if "csrf" in k}
        token = next(iter(visitor.cookies.values()), "")
        form = {"email": f"lezer{self.asked}@example.org", "csrfmiddlewaretoken": token}
        self._post(visitor, "/inloggen/", form)

    def _post(self, who: living.Browser, address: str, form: dict[str, str]) -> None:
        # Each from a network of its own: who asks too often is told to wait.
        who.ask(address, form, **{"X-Forwarded-For": f"203.0.{self.asked % 250}.7"})
        self.reader.status, self.reader.page = who.status, who.page


@contextmanager
def site(folder: Path) -> Iterator[Place]:
    """Running, with somebody signed in who finished a lesson."""
    with ExitStack() as stack:
        environment, letters = stack.enter_context(living.installation(folder))
        proxies = {}
        for name, variable in VARIABLES.items():
            parts = urlsplit(environment[variable])
            made = stack.enter_context(proxy(parts.port or 5432))
            netloc = parts.netloc.replace(f":{parts.port}", "") + f":{made.port}"
            environment[variable] = urlunsplit(parts._replace(netloc=netloc))
            proxies[name] = made
        _prepare(environment)
        for words in (["web"], ["worker", "--no-beat"], ["beat"]):
            log = folder / f"{words[0]}.log"
            stack.enter_context(living.process(living.manage(*words), environment, log))
        port = int(environment["PORT"])
        living.until(lambda: living.listens(port), "the web server does not come up")
        reader = living.Browser(port)
        living.begin_and_finish_a_lesson(reader, letters)
        place = Place(proxies, environment, letters, reader, lesson=reader.at.partition("?")[0])
        yield place


def _prepare(environment: dict[str, str]) -> None:
    subprocess.run(living.manage("prepare"), cwd=living.ROOT, env=environment, check=True,
                   capture_output=True)  # fmt: skip


def look(place: Place, broken: str, manner: Manner) -> Iterator[str]:
    """Each page once, while this is broken; what is not as promised."""
    for name, ask in place.pages().items():
        began = time.monotonic()
        try:
            ask()
        except OSError as error:
            yield f"{name} did not answer: {error!r}"
            continue
        took, status = time.monotonic() - began, place.reader.status
        most = SLOW_LIMIT if manner == "slow" and status in OK else LIMIT
        if status not in OK and not (name in NEEDS[broken] and status == 503):
            yield f"{name} answered {status}"
        if took > most:
            yield f"{name} took {took:.1f} s"
        if status == 503 and name != "health" and not _is_calm(place.reader.page):
            yield f"{name} says 503, and not calmly: {place.reader.page[:200]}"


def _is_calm(page: str) -> bool:
    return "<h1>" in page and 'lang="nl"' in page and not re.search("Traceback|Error", page)


def seconds_until_well(place: Place) -> float:
    """How long until every page answers as ever, and a code that is asked for comes by mail."""
    began = time.monotonic()
    while time.monotonic() - began < HEALS:
        if all(_is_well(place, ask) for ask in place.pages().values()) and _mail_comes(place):
            break
        time.sleep(0.5)
    return time.monotonic() - began


def _is_well(place: Place, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except OSError:
        return False
    return place.reader.status in OK


def _mail_comes(place: Place) -> bool:
    """Every letter that is in the outbox goes; asked of the database, past the proxy."""
    end = time.monotonic() + 5
    with psycopg.connect(_straight(place)) as connection:
        while time.monotonic() < end:
            row = connection.execute(
                "SELECT count(*) FROM post_letter WHERE next_at IS NOT NULL"
            ).fetchone()
            if row == (0,):
                return True
            connection.rollback()
            time.sleep(0.2)
    return False


def _straight(place: Place) -> str:
    parts = urlsplit(place.environment["DATABASE_URL"])
    netloc = parts.netloc.replace(str(parts.port), str(place.proxies["database"].to))
    return urlunsplit(parts._replace(netloc=netloc, scheme="postgresql"))


def finished(place: Place) -> int:
    with psycopg.connect(_straight(place)) as connection:
        row = connection.execute("SELECT count(*) FROM lessons_finished").fetchone()
    assert row
    return int(row[0])


def run(report: Report) -> None:
    """Each of them in each manner, on one site that is never started anew."""
    if "postgresql" not in report.databases:
        return
    with tempfile.TemporaryDirectory(prefix="surroundings-") as folder, site(Path(folder)) as place:
        for broken in VARIABLES:
            for manner in MANNERS:
                with report.trying("surroundings", f"{broken}: {manner}") as figures:
                    _break(place, broken, manner, figures)


def _break(place: Place, broken: str, manner: Manner, figures: dict[str, float]) -> None:
    place.proxies[broken].be(manner)
    try:
        began = time.monotonic()
        wrong = list(look(place, broken, manner))
        figures["seconds for all pages"] = round(time.monotonic() - began, 1)
    finally:
        place.proxies[broken].be("pass")
    figures["seconds until well"] = round(seconds_until_well(place), 1)
    if figures["seconds until well"] > HEALS:
        wrong.append(f"not well after {HEALS:.0f} s")
    if place.acknowledged and not finished(place):
        wrong.append("what was acknowledged is lost")
    assert not wrong, "; ".join(wrong)
