"""What the form of a lesson sends, as typed; nothing a browser can send makes this fail.

``order`` names the blocks in order; ``b.<id>.type``, ``b.<id>.passages`` and ``b.<id>.<field>``
belong to one of them. A rich field comes as the small Markdown, or as HTML under ``….html`` once
its editor was opened. Cards are numbered: ``b.<id>.cards.<n>.title``.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lessons.content import block_homes, blocks, richtext
from lessons.content.blocks import CONTROL
from lessons.desk.lesson.typed import Typed, TypedBlock, TypedCard, of_block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from lessons.content.blocks import Block
    from lessons.content.editing import State
    from lessons.content.models import Lesson

VERSION_MAX = 2**31 - 1
CARD = re.compile(r"cards\.(\d{1,4})\.title")


@dataclass(frozen=True)
class Posted:
    """A sent form: on which version it was written, what was typed, and the act asked for."""

    version: int
    typed: Typed
    act: str
    active: uuid.UUID | None


def read(data: QueryDict, lesson: Lesson, before: State) -> Posted:
    """Read a form that was sent for this lesson, which reads ``before`` now.

    A block that is another lesson's, or is named twice, becomes one of its own, and says so. One
    that a form which was cut off lost stays where it is.
    """
    version = _version(data.get("version", ""))
    return Posted(
        version=version,
        typed=Typed(
            title=_text(data, "title"),
            lead=_text(data, "lead"),
            minutes=_text(data, "minutes"),
            required=data.get("required") != "0",
            open_to_all=bool(data.get("open_to_all")),
            **_blocks(data, lesson, before, whole=version == lesson.version),
        ),
        act=data.get("act", ""),
        active=as_uuid(data.get("active", "")),
    )


def as_uuid(text: str) -> uuid.UUID | None:
    """The identity in a text, None when there is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _version(text: str) -> int:
    """The version in the form; 0, which no lesson has, when it does not say."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(2**31)) else 0
    return number if number <= VERSION_MAX else 0


def _text(data: QueryDict, name: str, at: int = -1) -> str:
    """A field's text; of those sent under one name the one ``at``, else the last."""
    values = data.getlist(name)
    if not values:
        return ""
    text: str = values[at if -1 <= at < len(values) else -1]
    return text.replace("\r\n", "\n")


def _blocks(data: QueryDict, lesson: Lesson, before: State, *, whole: bool) -> dict[str, Any]:
    old = {block.id: block for block in before.blocks}
    order = [(as_uuid(name), name) for name in data.getlist("order")]
    fresh = {one for one, _name in order if one and one not in old}
    elsewhere = block_homes.held_elsewhere(lesson=lesson.pk, ids=fresh)
    found: list[TypedBlock] = []
    errors: dict[str, str] = {}
    times: dict[uuid.UUID, int] = {}
    for identity, name in order:
        kind = blocks.KINDS.get(_text(data, f"b.{name}.type"))
        if identity is None or (kind is None and f"b.{name}.type" not in data):
            errors[""] = _unknown()
            continue
        if kind is None:
            found.append(_as_text(data, name, identity))
            continue
        at = times[identity] = times.get(identity, -1) + 1
        one = _Sent(data, name, at, kind, old.get(identity)).block(identity)
        if at or identity in elsewhere:
            said = _twice() if at else _foreign()
            one = TypedBlock(uuid.uuid4(), one.kind, one.values, one.passages, said)
        found.append(one)
    if whole:
        _put_back(found, before)
    return {"blocks": tuple(found), "errors": errors}


def _put_back(found: list[TypedBlock], before: State) -> None:
    """Blocks only go by their button: one that was not sent at all stays after what it followed."""
    there = {one.id for one in found}
    for at, block in enumerate(before.blocks):
        if block.id not in there:
            ahead = {one.id for one in before.blocks[:at]}
            places = [place for place, one in enumerate(found, start=1) if one.id in ahead]
            found.insert(max(places, default=0), of_block(block))


def _as_text(data: QueryDict, name: str, identity: uuid.UUID) -> TypedBlock:
    """What was typed in a block of a kind that does not exist, as running text."""
    start = f"b.{name}."
    fields = [one for one in data if one.startswith(start)]
    texts = [_text(data, one) for one in fields if one[len(start) :] not in {"type", "passages"}]
    said = _("There is no such kind of block. What was in it stands here as text; save again.")
    body = "\n\n".join(filter(None, texts))
    return TypedBlock(identity, blocks.Text, {"body": body}, (), said)


def _unknown() -> str:
    return _("The order named a block that is not there. Look whether all is well and save again.")


def _twice() -> str:
    return _("This block came in twice. Here is the second one; save again to keep both.")


def _foreign() -> str:
    return _("This block belongs to another lesson. Save again to keep it here as one of its own.")


@dataclass(frozen=True)
class _Sent:
    """The fields of one block in what was sent; ``at`` counts those that came under one name."""

    data: QueryDict
    name: str
    at: int
    kind: type[Block]
    old: Block | None

    def block(self, identity: uuid.UUID) -> TypedBlock:
        values = {name: self._value(name, meta) for name, meta in self._forms().items()}
        return TypedBlock(identity, self.kind, values, self._passages())

    def _forms(self) -> Mapping[str, Mapping[str, Any]]:
        return blocks.fields_of(self.kind)

    def _value(self, name: str, meta: Mapping[str, Any]) -> Any:
        form = meta["form"]
        if form == "flag":
            return bool(self._get(name))
        if form == "cards":
            return self._cards()
        if form == "rich":
            return self._rich(name, getattr(self.old, name, ""))
        if form == "choice" and f"b.{self.name}.{name}" not in self.data:
            return meta["options"][0]
        return self._get(name)

    def _get(self, name: str) -> str:
        return _text(self.data, f"b.{self.name}.{name}", self.at)

    def _rich(self, name: str, was: object) -> str:
        html = f"b.{self.name}.{name}.html"
        if html in self.data:
            text = _text(self.data, html, self.at)
            return richtext.edited(text, was if isinstance(was, str) else "")
        return self._get(name)

    def _cards(self) -> list[TypedCard]:
        start = f"b.{self.name}."
        numbers = [
            int(found[1])
            for name in self.data
            if name.startswith(start) and (found := CARD.fullmatch(name, len(start)))
        ]
        old = getattr(self.old, "cards", ())
        return [
            TypedCard(
                number,
                self._get(f"cards.{number}.title"),
                self._rich(f"cards.{number}.body", old[number].body if number < len(old) else ""),
            )
            for number in sorted(set(numbers))
        ]

    def _passages(self) -> tuple[str, ...]:
        keys = self._get("passages").split()
        known = [key for key in dict.fromkeys(keys) if blocks.KEY.fullmatch(key)]
        return tuple(known[: blocks.PASSAGES_MAX])


def shown(text: str) -> str:
    """A typed text without what no page can hold."""
    return CONTROL.sub("", text)
