"""A lesson as it stands in the form: what was typed, right or wrong, and what is wrong with it.

Every field keeps what the person typed until it is saved; what cannot be saved gets a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.content import blocks, editing
from lessons.content.blocks import CONTROL, LINE_MAX, LIST_MAX, RICH_MAX
from lessons.content.blocks import fields as block_fields
from lessons.content.editing import LEAD_MAX, MINUTES_MAX, TITLE_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from lessons.content.blocks import Block
    from lessons.content.editing import State


@dataclass(frozen=True)
class TypedCard:
    """A card's row; ``number`` tells it from the others in the names of its fields."""

    number: int
    title: str
    body: str


@dataclass(frozen=True)
class TypedBlock:
    """A block as typed. ``values``: a text per field, a bool for a flag, rows for cards."""

    id: UUID
    kind: type[Block]
    values: Mapping[str, Any]
    passages: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Typed:
    """The whole form. ``errors`` by field name; "" is what is wrong with all of it."""

    title: str
    lead: str
    minutes: str
    required: bool
    open_to_all: bool
    blocks: tuple[TypedBlock, ...]
    errors: Mapping[str, str] = field(default_factory=dict)


def of_state(state: State) -> Typed:
    """A saved lesson in the form."""
    return Typed(
        title=state.title,
        lead=state.lead,
        minutes=str(state.minutes),
        required=state.required,
        open_to_all=state.open_to_all,
        blocks=tuple(map(of_block, state.blocks)),
    )


def of_block(block: Block) -> TypedBlock:
    """A stored block in the form."""
    values = {
        name: _as_typed(getattr(block, name), meta["form"])
        for name, meta in blocks.fields_of(type(block)).items()
    }
    return TypedBlock(block.id, type(block), values, block.passages)


def read(typed: Typed, before: State) -> tuple[State | None, Typed]:
    """The state that was typed, None when something is wrong; and the form with what that is.

    What reads the same as in ``before`` stays what it is there, byte for byte.
    """
    errors = dict(typed.errors)
    if not " ".join(typed.title.split()):
        errors["title"] = _("A lesson needs a title.")
    _note(errors, "title", _text_error(typed.title, TITLE_MAX))
    _note(errors, "lead", _text_error(typed.lead, LEAD_MAX))
    minutes = _number(typed.minutes)
    if minutes is None:
        errors["minutes"] = _number_error()
    old = {block.id: block for block in before.blocks}
    read_blocks = []
    for block in typed.blocks:
        _note(errors, f"b.{block.id}", block.error)
        one = _read_block(block, old.get(block.id), errors)
        if one is not None:
            read_blocks.append(one)
    if len(typed.blocks) > blocks.BLOCKS_MAX:
        errors[""] = _("A lesson holds at most %(most)s blocks, and there are %(now)s now.") % {
            "most": blocks.BLOCKS_MAX,
            "now": len(typed.blocks),
        }
    told = replace(typed, errors=errors)
    if errors or minutes is None:
        return None, told
    state = editing.State(
        title=" ".join(typed.title.split()),
        lead=" ".join(typed.lead.split()),
        minutes=minutes,
        required=typed.required,
        open_to_all=typed.open_to_all,
        blocks=tuple(read_blocks),
    )
    return state, told


def as_block(typed: TypedBlock) -> Block | None:
    """The block that was typed, if nothing is wrong with it."""
    return _read_block(typed, None, {})


def _as_typed(value: Any, form: str) -> Any:
    if form == "lines":
        return "\n".join(value)
    if form == "cards":
        return [TypedCard(number, one.title, one.body) for number, one in enumerate(value)]
    return value if form == "flag" else str(value)


def _read_block(typed: TypedBlock, old: Block | None, errors: dict[str, str]) -> Block | None:
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, meta in blocks.fields_of(typed.kind).items():
        value = typed.values[name]
        error = _error(name, value, meta)
        _note(wrong, f"b.{typed.id}.{name}", error)
        if not error:
            values[name] = _value(name, value, meta)
            kept = getattr(old, name, ())
            if meta["form"] == "lines" and values[name] == tuple(filter(None, kept)):
                values[name] = kept
    errors.update(wrong)
    return None if wrong else typed.kind(id=typed.id, passages=typed.passages, **values)


def _value(name: str, value: Any, meta: Mapping[str, Any]) -> object:
    """What a typed value, which nothing is wrong with, is stored as."""
    if meta["form"] == "lines":
        return tuple(_rows(value))
    if meta["form"] == "number":
        return _number(value)
    if meta["form"] == "cards":
        value = [{"title": card.title, "body": card.body} for card in value]
    return block_fields.read(name, value, meta)


def _error(name: str, value: Any, meta: Mapping[str, Any]) -> str:
    """What is wrong with a typed value, in a sentence for its writer."""
    form = meta["form"]
    if form == "number":
        return "" if _number(value) is not None else _number_error()
    if form == "choice":
        return "" if value in meta["options"] else _("Choose one of these.")
    if form == "lines":
        return _list_error(len(_rows(value))) or _lines_error(value)
    if form == "cards":
        return _list_error(len(value)) or _cards_error(value)
    if form == "rich":
        return _rich_error(value)
    return "" if form == "flag" else _text_error(value, LINE_MAX)


def _text_error(text: str, limit: int) -> str:
    if len(text) > limit:
        return _(
            "This is too long: at most %(most)s characters fit, and there are %(now)s now."
        ) % {"most": limit, "now": len(text)}
    if CONTROL.search(text):
        return _("There was a character in here that cannot be shown. It is gone now; save again.")
    return ""


def _rich_error(text: str) -> str:
    if any(row.startswith(":::") for row in text.splitlines()):
        return _("A line may not begin with three colons.")
    return _text_error(text, RICH_MAX)


def _lines_error(text: str) -> str:
    for number, row in enumerate(_rows(text), start=1):
        if len(row) > LINE_MAX:
            return _("Line %(number)s is too long: at most %(most)s characters fit.") % {
                "number": number,
                "most": LINE_MAX,
            }
    return _text_error(text, LIST_MAX * (LINE_MAX + 2) * 2)


def _cards_error(cards: Sequence[TypedCard]) -> str:
    for number, card in enumerate(cards, start=1):
        error = _text_error(card.title, LINE_MAX) or _rich_error(card.body)
        if error:
            return _("Card %(number)s: %(error)s") % {"number": number, "error": error}
    return ""


def _list_error(count: int) -> str:
    if count <= LIST_MAX:
        return ""
    return ngettext("At most %(most)s fits here.", "At most %(most)s fit here.", LIST_MAX) % {
        "most": LIST_MAX
    }


def _number_error() -> str:
    return _("A whole number from 0 to %(most)s.") % {"most": MINUTES_MAX}


def _number(text: str) -> int | None:
    text = text.strip() or "0"
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len("000600") else -1
    return number if 0 <= number <= MINUTES_MAX else None


def _rows(text: str) -> list[str]:
    return [row for row in (" ".join(row.split()) for row in text.split("\n")) if row]


def _note(errors: dict[str, str], name: str, error: str) -> None:
    if error:
        errors.setdefault(name, error)
