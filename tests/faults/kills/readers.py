"""People who use the site over HTTP, and write down what they asked and what they were answered.

An answer is "acknowledged" (2xx or 3xx), "refused" (4xx), or "unknown": none, half of one, or a
5xx. After "unknown" they ask the same again, as people do; it must not come twice.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.faults.kills.post import Post

    Pay = Callable[[str], None]

COURSE, TRAINING, AMOUNT = "bindingsangst-ontmaskerd", "kiezen-met-helderheid", 14_900
# Seconds: for one answer; between two acts; until somebody gives an act up; for a code by mail.
ANSWER, THINK, PATIENCE, CODE = 15, 0.15, 90, 12
LESSONS = 3  # That somebody reads in a life.
TOO_MANY = 429
Told = dict[str, Any]


class Unknown(Exception):
    """Nobody knows whether it was done."""


@dataclass(frozen=True)
class Act:
    """One thing that was asked, after all its repetitions.

    ``told`` is what the site said of it: moments, numbers, tags.
    """

    reader: str
    what: str
    about: tuple[str, ...]
    sent_at: float
    answer: str
    times: int
    told: Told


@dataclass
class History:
    """What all readers were answered."""

    acts: list[Act] = field(default_factory=list)
    unknown: int = 0
    # Why something was asked again, and how often.
    reasons: Counter[str] = field(default_factory=Counter)
    # Lives that ended by what no reader does, such as an answer in another form than promised.
    broken_off: list[str] = field(default_factory=list)

    def add(self, act: Act) -> None:
        self.acts.append(act)
        self.unknown += act.times - 1

    def acknowledged(self) -> int:
        return sum(act.answer == "acknowledged" for act in self.acts)

    def of(self, what: str) -> Iterator[Act]:
        return (act for act in self.acts if act.what == what)


class Window:
    """A browser's: keeps cookies, sends the CSRF token along, has an address of its own."""

    def __init__(self, port: int, address: str) -> None:
        self.port, self.address, self.cookies = port, address, dict[str, str]()

    def ask(self, method: str, path: str, *, form: Told | None = None, **body: Any) -> Answered:
        """Raises ``Unknown``. What is in ``body`` goes as JSON, ``form`` as a form."""
        headers = {
            "Host": f"127.0.0.1:{self.port}", "X-Forwarded-For": self.address,
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Idempotency-Key": body.pop("key", ""),
        }  # fmt: skip
        sent = ""
        if form is not None:
            headers["Content-Type"], sent = "application/x-www-form-urlencoded", urlencode(form)
        elif method != "GET":
            headers["Content-Type"], sent = "application/json", json.dumps(body)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER)
        try:
            line.request(method, path, sent, {name: at for name, at in headers.items() if at})
            got = line.getresponse()
            found = Answered(got.status, got.read().decode(), got.headers.get("Location", ""))
        except (OSError, http.client.HTTPException) as error:
            raise Unknown(str(error)) from error
        finally:
            line.close()
        for cookie in got.headers.get_all("Set-Cookie", ()):
            name, _sign, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found.status >= 500:
            raise Unknown(f"{found.status} at {path}")
        return found


@dataclass(frozen=True)
class Answered:
    status: int
    text: str
    there: str

    @property
    def is_good(self) -> bool:
        return self.status < 400

    def json(self) -> Told:
        found: Told = json.loads(self.text) if self.text.startswith("{") else {}
        return found


