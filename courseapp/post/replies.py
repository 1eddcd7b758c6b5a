"""What a mail server's answer means for a letter, and for all others. Pure.

RFC 5321 says 4 is for later and 5 is for good; RFC 3463 says what about. Whether an answer is about
the address or about us decides everything: the first is written to no more, the second is nobody's
fault who gets our mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

# How far a letter was: before anybody was named, at its address, at its words, after its last dot.
Stage = Literal["start", "address", "words", "end"]


class Verdict(Enum):
    """What has become of a letter that was handed over."""

    SENT = auto()
    LATER = auto()  # Not now: this letter again after a pause.
    NO_SUCH_ADDRESS = auto()  # Nobody is there, and nobody will be.
    RETURNED = auto()  # These words are not taken, whoever they are for.
    UNWELCOME = auto()  # Somebody does not want us; the address may be as good as any.
    UNFIT = auto()  # It cannot be made into a mail.
    DOWN = auto()  # The mail server; it never had this letter.
    LOST = auto()  # The line broke after the words: it may have it, or not.


@dataclass(frozen=True)
class Answer:
    """A verdict, and the words it rests on."""

    verdict: Verdict
    said: str = ""


GOOD, FOR_GOOD, CLOSING = range(200, 300), 500, 421
STATUS = re.compile(r"\s*[45]\.(\d{1,3})\.(\d{1,3})\b")
# The subjects and details of RFC 3463 that mean: nobody is there. (1.7 and 1.8 are the sender's.)
NOBODY = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.9", "1.10", "2.1"}
FULL = {"2.0", "2.2", "2.3"}
# What servers that give no status say when it is us they mean.
OF_US = re.compile(r"relay|spam|block|polic|authent|reputat|listed|denied|banned|sender", re.I)
# Answers to an address that mean the address, where no status says what about.
OF_ADDRESS = {501, 511, 521, 550, 551, 553, 556}
MAILBOX_FULL = 552


def judge(stage: Stage, code: int, said: str) -> Answer:
    """What an answer other than yes means; ``said`` is the server's text."""
    words = f"{code} {' '.join(said.split())}"
    if stage == "start" or (code == CLOSING and stage != "end"):
        return Answer(Verdict.DOWN, words)
    if code < FOR_GOOD:
        return Answer(Verdict.LATER, words)
    status = STATUS.match(said)
    if status is None:
        return Answer(_without_status(stage, code, said), words)
    return Answer(_by_status(f"{status[1]}.{status[2]}", status[1]), words)


def judge_http(status: int) -> Answer:
    """What a provider's interface means by an HTTP status other than yes."""
    words = f"HTTP {status}"
    if status in {401, 403, 429}:
        return Answer(Verdict.DOWN, words)
    return Answer(Verdict.LOST if status >= FOR_GOOD else Verdict.RETURNED, words)


def _by_status(detail: str, subject: str) -> Verdict:
    if detail in NOBODY:
        return Verdict.NO_SUCH_ADDRESS
    if detail in FULL:
        return Verdict.LATER
    return Verdict.UNWELCOME if subject in {"1", "7"} else Verdict.RETURNED


def _without_status(stage: Stage, code: int, said: str) -> Verdict:
    if stage == "address":
        if code == MAILBOX_FULL:
            return Verdict.LATER
        is_of_address = code in OF_ADDRESS and not OF_US.search(said)
        return Verdict.NO_SUCH_ADDRESS if is_of_address else Verdict.UNWELCOME
    return Verdict.UNWELCOME if OF_US.search(said) else Verdict.RETURNED
