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
from typing import Any, ClassVar, Literal, cast

from courseapp.errors import Refused

Form = Literal["line", "rich", "lines", "cards", "choice", "flag", "number"]
RICH_MAX = 20_000
LINE_MAX = 300
LIST_MAX = 40
BLOCKS_MAX = 60
PASSAGES_MAX = 200
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
# What JSON and Markdown both carry, but no page and no database column of ours should hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


class InvalidBlock(Refused):
    """A block that cannot be stored; ``where`` names the block and the field."""

    code = "invalid_block"


def _field(form: Form, *, required: bool, default: object, **more: object) -> Any:
    return dataclasses.field(default=default, metadata={"form": form, "required": required, **more})


def line(*, required: bool = False) -> str:
    """One line of plain text."""
    return cast("str", _field("line", required=required, default=""))


def rich(*, required: bool = False) -> str:
    """Paragraphs in the small Markdown."""
    return cast("str", _field("rich", required=required, default=""))


def lines(*, least: int = 0) -> tuple[str, ...]:
    """A list of lines of plain text, at least ``least`` of them."""
    return cast("tuple[str, ...]", _field("lines", required=least > 0, default=(), least=least))


def cards(*, least: int = 0) -> tuple[Card, ...]:
    """A list of cards, at least ``least`` of them."""
    return cast("tuple[Card, ...]", _field("cards", required=least > 0, default=(), least=least))


def choice(*options: str) -> str:
    """One of a few words; the first is the default."""
    return cast("str", _field("choice", required=True, default=options[0], options=options))


def flag(*, default: bool) -> bool:
    """Yes or no."""
    return cast("bool", _field("flag", required=False, default=default))


def number() -> int:
    """A whole number from 0 to 600; 0 says "not given"."""
    return cast("int", _field("number", required=False, default=0))


@dataclass(frozen=True)
class Card:
    title: str
    body: str


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
    """A question to think or write about, with an example already filled in."""

    type = "reflection"
    title: str = line()
    prompt: str = line(required=True)
    example: str = rich()
    body: str = rich()


@dataclass(frozen=True, kw_only=True)
class Exercise(Block):
    """Something to do, in steps, within ``minutes``."""

    type = "exercise"
    title: str = line(required=True)
    minutes: int = number()
    steps: tuple[str, ...] = lines()
    example: str = rich()
    body: str = rich()


@dataclass(frozen=True, kw_only=True)
class Media(Block):
    """A picture, sound or film of our own, with words for who cannot see or hear it."""

    type = "media"
    kind: str = choice("image", "audio", "video")
    src: str = line(required=True)
    alt: str = line(required=True)
    caption: str = line()
    body: str = rich()


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

    Text is tidied (line ends, outer blank space) and otherwise kept as it is.
    Raises ``InvalidBlock`` with a sentence for the person who wrote it.
    """
    if not isinstance(data, Mapping):
        raise InvalidBlock("A block is an object with a type.")
    kind = KINDS.get(str(data.get("type")))
    if kind is None:
        known = ", ".join(KINDS)
        raise InvalidBlock(f"Unknown block type {_short(data.get('type'))}. Known are: {known}.")
    forms = fields_of(kind)
    unknown = sorted(str(name) for name in set(data) - set(forms) - {"id", "type", "passages"})
    if unknown:
        raise InvalidBlock(f"A {kind.type} block has no field {_short(unknown[0])}.")
    fields = {name: _read(name, data.get(name), meta) for name, meta in forms.items()}
    return kind(id=_read_id(data.get("id")), passages=_read_passages(data), **fields)


def many_from_json(data: object) -> tuple[Block, ...]:
    """A lesson's blocks; no two may share an id."""
    if not isinstance(data, list):
        raise InvalidBlock("The blocks of a lesson are a list.")
    if len(data) > BLOCKS_MAX:
        raise InvalidBlock(f"A lesson holds at most {BLOCKS_MAX} blocks.")
    blocks = tuple(from_json(item) for item in data)
    if len({block.id for block in blocks}) != len(blocks):
        raise InvalidBlock("Two blocks of this lesson have the same id.")
    return blocks


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


