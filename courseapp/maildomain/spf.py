"""Reading SPF records: how many look-ups they take and how they end (RFC 7208).

Nothing is said here of whether one address may send: that is for who receives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courseapp.maildomain.asking import Asker

# RFC 7208, 4.6.4. An include in a circle would go on for ever.
MOST_LOOKUPS = 10
STOP = 30
ASKING = {"include", "a", "mx", "ptr", "exists"}
PLAIN = {"all", "ip4", "ip6"}


@dataclass
class Look:
    """``ending`` is what is said of all others, such as ``-all``; ``trouble`` a mistake in it."""

    lookups: int = 0
    ending: str = ""
    trouble: str = ""

    def is_wrong(self, says: str) -> None:
        """The first mistake is told."""
        self.trouble = self.trouble or says


def records(domain: str, asker: Asker) -> Sequence[str]:
    """The SPF records of a domain; there ought to be one."""
    texts = asker.texts(domain)
    return [one for one in texts if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]


def look(domain: str, asker: Asker) -> Look:
    """What the record of this domain, and those it includes, come to."""
    found = Look()
    _follow(domain, asker, found, is_included=False)
    return found


def _follow(domain: str, asker: Asker, found: Look, *, is_included: bool) -> None:
    """Add up a record and what it refers to. Only the record itself says how it ends."""
    rows = records(domain, asker)
    if len(rows) != 1:
        says = "no SPF record" if not rows else "more than one SPF record"
        found.is_wrong(f"{domain}, which it refers to, has {says}.")
        return
    redirect = ""
    for term in rows[0].split()[1:]:
        name, value = _parts(term)
        if name == "all":
            if not is_included:
                found.ending = f"{_sign(term)}all"
            return
        if name == "redirect":
            redirect = value
        else:
            _term(term, name, value, asker, found)
    if redirect and _counts(redirect, found):
        _follow(redirect, asker, found, is_included=is_included)


def _term(term: str, name: str, value: str, asker: Asker, found: Look) -> None:
    if name == "include":
        if _counts(value, found):
            _follow(value, asker, found, is_included=True)
    elif name in ASKING:
        found.lookups += 1
    elif name not in PLAIN and "=" not in term:
        found.is_wrong(f"“{term}” is no part of SPF.")


def _counts(domain: str, found: Look) -> bool:
    """Count a look-up; whether it can be followed: one with a macro depends on each mail."""
    found.lookups += 1
    return found.lookups < STOP and "%" not in domain


def _parts(term: str) -> tuple[str, str]:
    """``-include:x`` as its name and value."""
    bare = term.lstrip("+-~?")
    name = bare
    for mark in ("=", ":", "/"):
        name = name.partition(mark)[0]
    return name.lower(), bare[len(name) :].lstrip(":=")


def _sign(term: str) -> str:
    return term[0] if term[0] in "+-~?" else "+"
