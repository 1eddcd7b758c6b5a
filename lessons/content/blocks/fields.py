"""The fields a block is made of: how each is declared, and how it is read from JSON."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from courseapp.errors import Refused

Form = Literal["line", "rich", "lines", "cards", "choice", "flag", "number"]
RICH_MAX = 20_000
LINE_MAX = 300
LIST_MAX = 40
# What a person calls a field whose name they would have to read otherwise.
LABELS = {
    "alt": pgettext_lazy("field", "alt"),
    "body": pgettext_lazy("field", "body"),
    "caption": pgettext_lazy("field", "caption"),
    "cards": pgettext_lazy("field", "cards"),
    "closing": pgettext_lazy("field", "closing"),
    "course": pgettext_lazy("field", "course"),
    "example": pgettext_lazy("field", "example"),
    "in_mind": pgettext_lazy("field", "in mind"),
    "invented": pgettext_lazy("field", "invented"),
    "kind": pgettext_lazy("field", "kind"),
    "label": pgettext_lazy("field", "label"),
    "lead": pgettext_lazy("field", "lead"),
    "minutes": pgettext_lazy("field", "minutes"),
    "prompt": pgettext_lazy("field", "prompt"),
    "sheet": pgettext_lazy("field", "sheet"),
    "source": pgettext_lazy("field", "source"),
    "src": pgettext_lazy("field", "src"),
    "statements": pgettext_lazy("field", "statements"),
    "steps": pgettext_lazy("field", "steps"),
    "text": pgettext_lazy("field", "text"),
    "title": pgettext_lazy("field", "title"),
    "tone": pgettext_lazy("field", "tone"),
}
# What JSON and Markdown both carry, but no page and no database column of ours should hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


class InvalidBlock(Refused):
    """A block that cannot be stored; ``where`` names the block and the field."""

    code = "invalid_block"


@dataclass(frozen=True)
class Card:
    title: str
    body: str


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
    """Yes or no; ``default`` where nobody said."""
    return cast("bool", _field("flag", required=False, default=default, unsaid=default))


def number() -> int:
    """A whole number from 0 to 600; 0 says "not given"."""
    return cast("int", _field("number", required=False, default=0))


def read(name: str, value: object, meta: Mapping[str, Any]) -> object:
    read = {
        "line": _read_line,
        "rich": _read_rich,
        "lines": _read_lines,
        "cards": _read_cards,
        "choice": _read_choice,
        "flag": _read_flag,
        "number": _read_number,
    }[meta["form"]]
    return read(name, value, meta)


def tidy(value: object, *, name: str, limit: int) -> str:
    """Text as we keep it: Unix line ends, no outer blank space, no control characters."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _amiss(_("The field “%(field)s” is text."), name)
    if len(value) > limit:
        raise _amiss(
            _("The field “%(field)s” holds at most %(limit)s characters."), name, limit=limit
        )
    if CONTROL.search(value):
        raise _amiss(_("The field “%(field)s” holds characters that cannot be shown."), name)
    return "\n".join(row.rstrip() for row in value.replace("\r\n", "\n").split("\n")).strip()


def _read_line(name: str, value: object, _meta: Mapping[str, Any]) -> str:
    return " ".join(tidy(value, name=name, limit=LINE_MAX).split())


def _read_rich(name: str, value: object, _meta: Mapping[str, Any]) -> str:
    text = tidy(value, name=name, limit=RICH_MAX)
    if any(row.startswith(":::") for row in text.split("\n")):
        raise _amiss(
            _("A line of the field “%(field)s” starts with “:::”, which marks blocks in files."),
            name,
        )
    return text


def _read_lines(name: str, value: object, meta: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_read_line(name, item, meta) for item in _read_list(name, value))


def _read_cards(name: str, value: object, meta: Mapping[str, Any]) -> tuple[Card, ...]:
    result = []
    for item in _read_list(name, value):
        if not isinstance(item, Mapping) or set(item) != {"title", "body"}:
            raise InvalidBlock(_("A card has a title and a body."))
        card = Card(
            title=_read_line("title", item["title"], meta),
            body=_read_rich("body", item["body"], meta),
        )
        result.append(card)
    return tuple(result)


def _read_list(name: str, value: object) -> list[Any]:
    items = [] if value is None else value
    if not isinstance(items, list | tuple) or len(items) > LIST_MAX:
        raise _amiss(
            _("The field “%(field)s” is a list of at most %(limit)s entries."), name, limit=LIST_MAX
        )
    return list(items)


def _read_choice(name: str, value: object, meta: Mapping[str, Any]) -> str:
    options: tuple[str, ...] = meta["options"]
    if value is None:
        return options[0]
    if value not in options:
        known = ", ".join(options)
        raise _amiss(_("The field “%(field)s” is one of: %(known)s."), name, known=known)
    return str(value)


def _read_flag(name: str, value: object, meta: Mapping[str, Any]) -> bool:
    if value is None:
        return bool(meta["unsaid"])
    if not isinstance(value, bool):
        raise _amiss(_("The field “%(field)s” is true or false."), name)
    return value


def _read_number(name: str, value: object, _meta: Mapping[str, Any]) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 600:  # noqa: PLR2004
        raise _amiss(_("The field “%(field)s” is a whole number from 0 to 600."), name)
    return value


def _amiss(sentence: str, name: str, **values: object) -> InvalidBlock:
    """A refusal about one field, called as people call it."""
    return InvalidBlock(sentence % {"field": LABELS.get(name, name), **values})


def short(value: object) -> str:
    return repr(value if len(str(value)) <= 40 else f"{str(value)[:40]}…")  # noqa: PLR2004
