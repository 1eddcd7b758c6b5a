"""An article's words inside a block: found in the forms a draft gives them, replaced, taken out.

Pure. A passage stands in a block as plain text or as Markdown that shows the same characters, as a
paragraph, a list item, a heading, a statement, a card, a quotation with its speaker, or an offer.
Words that a person wrote anew are not found, and nothing is done to them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from lessons.content import blocks
from lessons.content.article.passages import normalise
from lessons.content.derivation import writing
from lessons.content.richtext import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lessons.content.blocks import Block, Card

# What a line of Markdown may start with before its words.
LEAD = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)[ \t]+$")
# Fields that say what a block is for rather than what it says.
NOT_WORDS = frozenset({"title", "source", "course", "label", "tone", "kind"})


def replaced(block: Block, old: str, new: str) -> Block | None:
    """The block with the new words in the place of the old ones; None where these do not stand in
    it, or where the new ones would not fit."""
    for way in (_quote, _offer, _cards, _lines, _rich):
        changed = way(block, old, new)
        if changed is not None:
            return _checked(changed)
    return None


def taken_out(block: Block, old: str) -> Block | None:
    """The block without these words; None where they do not stand in it. It may be left empty."""
    return replaced(block, old, "")


def is_empty(block: Block) -> bool:
    """Whether a block says nothing any more, a title aside."""
    values = [
        getattr(block, name) for name in blocks.fields_of(type(block)) if name not in NOT_WORDS
    ]
    return not any(value for value in values if not isinstance(value, bool | int))


def _with(block: Block, **values: Any) -> Block:
    return replace(block, **values)


def _checked(block: Block) -> Block | None:
    """The block as it would be stored, or None when it could not be."""
    try:
        return blocks.from_json(block.as_json())
    except blocks.InvalidBlock:
        return None


# --- Ways to find the old words: each gives the changed block, or None --------------------------


def _quote(block: Block, old: str, new: str) -> Block | None:
    if not isinstance(block, blocks.Quote):
        return None
    return _by_parts(block, old, new, writing.quote_of)


def _offer(block: Block, old: str, new: str) -> Block | None:
    if not isinstance(block, blocks.Offer):
        return None
    return _by_parts(block, old, new, writing.offer_of)


def _by_parts(
    block: blocks.Quote | blocks.Offer,
    old: str,
    new: str,
    parts_of: Callable[[str], dict[str, Any] | None],
) -> Block | None:
    """All fields that were made of the old words at once, but for those that read otherwise."""
    was = parts_of(old)
    put = parts_of(new) if new else dict.fromkeys(was or (), "")
    if was is None or put is None or block.body != was["body"]:
        return None
    same = [name for name, value in was.items() if getattr(block, name) == value]
    return _with(block, **{name: put[name] for name in same})


def _cards(block: Block, old: str, new: str) -> Block | None:
    if not isinstance(block, blocks.Cards):
        return None
    was = writing.card_of(old)
    for at, card in enumerate(block.cards):
        body = _in_rich(card.body, was.body, "") if card.title == was.title else None
        if body is not None:
            put = [_card_instead(card, was, writing.card_of(new))] if new else []
            # What follows a term in its card goes with the term, unless it says more.
            rest = [replace(card, body=body)] if body and not new else []
            return _with(block, cards=(*block.cards[:at], *put, *rest, *block.cards[at + 1 :]))
    return None


def _card_instead(card: Card, old: Card, new: Card) -> Card:
    body = _in_rich(card.body, old.body, new.body)
    return replace(card, title=new.title, body=card.body if body is None else body)


def _lines(block: Block, old: str, new: str) -> Block | None:
    """A whole line: a statement, a step, a title made of a heading, a question asked about it."""
    for name, meta in blocks.fields_of(type(block)).items():
        value = getattr(block, name)
        if meta["form"] == "lines":
            line = normalise(writing.clean(old))
            if line in value:
                at = value.index(line)
                put = (normalise(writing.clean(new)),) if new else ()
                return _with(block, **{name: (*value[:at], *put, *value[at + 1 :])})
        elif meta["form"] == "line":
            for form in LINES:
                if value and value == form(old):
                    return _with(block, **{name: form(new) if new else ""})
    return None


LINES: tuple[Callable[[str], str], ...] = (
    lambda text: normalise(writing.clean(text)),
    lambda text: writing.shorten(writing.clean(text), writing.TITLE_MAX),
    writing.question_about,
)


def _rich(block: Block, old: str, new: str) -> Block | None:
    for name, meta in blocks.fields_of(type(block)).items():
        value = getattr(block, name)
        if meta["form"] == "rich":
            text = _in_text(value, old, new)
            if text is not None:
                return _with(block, **{name: text})
        elif meta["form"] == "cards":
            for at, card in enumerate(cast("tuple[Card, ...]", value)):
                text = _in_text(card.body, old, new)
                if text is not None:
                    put = replace(card, body=text)
                    return _with(block, **{name: (*value[:at], put, *value[at + 1 :])})
    return None


# --- In a Markdown text -------------------------------------------------------------------------


def _in_text(text: str, old: str, new: str) -> str | None:
    """The text with one passage's words replaced, in whichever form they stand there."""
    for was, put in _forms(old, new):
        changed = _in_rich(text, was, put)
        if changed is not None:
            return changed
    return None


def _forms(old: str, new: str) -> Iterator[tuple[str, str]]:
    plain, fresh = writing.clean(old), writing.clean(new)
    yield escape(plain), escape(fresh)
    yield writing.item_of(plain), writing.item_of(fresh)
    yield plain, escape(fresh)
    yield normalise(plain), escape(normalise(fresh))


def _in_rich(text: str, old: str, new: str) -> str | None:
    """The text with ``new`` for the first whole ``old``: no part of a longer word."""
    if not old.strip():
        return None
    for match in re.finditer(re.escape(old), text):
        start, end = match.span()
        if _joins(text[start - 1 : start], old[0]) or _joins(old[-1], text[end : end + 1]):
            continue
        line = text.rfind("\n", 0, start) + 1
        lead = LEAD.match(text[line:start])
        if lead:
            new = " ".join(new.split())
        if not new:
            return _without(text, line if lead else start, end)
        return text[:start] + new + text[end:]
    return None


def _joins(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum()


def _without(text: str, start: int, end: int) -> str:
    """The text without a stretch, and without the blank lines or the double space it leaves."""
    before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
    if not before or before.endswith("\n"):
        gap = "\n\n" if before.endswith("\n\n") or after.startswith("\n\n") else "\n"
        parts = [part for part in (before.rstrip("\n"), after.lstrip("\n")) if part]
        return gap.join(parts)
    return f"{before} {after}".rstrip() if after[:1] not in {"", "\n"} else before + after