def _short(value: object) -> str:
    return repr(value if len(str(value)) <= 40 else f"{str(value)[:40]}…")  # noqa: PLR2004


def _read_id(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise InvalidBlock(f"A block's id is a UUID, not {_short(value)}.") from None


def _read_passages(data: Mapping[str, Any]) -> tuple[str, ...]:
    value = data.get("passages") or []
    if not isinstance(value, list) or len(value) > PASSAGES_MAX:
        raise InvalidBlock(f"A block names its passages in a list of at most {PASSAGES_MAX} keys.")
    for key in value:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise InvalidBlock(f"{_short(key)} is not the key of a passage.")
    return tuple(dict.fromkeys(value))


def _read(name: str, value: object, meta: Mapping[str, Any]) -> object:
    read = {
        "line": _read_line,
        "rich": _read_rich,
        "lines": _read_lines,
        "cards": _read_cards,
        "choice": _read_choice,
        "flag": _read_flag,
        "number": _read_number,
    }[meta["form"]]
    result = read(name, value, meta)
    if meta["required"] and not result:
        raise InvalidBlock(f"The field {name!r} is empty.")
    return result


def tidy(value: object, *, name: str, limit: int) -> str:
    """Text as we keep it: Unix line ends, no outer blank space, no control characters."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidBlock(f"The field {name!r} is text.")
    if len(value) > limit:
        raise InvalidBlock(f"The field {name!r} holds at most {limit} characters.")
    if CONTROL.search(value):
        raise InvalidBlock(f"The field {name!r} holds characters that cannot be shown.")
    return "\n".join(row.rstrip() for row in value.replace("\r\n", "\n").split("\n")).strip()


def _read_line(name: str, value: object, _meta: Mapping[str, Any]) -> str:
    return " ".join(tidy(value, name=name, limit=LINE_MAX).split())


def _read_rich(name: str, value: object, _meta: Mapping[str, Any]) -> str:
    text = tidy(value, name=name, limit=RICH_MAX)
    if any(row.startswith(":::") for row in text.split("\n")):
        raise InvalidBlock(f"A line of {name!r} starts with ':::', which marks blocks in files.")
    return text


def _read_lines(name: str, value: object, meta: Mapping[str, Any]) -> tuple[str, ...]:
    items = _read_list(name, value, meta)
    result = tuple(_read_line(name, item, meta) for item in items)
    if not all(result):
        raise InvalidBlock(f"An entry of {name!r} is empty.")
    return result


def _read_cards(name: str, value: object, meta: Mapping[str, Any]) -> tuple[Card, ...]:
    result = []
    for item in _read_list(name, value, meta):
        if not isinstance(item, Mapping) or set(item) != {"title", "body"}:
            raise InvalidBlock("A card has a title and a body.")
        card = Card(
            title=_read_line("title", item["title"], meta),
            body=_read_rich("body", item["body"], meta),
        )
        if not card.title or not card.body:
            raise InvalidBlock("A card has a title and a body, neither of them empty.")
        result.append(card)
    return tuple(result)


def _read_list(name: str, value: object, meta: Mapping[str, Any]) -> list[Any]:
    items = [] if value is None else value
    if not isinstance(items, list | tuple) or len(items) > LIST_MAX:
        raise InvalidBlock(f"The field {name!r} is a list of at most {LIST_MAX} entries.")
    if len(items) < meta.get("least", 0):
        raise InvalidBlock(f"The field {name!r} needs at least {meta['least']} entries.")
    return list(items)


def _read_choice(name: str, value: object, meta: Mapping[str, Any]) -> str:
    options: tuple[str, ...] = meta["options"]
    if value is None:
        return options[0]
    if value not in options:
        raise InvalidBlock(f"The field {name!r} is one of: {', '.join(options)}.")
    return str(value)


def _read_flag(name: str, value: object, _meta: Mapping[str, Any]) -> bool:
    if value is None:
        return bool(_meta.get("default", True))
    if not isinstance(value, bool):
        raise InvalidBlock(f"The field {name!r} is true or false.")
    return value


def _read_number(name: str, value: object, _meta: Mapping[str, Any]) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 600:  # noqa: PLR2004
        raise InvalidBlock(f"The field {name!r} is a whole number from 0 to 600.")
    return value
