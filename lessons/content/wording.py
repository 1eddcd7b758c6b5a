"""What the site never claims: to diagnose, to treat, to cure.

Phrases that are allowed nevertheless stand in ``wording.yml``, each with its reason. The test suite
holds everything against this that comes with the project; the checklist before a publication, what
staff write.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

CLAIMS = re.compile(
    r"\w*(?:diagnos|behandel|genees|genez|therap|stoornis)\w*"
    r"|\b(?:treat(?:s|ed|ing|ments?)?|cur(?:e|es|ed|ing)|heal(?:s|ed|ing)?|disorders?)\b",
    re.I,
)


@cache
def allowed() -> tuple[str, ...]:
    """The phrases that may hold such a word. Each has a reason, or the file is refused."""
    text = Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)
    if not all(set(entry) == {"phrase", "reason"} and entry["reason"] for entry in entries):
        raise ValueError("Each phrase in wording.yml has a reason.")
    return tuple(entry["phrase"] for entry in entries)


def claims_in(text: str, phrases: Iterable[str] | None = None) -> list[str]:
    """The claiming words that are left when the allowed phrases are taken out, in order."""
    for phrase in allowed() if phrases is None else phrases:
        text = re.sub(re.escape(phrase), "", text, flags=re.I)
    return [each[0] for each in CLAIMS.finditer(text)]
