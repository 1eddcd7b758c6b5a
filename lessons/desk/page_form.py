"""The form of a page of the practice's own: made from what defines its words, and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import site_texts
from lessons.content.blocks import LINE_MAX, RICH_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from lessons.content.site_texts import Words

# A box is as high as its text, within reason.
CHARACTERS_A_ROW = 75
FEWEST_ROWS = 2
MOST_ROWS = 24


class IncompleteForm(Refused):
    """A field the form has did not come back: the rest may be cut off as well."""

    code = "incomplete_form"


@dataclass(frozen=True)
class Box:
    """Where one text is written: of a field, or of a card in one."""

    name: str
    label: str
    form: str
    value: str
    hint: str = ""
    problem: str = ""
    required: bool = False
    keys: str = "text"
    fill: str = "off"
    # A line that seldom fits in one row of the screen.
    long: bool = False
    # Whether the signs of the small Markdown are told of below it.
    told: bool = True

    @property
    def rows(self) -> int:
        lines = self.value.split("\n")
        needed = sum(1 + len(line) // CHARACTERS_A_ROW for line in lines)
        return max(FEWEST_ROWS, min(MOST_ROWS, needed))

    @property
    def limit(self) -> int:
        return LINE_MAX if self.form == "line" else RICH_MAX


@dataclass(frozen=True)
class Group:
    """A field as the form shows it: one box, or several under one name."""

    label: str
    boxes: Sequence[Box]
    problem: str = ""


def of_words(words: Words) -> list[Group]:
    """The form with these words in it."""
    return groups(type(words), site_texts.as_json(words), {})


def groups(kind: type[Words], data: Mapping[str, Any], problems: Mapping[str, str]) -> list[Group]:
    """The form with what was filled in, and what is wrong with it beside each field."""
    return [
        _group(name, meta, data.get(name), problems.get(name, ""))
        for name, meta in site_texts.fields_of(kind).items()
    ]


def _group(name: str, meta: Mapping[str, Any], value: Any, problem: str) -> Group:
    label = str(meta["label"])
    if meta["form"] == "cards":
        cards = [*(value or []), *({"title": "", "body": ""} for _ in range(meta["most"]))]
        boxes = [
            Box(
                name=f"{name}-{at}-{part}",
                label=title,
                form=form,
                value=card[part],
                required=True,
                told=False,
            )
            for at, card in enumerate(cards[: meta["most"]])
            for part, form, title in (
                ("title", "line", _("Step %(n)s") % {"n": at + 1}),
                ("body", "rich", _("What it says")),
            )
        ]
        return Group(label=label, boxes=boxes, problem=problem)
    box = Box(
        name=name,
        label=label,
        form=meta["form"],
        value="\n".join(value or ()) if meta["form"] == "lines" else value or "",
        hint=str(meta["hint"]),
        problem=problem,
        required=meta["required"],
        keys=meta.get("keys", "text"),
        fill=meta.get("fill", "off"),
        long=meta.get("long", False),
    )
    return Group(label=label, boxes=[box])


def posted(kind: type[Words], data: QueryDict) -> dict[str, Any]:
    """What was filled in, as ``site_texts.from_json`` takes it. Raises ``IncompleteForm``."""
    return {name: _posted(name, meta, data) for name, meta in site_texts.fields_of(kind).items()}


def _posted(name: str, meta: Mapping[str, Any], data: QueryDict) -> object:
    if meta["form"] == "cards":
        return [
            {part: _text(data, f"{name}-{at}-{part}") for part in ("title", "body")}
            for at in range(meta["most"])
        ]
    text = _text(data, name)
    if meta["form"] == "lines":
        return [line for line in text.split("\n") if line.strip()]
    return text


def _text(data: QueryDict, name: str) -> str:
    value = data.get(name)
    if value is None:
        raise incomplete()
    # Browsers send two characters for each line's end, and count one.
    return str(value).replace("\r\n", "\n")


def number(data: QueryDict, name: str) -> int:
    """A whole number that the form carried along. Raises ``IncompleteForm``."""
    try:
        return int(data.get(name, ""))
    except ValueError:
        raise incomplete() from None


def incomplete() -> IncompleteForm:
    return IncompleteForm(
        _("The form did not arrive whole, so nothing was changed. Go back and send it again.")
    )
