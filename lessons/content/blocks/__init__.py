"""The blocks a lesson is made of: one typed definition per kind.

A block is stored as JSON: ``{"id": uuid, "type": kind, "passages": [key, …], **fields}``. Each kind
is a frozen dataclass here; its fields say, through their metadata, what a form, the API, a page and
a Markdown file need to know. Rich text is a small Markdown (paragraphs, lists, emphasis, links):
one canonical form that a person can read in a file and compare in a diff.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.utils.translation import gettext as _

from lessons.content import embeds
from lessons.content.blocks import fields
from lessons.content.blocks.fields import (
    CONTROL,
    LINE_MAX,
    LIST_MAX,
    RICH_MAX,
    Card,
    InvalidBlock,
    cards,
    choice,
    flag,
    line,
    lines,
    number,
    rich,
    short,
    tidy,
)

__all__ = [
    "BLOCKS_MAX", "CONTROL", "KEY", "KINDS", "LINE_MAX", "LIST_MAX", "PASSAGES_MAX", "RICH_MAX",
    "Block", "Callout", "Card", "Cards", "Exercise", "InvalidBlock", "Media", "Offer", "Quote",
    "Reflection", "SelfCheck", "Story", "Text", "fields_of", "from_json", "many_as_json",
    "many_from_json", "text_of", "tidy", "unfinished",
]  # fmt: skip
BLOCKS_MAX = 60
PASSAGES_MAX = 200
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class Block:
    """What every block has: its own identity, and the passages of an article it derives from."""

    type: ClassVar[str]
    id: uuid.UUID
    passages: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The stored form; ``from_json`` reads it back to an equal block."""
        fields = {name: _plain(getattr(self, name)) for name in fields_of(type(self))}
        return {
            "id": str(self.id),
            "type": self.type,
            "passages": list(self.passages),
            **fields,
        }


@dataclass(frozen=True, kw_only=True)
class Text(Block):
    """Running text."""

    type = "text"
    body: str = rich(required=True)


@dataclass(frozen=True, kw_only=True)
class Quote(Block):
    """A sentence set apart, with its speaker if it has one."""

    type = "quote"
    source: str = line()
    body: str = rich(required=True)


@dataclass(frozen=True, kw_only=True)
class Cards(Block):
    """A few notions side by side, each with a name."""

    type = "cards"
    title: str = line()
    cards: tuple[Card, ...] = cards(least=1)
    body: str = rich()


@dataclass(frozen=True, kw_only=True)
class Story(Block):
    """An example of one person; an invented one says so on the page."""

    type = "story"
    title: str = line()
    invented: bool = flag(default=True)
    body: str = rich(required=True)


@dataclass(frozen=True, kw_only=True)
class SelfCheck(Block):
    """Statements to recognise oneself in: counted in the reader's words, never scored."""

    type = "selfcheck"
    title: str = line(required=True)
    statements: tuple[str, ...] = lines(least=2)
    closing: str = rich()
    body: str = rich()


@dataclass(frozen=True, kw_only=True)
class Reflection(Block):
    """A question to think or write about, with an example already filled in.

    One with ``in_mind`` must stay unwritten, on paper too: whoever finds it might do harm.
    """

    type = "reflection"
    title: str = line()
    prompt: str = line(required=True)
    in_mind: bool = flag(default=False)
    example: str = rich()
    body: str = rich()


@dataclass(frozen=True, kw_only=True)
class Exercise(Block):
    """Something to do, in steps, within ``minutes``.

    With a name in ``sheet`` it can be printed as a sheet of its own, with room under each step.
    """

    type = "exercise"
    title: str = line(required=True)
    sheet: str = line()
    minutes: int = number()
    steps: tuple[str, ...] = lines()
    example: str = rich()
    body: str = rich()


@dataclass(frozen=True, kw_only=True)
class Media(Block):
    """A picture, sound or film, with words for who cannot see or hear it.

    ``src`` is the address of a file of our own (``/media/…``); of an ``embed``, which loads nothing
    before the reader asks for it, the page at the site that has the film.
    """

    type = "media"
    kind: str = choice("image", "audio", "video", "embed")
    src: str = line(required=True)
    alt: str = line(required=True)
    caption: str = line()
    body: str = rich()

    @property
    def leads_somewhere(self) -> bool:
        """Whether there is something at its address that a page may show.

        That is a film at a site we know, or a file of our own: no page asks any other host.
        """
        if self.kind == "embed":
            return embeds.embed_of(self.src) is not None
        return self.src.startswith("/") and not self.src.startswith("//")


@dataclass(frozen=True, kw_only=True)
class Callout(Block):
    """A short aside: a note, a word of care, or an earlier idea asked back."""

    type = "callout"
    tone: str = choice("note", "care", "recall")
    title: str = line()
    body: str = rich(required=True)


