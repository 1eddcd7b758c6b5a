"""An evening of one reader: coming in by a code, a few lessons, what is kept of it, going.

Pauses between two acts are 5 to 15 seconds, all equally likely. Nothing here knows of locust.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.living import COURSE, Browser, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READING = (5.0, 15.0)  # Seconds between two acts: at least, at most.
LESSONS = 3  # Read in an evening.
NAMES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BOTH = "(/mijn/{}/[0-9a-f-]{{36}}/)"


@dataclass(frozen=True)
class Wait:
    """One request as its reader felt it. ``act`` is its method and address without names."""

    act: str
    status: int
    milliseconds: float

    def went_wrong(self) -> bool:
        return not 200 <= self.status < 400


class Reader(Browser):
    """A browser that tells each wait, of somebody who has a network of their own.

    ``codes`` is the folder where `post.Postman` leaves the code that was sent to an address,
    ``pauses`` how many seconds lie between two acts, at least and at most.
    """

    def __init__(
        self,
        port: int,
        *,
        number: int,
        codes: Path,
        tell: Callable[[Wait], None],
        pauses: tuple[float, float] = READING,
    ) -> None:
        super().__init__(port)
        self.pauses = pauses
        self.network = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.codes, self.tell = codes, tell
        self.chance = random.Random(number)  # noqa: S311 -- how long somebody reads is no secret.

    def _once(self, path: str, fields: dict[str, str] | None, more: dict[str, str]) -> str:
        began = time.perf_counter()
        there = super()._once(path, fields, {"X-Forwarded-For": self.network, **more})
        method, place = "GET" if fields is None else "POST", NAMES.sub("…", path.partition("?")[0])
        self.tell(Wait(f"{method} {place}", self.status, (time.perf_counter() - began) * 1000))
        return there

    def think(self) -> None:
        time.sleep(self.chance.uniform(*self.pauses))

    def evening(self, address: str, *, is_new: bool) -> None:
        if is_new:
            self.come_first(address)
        else:
            self.come_back(address)
        self.read()

    # --- Coming in ------------------------------------------------------------------------------

    def come_back(self, address: str) -> None:
        """Sign in, and see one's courses."""
        self.ask("/inloggen/")
        self.think()
        self._by_code(address)
        self.think()

    def come_first(self, address: str) -> None:
        """Begin the course as somebody nobody knows yet; lands in its first lesson."""
        self.ask(f"/cursus/{COURSE}/")
        self.think()
        self.ask(f"/cursus/{COURSE}/begin/")
        self.think()
        self.send("begin|Begin")
        self.think()
        self._by_code(address)
        self.think()

    def _by_code(self, address: str) -> None:
        self.send("email", email=address)
        letter = self.codes / address
        until(letter.exists, f"no code came for {address}")
        self.send('name="code"', code=letter.read_text(encoding="ascii"))

    # --- Reading --------------------------------------------------------------------------------

    def read(self) -> None:
        """A few lessons of one's course, its planning and what one kept; then out."""
        self.ask("/mijn/")
        self.think()
        course = self._links("cursus")[0]
        for _lesson in range(LESSONS):
            self.ask(course)
            self.think()
            self._lesson(self.chance.choice(self._links("les") or [f"{course}verder/"]))
        for page in (f"{course}planning/", "/mijn/schrift/", "/mijn/"):
            self.ask(page)
            self.think()
        self.ask("/uitloggen/")
        self.send("/uitloggen/")

    def _lesson(self, address: str) -> None:
        self.ask(address)
        self.think()
        self._again(self.at)
        if "/vinkjes/" in self.page or "/schrift/bewaren/" in self.page:
            self._tick()
        if "/afgerond/" in self.page:
            self.send("/afgerond/")
            self.think()

    def _again(self, lesson: str) -> None:
        """Have an app fetch the lesson, and look later whether it is still that: then 304."""
        page, at = self.page, self.at
        address = f"/api/v1/lessons/{lesson.split('/')[3]}/"
        self.ask(address, Accept="application/json")
        if tag := self.tag:
            self.ask(address, None, Accept="application/json", **{"If-None-Match": tag})
            assert self.status == 304, f"{address} answered {self.status} to who has it"
        self.page, self.at = page, at

    def _tick(self) -> None:
        """Say yes to keeping, if that was not said yet, and keep what is recognised."""
        if "/schrift/bewaren/" in self.page:
            self.send("/schrift/bewaren/", keep="yes")
            self.think()
        if "/vinkjes/" in self.page:
            self.send("/vinkjes/", recognised=str(self.chance.randint(1, 4)))
            self.think()

    def _links(self, kind: str) -> list[str]:
        return list(dict.fromkeys(re.findall(rf'href="{BOTH.format(kind)}"', self.page)))
