"""What is done to the blocks of a lesson beside typing: each act a value of one button.

``add:<kind>:<after>``, ``up:<block>``, ``down:<block>``, ``copy:<block>``, ``remove:<block>``,
``renew:<block>``, ``card:<block>``, ``uncard:<block>:<number>``, and with the block that is open
``insert:<passage>``, ``link:<passage>``, ``unlink:<passage>``. All on what was typed, saved or not.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import beside, blocks
from lessons.desk.lesson import kinds
from lessons.desk.lesson.posted import as_uuid
from lessons.desk.lesson.typed import Typed, TypedBlock, TypedCard, of_block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lessons.content.models import Course
    from lessons.desk.lesson.posted import Posted


class UnknownAct(Refused):
    """The button names no act, or a block that is gone."""

    code = "unknown_act"


class NoOpenBlock(Refused):
    code = "no_open_block"


@dataclass(frozen=True)
class Done:
    """What an act made of the form: what it did in words, which block is at hand, which went."""

    typed: Typed
    said: str
    block: uuid.UUID | None = None
    removed: frozenset[uuid.UUID] = frozenset()


def do(posted: Posted, course: Course) -> Done:
    """Do what the form asks. Raises ``UnknownAct`` and ``NoOpenBlock``; saving alone is no act."""
    name, _colon, rest = posted.act.partition(":")
    on_block = _ON_BLOCK.get(name)
    if name == "add":
        return _add(posted, rest)
    if name in {"insert", "link", "unlink"}:
        return _passage(name, posted, rest, course)
    if on_block is None:
        raise UnknownAct(_("This button does nothing any more. Load the page again."))
    which, _colon, more = rest.partition(":")
    return on_block(posted.typed, _place(posted.typed.blocks, as_uuid(which)), more)


def _add(posted: Posted, rest: str) -> Done:
    kind, _colon, after = rest.partition(":")
    if kind not in blocks.KINDS:
        raise UnknownAct(_("There is no such kind of block."))
    made = of_block(blocks.KINDS[kind](id=uuid.uuid4()))
    if kind == "cards":
        made = replace(made, values={**made.values, "cards": [TypedCard(0, "", "")]})
    return _inserted(posted.typed, made, as_uuid(after), _("Added: %(kind)s."))


def _inserted(typed: Typed, made: TypedBlock, after: uuid.UUID | None, said: str) -> Done:
    """With a block after another one, or at the end."""
    row = list(typed.blocks)
    at = next((n for n, one in enumerate(row, start=1) if one.id == after), len(row))
    row.insert(at, made)
    told = said % {"kind": kinds.name(made.kind.type)}
    return Done(replace(typed, blocks=tuple(row)), told, made.id)


def _up(typed: Typed, at: int, _more: str) -> Done:
    return _moved(typed, at, max(at - 1, 0), _("Moved up."))


def _down(typed: Typed, at: int, _more: str) -> Done:
    return _moved(typed, at, min(at + 1, len(typed.blocks) - 1), _("Moved down."))


def _moved(typed: Typed, at: int, to: int, said: str) -> Done:
    row = list(typed.blocks)
    one = row.pop(at)
    row.insert(to, one)
    where = _("It is block %(n)s of %(all)s now.") % {"n": to + 1, "all": len(row)}
    return Done(replace(typed, blocks=tuple(row)), f"{said} {where}", one.id)


def _copy(typed: Typed, at: int, _more: str) -> Done:
    one = typed.blocks[at]
    copied = replace(one, id=uuid.uuid4(), error="")
    return _inserted(typed, copied, one.id, _("Doubled: %(kind)s."))


def _remove(typed: Typed, at: int, _more: str) -> Done:
    row = list(typed.blocks)
    gone = row.pop(at)
    near = row[min(at, len(row) - 1)].id if row else None
    errors = {name: said for name, said in typed.errors.items() if str(gone.id) not in name}
    left = replace(typed, blocks=tuple(row), errors=errors)
    return Done(left, _("Block removed."), near, frozenset({gone.id}))


def _renew(typed: Typed, at: int, _more: str) -> Done:
    """Nothing but the form anew, as when its fields depend on one of them."""
    return Done(typed, "", typed.blocks[at].id)


def _card(typed: Typed, at: int, _more: str) -> Done:
    cards: list[TypedCard] = typed.blocks[at].values.get("cards", [])
    number = max((card.number for card in cards), default=-1) + 1
    return _with_cards(typed, at, [*cards, TypedCard(number, "", "")], _("Card added."))


def _uncard(typed: Typed, at: int, more: str) -> Done:
    cards: list[TypedCard] = typed.blocks[at].values.get("cards", [])
    kept = [card for card in cards if str(card.number) != more]
    return _with_cards(typed, at, kept, _("Card removed."))


def _with_cards(typed: Typed, at: int, cards: Sequence[TypedCard], said: str) -> Done:
    row = list(typed.blocks)
    if "cards" not in row[at].values:
        raise UnknownAct(_("This button does nothing any more. Load the page again."))
    row[at] = replace(row[at], values={**row[at].values, "cards": list(cards)})
    return Done(replace(typed, blocks=tuple(row)), said, row[at].id, frozenset({row[at].id}))


def _passage(name: str, posted: Posted, key: str, course: Course) -> Done:
    made = beside.block_of(course=course, key=key, block=uuid.uuid4())
    if made is None and name != "unlink":
        raise UnknownAct(_("This passage is not in the article any more."))
    if made is not None and name == "insert":
        return _inserted(posted.typed, of_block(made), posted.active, _("Put in: %(kind)s."))
    if posted.active is None:
        raise NoOpenBlock(_("First open the block that this passage belongs to."))
    at = _place(posted.typed.blocks, posted.active)
    row = list(posted.typed.blocks)
    others = tuple(one for one in row[at].passages if one != key)
    linked = name == "link" and len(others) < blocks.PASSAGES_MAX
    row[at] = replace(row[at], passages=(*others, key) if linked else others)
    said = _("Linked to the open block.") if linked else _("Not linked to the open block any more.")
    return Done(replace(posted.typed, blocks=tuple(row)), said, row[at].id)


def _place(row: Sequence[TypedBlock], wanted: uuid.UUID | None) -> int:
    for at, one in enumerate(row):
        if one.id == wanted:
            return at
    raise UnknownAct(_("This block is not there any more."))


_ON_BLOCK: dict[str, Callable[[Typed, int, str], Done]] = {
    "up": _up,
    "down": _down,
    "copy": _copy,
    "remove": _remove,
    "renew": _renew,
    "card": _card,
    "uncard": _uncard,
}