@dataclass(frozen=True, kw_only=True)
class Offer(Block):
    """Where to go on, without hurry: a course by its slug."""

    type = "offer"
    title: str = line(required=True)
    course: str = line()
    label: str = line()
    body: str = rich(required=True)


KINDS: Mapping[str, type[Block]] = {
    kind.type: kind
    for kind in (
        Text, Quote, Cards, Story, SelfCheck, Reflection, Exercise, Media, Callout, Offer,
    )
}  # fmt: skip


def fields_of(kind: type[Block]) -> dict[str, Mapping[str, Any]]:
    """The fields of a kind's own, in order, each with its metadata (``form``, ``required``, …)."""
    return {
        field.name: field.metadata
        for field in dataclasses.fields(kind)
        if field.name not in {"id", "passages"}
    }


def from_json(data: object) -> Block:
    """The block that a stored or received JSON object describes.

    It may be unfinished, as while somebody is writing it: what is empty, ``unfinished`` names.
    Text is tidied (line ends, outer blank space) and otherwise kept as it is.
    Raises ``InvalidBlock`` with a sentence for the person who wrote it.
    """
    if not isinstance(data, Mapping):
        raise InvalidBlock(_("A block is an object with a type."))
    kind = KINDS.get(str(data.get("type")))
    if kind is None:
        known = ", ".join(KINDS)
        raise InvalidBlock(
            _("Unknown block type %(type)s. Known are: %(known)s.")
            % {"type": short(data.get("type")), "known": known}
        )
    forms = fields_of(kind)
    unknown = sorted(str(name) for name in set(data) - set(forms) - {"id", "type", "passages"})
    if unknown:
        raise InvalidBlock(
            _("A block of type “%(type)s” has no field %(field)s.")
            % {"type": kind.type, "field": short(unknown[0])}
        )
    values = {name: fields.read(name, data.get(name), meta) for name, meta in forms.items()}
    return kind(id=_read_id(data.get("id")), passages=_read_passages(data), **values)


def many_from_json(data: object) -> tuple[Block, ...]:
    """A lesson's blocks; no two may share an id."""
    if not isinstance(data, list):
        raise InvalidBlock(_("The blocks of a lesson are a list."))
    if len(data) > BLOCKS_MAX:
        raise InvalidBlock(_("A lesson holds at most %(limit)s blocks.") % {"limit": BLOCKS_MAX})
    blocks = tuple(from_json(item) for item in data)
    if len({block.id for block in blocks}) != len(blocks):
        raise InvalidBlock(_("Two blocks of this lesson have the same id."))
    return blocks


def unfinished(block: Block) -> tuple[str, ...]:
    """The fields that readers need and that are empty, or lists that are too short, in order."""
    return tuple(
        name
        for name, meta in fields_of(type(block)).items()
        if not _is_filled(getattr(block, name), meta)
        or (name == "src" and isinstance(block, Media) and not block.leads_somewhere)
    )


def _is_filled(value: object, meta: Mapping[str, Any]) -> bool:
    if meta["form"] in {"lines", "cards"}:
        items = cast("tuple[str | Card, ...]", value)
        return len(items) >= meta.get("least", 0) and all(map(_is_whole, items))
    return bool(value) or not meta["required"]


def _is_whole(item: str | Card) -> bool:
    return bool(item.title and item.body) if isinstance(item, Card) else bool(item)


def many_as_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """The stored form of a lesson's blocks."""
    return [block.as_json() for block in blocks]


def text_of(block: Block) -> str:
    """All words of a block that a reader sees, one field per line."""
    parts: list[str] = []
    for name, meta in fields_of(type(block)).items():
        value = getattr(block, name)
        if meta["form"] in {"line", "rich"} and name not in {"src", "course"}:
            parts.append(value)
        elif meta["form"] == "lines":
            parts.extend(value)
        elif meta["form"] == "cards":
            parts.extend(part for card in value for part in (card.title, card.body))
    return "\n".join(part for part in parts if part)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dataclasses.asdict(value) if isinstance(value, Card) else value


def _read_id(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise InvalidBlock(
            _("A block's id is a UUID, not %(value)s.") % {"value": short(value)}
        ) from None


def _read_passages(data: Mapping[str, Any]) -> tuple[str, ...]:
    value = data.get("passages") or []
    if not isinstance(value, list) or len(value) > PASSAGES_MAX:
        raise InvalidBlock(
            _("A block names its passages in a list of at most %(limit)s keys.")
            % {"limit": PASSAGES_MAX}
        )
    for key in value:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise InvalidBlock(_("%(key)s is not the key of a passage.") % {"key": short(key)})
    return tuple(dict.fromkeys(value))
