"""Sending what is due: claim, ask, send, mark.

What is promised:

- Lessons, receipts and codes go at least once, always under the same Message-ID and date, and twice
  only when a sender died between the mail server's yes and the mark of it: one letter a connection.
- Offers go at most once. That one is about to go is committed before the server is asked; if its
  sender dies then, it stays in doubt (``Letter.objects.doubtful()``), and nobody sends it again.

"Exactly once" is not to be had: a server has said yes before that can be written down (RFC 1047).
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from courseapp.post import (
    allowance,
    breaker,
    claiming,
    crew,
    enclosures,
    gates,
    marks,
    message,
    outbox,
)
from courseapp.post.models import Letter
from courseapp.post.relay import Parcel
from courseapp.post.replies import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from courseapp.post.crew import Crew
    from courseapp.post.replies import Answer

# Letters of this priority are codes.
CODES = outbox.PRIORITY[Letter.Stream.CODE]
# A letter is not begun when less than this is left of its lease, a code when less than a third is.
MARGIN = timedelta(seconds=60)
BATCH = 200
# Seconds. How long an answer of a gate holds; how often codes are looked for among the rest.
ASKED_HOLDS, CODES_EVERY = 5.0, 0.5
# So many letters in a row that are put off or unwelcome are no longer about whom they are for.
TOO_MANY = 10
TROUBLE = {Verdict.DOWN, Verdict.LOST}
PUT_OFF = {Verdict.LATER, Verdict.UNWELCOME}


@dataclass(frozen=True)
class Run:
    """What was done, in letters; ``more``: time was up before the letters were."""

    claimed: int
    sent: int
    more: bool = False


def is_due(*, now: datetime) -> bool:
    """Whether there is anything to do: letters that may go, and a server to take them."""
    lowest = allowance.lowest_priority(now=now)
    is_due = claiming.is_anything_due(now=now, lowest_priority=lowest)
    return is_due and not breaker.state(now=now)[0]


def send_due(*, now: datetime, limit: int = BATCH) -> Run:
    """Send up to ``limit`` letters that are due at ``now``, codes first."""
    with crew.at_work(settings.MAIL_CONNECTIONS) as lines:
        return _Shift(lines, now, limit, claims=1).work()


def keep_sending(*, now: datetime, seconds: float, batch: int = BATCH) -> Run:
    """Send what is due, for so long at most, over the same connections."""
    with crew.at_work(settings.MAIL_CONNECTIONS) as lines:
        return _Shift(lines, now, batch, seconds=seconds).work()


class _Shift:
    """One stretch of work: a queue of claimed letters on one side, lines on the other."""

    def __init__(
        self,
        lines: Crew,
        now: datetime,
        batch: int,
        *,
        claims: int | None = None,
        seconds: float | None = None,
    ) -> None:
        self.lines, self.batch = lines, allowance.batch(batch)
        self.began, self.start = now, monotonic()
        # How often letters may still be claimed, and for how long; None is without end.
        self.claims, self.seconds = claims, seconds
        self.queue: deque[Letter] = deque()
        self.moments: deque[datetime] = deque()
        # The keys of letters that take something along.
        self.enclosing: set[int] = set()
        self.asked_at = self.codes_at = 0.0
        self.claimed = self.sent = self.in_a_row = 0
        self.is_dry = self.is_late = self.is_alone = self.came_back = False
        self.is_over, self.trips = breaker.state(now=now)
        self.reply_to = _reply_to()

    @property
    def passed(self) -> float:
        """Seconds since the start."""
        return monotonic() - self.start

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.passed)

    def work(self) -> Run:
        """Until nothing is due, or time is up, or the server is away."""
        while self.lines.busy or self.queue or not (self.is_over or self.is_dry):
            self._await_moment()
            answers = self.lines.take() if self.lines.busy else []
            self._judge(answers)
            self._fetch()
            parcels = self._next()
            may_go = marks.write(answers, [parcel.letter for parcel in parcels], now=self.now)
            for parcel in parcels:
                if parcel.letter in may_go:
                    self.lines.give(parcel)
        return Run(self.claimed, self.sent, more=self.is_late)

    # --- letters in ---

    def _fetch(self) -> None:
        """Claim letters when none are left, and codes all the time: somebody waits for one."""
        if self.is_over:
            return
        if self.seconds is not None and self.passed > self.seconds:
            self.is_late = True
            self._stop()
        elif not self.queue and not self.is_dry and not self.is_alone:
            self._claim()
        elif self.passed - self.codes_at > CODES_EVERY:
            self.codes_at = self.passed
            self._take(claiming.claim(now=self.now, limit=self.batch, lowest_priority=CODES))

    def _claim(self) -> None:
        now = self.now
        self.codes_at = self.passed
        lowest = allowance.lowest_priority(now=now)
        letters = claiming.claim(now=now, limit=self.batch, lowest_priority=lowest)
        if self.claims is not None:
            self.claims -= 1
        # What came back from a line that was not let in is written down after this.
        self.is_dry = self.claims == 0 or not (letters or self.came_back)
        self.came_back = False
        self._take(letters)

    def _take(self, letters: list[Letter]) -> None:
        """Into the queue, before what is in it; letters that must not go stay out."""
        self.claimed += len(letters)
        self.moments.extend(allowance.moments(len(letters), now=self.now))
        if not self.queue:
            self.asked_at = self.passed
        self.enclosing |= enclosures.have_any(letters)
        self.queue.extendleft(reversed(self._allowed(letters)))

    def _allowed(self, letters: Sequence[Letter]) -> list[Letter]:
        """Those that may go; what becomes of the others is written down."""
        said = gates.ask(letters, now=self.now)
        for letter in letters:
            if letter.uuid in said.withheld:
                marks.withhold(letter, said.withheld[letter.uuid])
            elif letter.uuid in said.unknown:
                marks.give_back([letter], now=self.now, pause=marks.PAUSE)
        stopped = said.withheld.keys() | said.unknown
        return [letter for letter in letters if letter.uuid not in stopped]

    def _ask_again(self) -> None:
        """What was asked long ago is asked anew, also whether the letter is still there."""
        if self.passed - self.asked_at > ASKED_HOLDS:
            self.asked_at = self.passed
            keys = [letter.pk for letter in self.queue]
            there = set(Letter.objects.filter(pk__in=keys).values_list("pk", flat=True))
            codes = [each for each in self.queue if each.stream == Letter.Stream.CODE]
            others = [each for each in self.queue if each not in codes]
            self.queue = deque(
                each for each in (*codes, *self._allowed(others)) if each.pk in there
            )

    # --- letters out ---

    def _await_moment(self) -> None:
        if self.queue and self.moments and not self.lines.busy:
            seconds = (self.moments[0] - self.now).total_seconds()
            time.sleep(min(max(seconds, 0), CODES_EVERY))

    def _next(self) -> list[Parcel]:
        """What the free lines take now. A server that was away is tried with one letter first."""
        parcels: list[Parcel] = []
        free = (1 if self.trips else self.lines.size) - self.lines.busy
        if self.queue:
            self._ask_again()
        while self.queue and len(parcels) < free and self._is_time(parcels):
            letter = self.queue.popleft()
            parcel = self._packed(letter)
            if parcel is not None:
                self.is_alone = claiming.goes_alone(letter)
                parcels.append(parcel)
                if self.moments:
                    self.moments.popleft()
        return parcels

    def _is_time(self, others: Sequence[Parcel]) -> bool:
        if self.moments and self.moments[0] > self.now:
            return False
        is_first = not self.lines.busy and not others
        return is_first or not (self.is_alone or claiming.goes_alone(self.queue[0]))

    def _packed(self, letter: Letter) -> Parcel | None:
        """A letter with what goes along; None when it does not go now, and why is written down."""
        now = self.now
        margin = min(MARGIN, claiming.lease_of(letter.stream) / 3)
        if letter.next_at is None or letter.next_at - now < margin:
            marks.give_back([letter], now=now)
            return None
        if letter.expires_at is not None and letter.expires_at <= now:
            marks.forget_expired(now=now)
            return None
        takes_along = letter.pk in self.enclosing
        packed = enclosures.pack(letter) if takes_along else enclosures.NOTHING
        if packed.missing and letter.is_owed:
            marks.wait(letter, now=now)
            return None
        return Parcel(letter, packed, self.reply_to)

    # --- answers ---

    def _judge(self, answers: Sequence[tuple[Parcel, Answer]]) -> None:
        """What the answers say about the server."""
        trouble = ""
        # A line that is not let in is only left, as long as others are.
        others = self.lines.busy or self.lines.idle
        is_there = others or any(one.verdict not in TROUBLE for _parcel, one in answers)
        for _parcel, answer in answers:
            self.is_alone = False
            if answer.verdict is Verdict.SENT:
                self._works()
            elif answer.verdict in PUT_OFF:
                self.in_a_row += 1
            is_away = answer.verdict is Verdict.DOWN and not is_there
            if answer.verdict is Verdict.DOWN and is_there:
                self.came_back, self.is_dry = True, self.claims == 0
            if is_away or answer.verdict is Verdict.LOST or self.in_a_row >= TOO_MANY:
                trouble = answer.said
        if trouble and not self.is_over:
            breaker.trip(reason=trouble, now=self.now)
            self._stop()

    def _works(self) -> None:
        self.sent += 1
        self.in_a_row = 0
        if self.trips:
            breaker.close()
            self.trips = 0

    def _stop(self) -> None:
        """Begin no more letters."""
        self.is_over = True
        marks.give_back(self.queue, now=self.now)
        self.queue.clear()


def _reply_to() -> str:
    """Where answers go, unless that is where the letter says it comes from."""
    if not settings.LETTER_REPLY_TO:
        return ""
    address = str(import_string(settings.LETTER_REPLY_TO)())
    return "" if address.encode() == message.sender() else address
