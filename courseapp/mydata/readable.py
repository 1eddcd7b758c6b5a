"""An export as people read it: titles, lines, and moments on their own clock."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from courseapp.mydata import words
from payments.templatetags.money import money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Shorter is no moment: a day alone, a time of day.
MOMENT = len("2026-11-26T20:15:00")


@dataclass(frozen=True)
class Line:
    """One thing that is kept, and what it is called."""

    label: str
    text: str


@dataclass
class Part:
    """What belongs together, with the parts of it; ``is_empty``: nothing of it is kept."""

    title: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.parts


def parts_of(told: Mapping[str, Any]) -> list[Part]:
    """The parts of an export, in its order, in the active language and time zone."""
    return [_part(words.label(key), value) for key, value in told.items()]


def _part(title: str, value: Mapping[str, Any]) -> Part:
    part = Part(title)
    for key, inner in value.items():
        _add(part, key, inner)
    return part


def _add(part: Part, key: str, value: Any) -> None:
    if key in words.AS_IT_IS:
        part.lines.append(Line(words.label(key), json.dumps(value, ensure_ascii=False, indent=1)))
    elif isinstance(value, dict):
        part.parts.append(_part(words.label(key), value))
    elif isinstance(value, list) and value:
        part.parts.append(_listed(key, value))
    else:
        part.lines.append(Line(words.label(key), _text(key, value)))


def _listed(key: str, values: Sequence[Any]) -> Part:
    """One part for each, numbered; plain values become lines."""
    title = words.label(key)
    part = Part(title)
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            part.parts.append(_part(f"{title} {number}", value))
        else:
            part.lines.append(Line(str(number), _text(key, value)))
    return part


def _text(key: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return money(value) if key in words.CENTS else str(value)
    return _moment(str(value)) or words.value(key, str(value))


def _moment(value: str) -> str:
    """A moment as people write it; empty for anything else."""
    if len(value) < MOMENT or value[10:11] != "T":
        return ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return formats.date_format(timezone.localtime(moment), "j F Y, H:i") if moment.tzinfo else ""