class Reader:
    """One life: comes in, reads, writes, changes dates, buys, reads on."""

    def __init__(
        self, name: str, port: int, *, post: Post, pay: Pay, history: History, chance: random.Random
    ) -> None:
        self.email, self.post, self.pay = f"{name}@example.org", post, pay
        self.history, self.chance = history, chance
        self.window = Window(port, f"203.0.113.{chance.randrange(1, 250)}")

    def live(self) -> None:
        if not self.come_in():
            return
        self.enrol(COURSE)
        self.do("consent", (), "PUT", "answers/consent/", given=True)
        self.do("hour", (COURSE, "07:30"), "PATCH", f"courses/{COURSE}/plan/", hour="07:30")
        self.do("open all", (COURSE,), "POST", f"courses/{COURSE}/plan/open-all/")
        self.read(COURSE)
        if self.buy():
            self.enrol(TRAINING)
            self.read(TRAINING)

    def act(self, what: str, about: tuple[str, ...], send: Callable[[], Answered]) -> Told | None:
        """Ask until there is an answer, and write it down; what was told, or None when refused."""
        sent_at, times = time.time(), 0
        while True:
            times += 1
            answer, again = "unknown", True
            told: Told = {}
            try:
                got = send()
            except Unknown as error:
                told = {"error": str(error)}
                self.history.reasons[f"{what}: {error}"] += 1
            else:
                again = got.status == TOO_MANY
                answer, told = "acknowledged" if got.is_good else "refused", got.json()
                if not got.is_good:
                    told["status"] = got.status
                    self.history.reasons[f"{what}: {got.status}"] += 1
            if not again or time.time() - sent_at > PATIENCE:
                break
            time.sleep(0.3)
        self.history.add(Act(self.email, what, about, sent_at, answer, times, told))
        time.sleep(self.chance.uniform(0, 2 * THINK))
        return told if answer == "acknowledged" else None

    def do(
        self, what: str, about: tuple[str, ...], method: str, path: str, **body: Any
    ) -> Told | None:
        return self.act(what, about, lambda: self.window.ask(method, f"/api/v1/{path}", **body))

    def see(self, path: str) -> Told:
        """Look, as often as it takes; nothing of that is written down. TimeoutError."""
        end = time.time() + PATIENCE
        while time.time() < end:
            try:
                got = self.window.ask("GET", f"/api/v1/{path}")
            except Unknown:
                time.sleep(0.3)
                continue
            return got.json() if got.is_good else {}
        raise TimeoutError(f"{path} is not there for {PATIENCE} seconds")

    def come_in(self) -> bool:
        """By a code; who gets none, or too late, asks again, twice."""
        for _try in range(3):
            before = len(self.post.codes[self.email])
            if self.act("code", (), self._ask_code) is None:
                return False
            end = time.time() + CODE
            while len(self.post.codes[self.email]) == before and time.time() < end:
                time.sleep(0.05)
            for code in self.post.codes[self.email][before:][::-1]:
                if self._come_in_by(code):
                    return True
        return False

    def _come_in_by(self, code: str) -> bool:
        return self.act("come in", (code,), lambda: self._enter(code)) is not None

    def _ask_code(self) -> Answered:
        self.window.cookies.clear()
        self.window.ask("GET", "/inloggen/")
        return self._send("/inloggen/", email=self.email)

    def _enter(self, code: str) -> Answered:
        """Who is in is led on; who is not sees the same page again, or is led back to the door.

        An answer that was lost let them in all the same, and took the code: they need another.
        """
        got = self._send("/inloggen/code/", code=code)
        is_in = got.status == 302 and not got.there.startswith("/inloggen/")
        return Answered(200 if is_in else 403, "", "")

    def _send(self, path: str, **fields: str) -> Answered:
        token = {"csrfmiddlewaretoken": self.window.cookies.get("csrftoken", "")}
        return self.window.ask("POST", path, form={**token, **fields})

    def enrol(self, course: str) -> None:
        said = {"course": course, "consent": True, "sixteen_or_over": True}
        self.do("enrol", (course,), "POST", "enrolments/", **said)

    def read(self, course: str) -> None:
        """A few lessons that are open, with what there is to write and to tick in them."""
        outline = self.see(f"courses/{course}/outline/")
        lines = [line for module in outline.get("modules", ()) for line in module["lessons"]]
        for line in [one for one in lines if one["state"] == "open"][:LESSONS]:
            lesson = line["uuid"]
            for block in self.see(f"lessons/{lesson}/").get("blocks", ()):
                self._fill_in(lesson, block)
            self.do("finish", (course, lesson), "POST", f"lessons/{lesson}/finished/")

    def _fill_in(self, lesson: str, block: Told) -> None:
        """A text first this way, then that way; a tick once."""
        place = f"lessons/{lesson}/answers/{block['id']}"
        about = lesson, str(block["id"])
        # What is only to be thought of has no place to write.
        if block["type"] in {"reflection", "exercise"} and not block.get("in_mind"):
            tag = ""
            for turn in range(2):
                text = f"zilvermeeuw {turn} {uuid.uuid4().hex}"
                said = self.do("write", (*about, text), "PUT", f"{place}/text/", text=text, tag=tag)
                tag = said["answer"]["tag"] if said else tag
        elif block["type"] == "selfcheck":
            ticks = {"recognised": [1], "occurrence": 1, "tag": ""}
            self.do("tick", about, "PUT", f"{place}/ticks/", **ticks)

    def buy(self) -> bool:
        """Order, pay at Stripe's page, and wait until the site says that it is paid."""
        order = {
            "product": TRAINING, "amount": AMOUNT, "gift": False, "adult": True, "terms": True,
            "key": uuid.uuid4().hex,
        }  # fmt: skip
        placed = self.do("order", (TRAINING,), "POST", "orders/", **order)
        if placed is None:
            return False
        number = placed["number"]
        page = self.do("pay", (number,), "POST", f"orders/{number}/pay/")
        if page is None:
            return False
        self.pay(re.sub(r".*/", "", urlsplit(page["payment_url"]).path))
        return self.act("paid", (number,), lambda: self._is_paid(number)) is not None

    def _is_paid(self, number: str) -> Answered:
        got = self.window.ask("GET", f"/api/v1/orders/{number}/state/")
        if got.is_good and got.json()["standing"] != "paid":
            raise Unknown(got.json()["standing"])
        return got


def crowd(
    size: int, make: Callable[[str], Reader], over: threading.Event
) -> list[threading.Thread]:
    """So many people at a time, one after another in each place, until it is over."""

    def come_one_by_one(place: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            reader = make(f"lezer-{place}-{number}")
            try:
                reader.live()
            except Exception as error:  # Told at the end; the others go on.
                reader.history.broken_off.append(f"{reader.email}: {error!r}")

    threads = [
        threading.Thread(target=come_one_by_one, args=(place,), name=f"reader {place}", daemon=True)
        for place in range(size)
    ]
    for thread in threads:
        thread.start()
    return threads
