"""What a reader answers, and to what: as values, and as the text that is sealed; pure.

The question goes in with the answer. A lesson may change or go; who reads an answer back should
still see what it was an answer to.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content.blocks import Exercise, Reflection, SelfCheck

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.content.blocks import Block

TEXT_MAX = 20_000  # Characters.
# Ends of lines as other programs have them.
BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# What no page can show. Marks of direction stay: a text is shown apart, so they end with it.
UNSHOWABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


class TooLong(Refused):
    """More than ``TEXT_MAX`` characters. What was sent is not kept; the sender still has it."""

    code = "answer_too_long"

    def __init__(self, length: int) -> None:
        super().__init__(
            _(
                "This is %(length)s characters long, and %(most)s fit here. It is still on your"
                " screen, but it is not kept. Make it shorter, or keep a part of it elsewhere."
            )
            % {
                "length": number_format(length, force_grouping=True),
                "most": number_format(TEXT_MAX, force_grouping=True),
            }
        )


class Unshowable(Refused):
    """Control characters, NUL bytes, half characters."""

    code = "answer_unshowable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "There are invisible characters in this text that cannot be kept. That happens when"
                " it was pasted from elsewhere. It is still on your screen, but it is not kept."
            )
        )


@dataclass(frozen=True)
class Written:
    """A text, below the question it answers; ``heading`` may be empty."""

    heading: str
    question: str
    text: str


@dataclass(frozen=True)
class Ticked:
    """A self-check: its statements, and the numbers (from 1) of those that were recognised."""

    heading: str
    statements: tuple[str, ...]
    recognised: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.recognised)

    @property
    def total(self) -> int:
        return len(self.statements)


Content = Written | Ticked


def tidy(text: str) -> str:
    """A reader's text as it is kept; raises ``TooLong`` and ``Unshowable``."""
    whole = BREAK.sub("\n", text)
    if len(whole) > TEXT_MAX:
        raise TooLong(len(whole))
    if UNSHOWABLE.search(whole):
        raise Unshowable
    return whole


def takes_text(block: Block) -> bool:
    """Whether a reader may write below this block: not where it says to write it down nowhere."""
    return isinstance(block, Exercise) or (isinstance(block, Reflection) and not block.in_mind)


def takes_answers(block: Block) -> bool:
    return isinstance(block, SelfCheck) or takes_text(block)


def written(block: Block, text: str) -> Written:
    """The text with the question of this block, as it stands now."""
    if isinstance(block, Reflection):
        return Written(heading=block.title, question=block.prompt, text=text)
    assert isinstance(block, Exercise)  # noqa: S101 -- what ``takes_text`` says.
    return Written(heading=block.title, question="\n".join(block.steps), text=text)


def ticked(check: SelfCheck, recognised: Iterable[int]) -> Ticked:
    """The statements as they stand now; a number that none of them has counts for nothing."""
    known = range(1, len(check.statements) + 1)
    numbers = frozenset(number for number in recognised if number in known)
    return Ticked(heading=check.title, statements=check.statements, recognised=numbers)


def says_the_same(one: Content, other: Content) -> bool:
    """Whether two answers are the same to who gave them, whatever became of the question."""
    if isinstance(one, Written) and isinstance(other, Written):
        return one.text == other.text
    return (
        isinstance(one, Ticked)
        and isinstance(other, Ticked)
        and ((one.statements, one.recognised) == (other.statements, other.recognised))
    )


def as_data(content: Content) -> dict[str, Any]:
    """The answer as JSON-ready values."""
    if isinstance(content, Written):
        return {"heading": content.heading, "question": content.question, "text": content.text}
    return {
        "heading": content.heading,
        "statements": list(content.statements),
        "recognised": sorted(content.recognised),
    }


def as_text(content: Content) -> str:
    """What is sealed."""
    return json.dumps(as_data(content), ensure_ascii=False, separators=(",", ":"))


def from_text(said: str) -> Content:
    """What was sealed."""
    found = json.loads(said)
    if "text" in found:
        return Written(heading=found["heading"], question=found["question"], text=found["text"])
    return Ticked(
        heading=found["heading"],
        statements=tuple(found["statements"]),
        recognised=frozenset(found["recognised"]),
    )
