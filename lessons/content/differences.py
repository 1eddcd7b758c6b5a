"""What changed between two wordings of a text: by sentence for a terminal, by word for a page."""

from __future__ import annotations

import difflib
import re
from typing import Literal

Op = Literal["equal", "delete", "insert"]
JUNK_FROM = 2_000  # Words: above this, frequent ones are skipped while comparing, for speed.


def unified(old: str, new: str) -> str:
    """A unified diff, a sentence per line."""
    lines = difflib.unified_diff(_sentences(old), _sentences(new), lineterm="", n=1)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def _sentences(text: str) -> list[str]:
    return [line for line in re.split(r"(?<=[.!?…])\s+|\n", text) if line]


def diff(old: str, new: str) -> list[tuple[Op, str]]:
    """The difference word by word: (operation, text), to be shown in order.

    "equal" and "insert" joined give the new text, "equal" and "delete" the old one.
    """
    before, after = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    quick = max(len(before), len(after)) > JUNK_FROM
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=quick)
    result: list[tuple[Op, str]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            result.append(("equal", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            result.append(("delete", "".join(before[i1:i2])))
        if j2 > j1:
            result.append(("insert", "".join(after[j1:j2])))
    return result
