"""What the practice's own pages hold: one definition for form, check, storage and page.

A page's words in one language are a frozen dataclass whose fields are declared as a block's are
(``content.blocks.fields``), each with its label and a hint for who writes. The practice's identity
is one too: it has no language, and its fields are checked.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courseapp.errors import Refused
from lessons.content import differences
from lessons.content.blocks import fields
from lessons.content.blocks.fields import CONTROL, LINE_MAX, RICH_MAX, Card, InvalidBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.utils.functional import _StrPromise

    from lessons.content.differences import Op

    Check = Callable[[str], str]

T = TypeVar("T")
IDENTITY = "identity"
STEPS = 3
# Characters around a change that are enough to see where it is.
EDGE = 160
KVK = re.compile(r"[0-9]{8}")
VAT = re.compile(r"NL[0-9]{9}B[0-9]{2}")
PHONE = re.compile(r"\+?[0-9 ()./-]{7,30}")
# E.164: at most 15 digits with the country's. No number one can write to has fewer than 7.
DIGITS = range(7, 16)


class InvalidPage(Refused):
    """``problems``: field to a sentence about it."""

    code = "invalid_page"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class _Misfit(Exception):
    """A value that is not of its field's form; the sentence says what is."""


def _named(declared: T, label: _StrPromise, hint: _StrPromise | str = "", **more: object) -> T:
    """A field of a block, with what its form says beside it."""
    field = cast("dataclasses.Field[Any]", declared)
    metadata = {**field.metadata, "label": label, "hint": hint, **more}
    return cast("T", dataclasses.field(default=field.default, metadata=metadata))


SEARCH = _("One or two sentences. Search engines show about 155 characters of them.")


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a page says in one language."""


@dataclass(frozen=True, kw_only=True)
class Home(Words):
    """The front page. What stands there about courses and articles comes from those."""

    title: str = _named(fields.line(required=True), _("Heading"))
    lead: str = _named(fields.line(required=True), _("Below the heading"), long=True)
    who: tuple[str, ...] = _named(
        fields.lines(least=1), _("Who it is for"), _("A sentence on each line.")
    )
    who_closing: str = _named(fields.rich(), _("Below “Who it is for”"))
    steps: tuple[Card, ...] = _named(
        fields.cards(least=STEPS), _("How it works, in three steps"), most=STEPS
    )
    kept: str = _named(fields.rich(required=True), _("What we keep about you"))
    search_title: str = _named(fields.line(required=True), _("Title in search results"))
    description: str = _named(
        fields.line(required=True), _("Description in search results"), SEARCH, long=True
    )


@dataclass(frozen=True, kw_only=True)
class Plain(Words):
    """A page of running text."""

    title: str = _named(fields.line(required=True), _("Heading"))
    lead: str = _named(fields.line(), _("Below the heading"), long=True)
    body: str = _named(fields.rich(required=True), _("Text"))
    description: str = _named(
        fields.line(required=True), _("Description in search results"), SEARCH, long=True
    )


def _register(value: str) -> str:
    value = re.sub(r"[\s.]", "", value)
    if not KVK.fullmatch(value):
        raise _Misfit(gettext("A KvK number has eight digits."))
    return value


def _vat(value: str) -> str:
    value = re.sub(r"[\s.]", "", value).upper()
    if not VAT.fullmatch(value):
        raise _Misfit(gettext("A Dutch VAT id looks like NL123456789B01."))
    return value


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        raise _Misfit(gettext("This is not an e-mail address.")) from None
    return value


def _phone(value: str) -> str:
    if not PHONE.fullmatch(value) or len(re.sub(r"\D", "", value)) not in DIGITS:
        raise _Misfit(gettext("A telephone number has digits, such as 020 123 4567 or +31 20 …"))
    return value


@dataclass(frozen=True, kw_only=True)
class Identity(Words):
    """Who the practice is. What is empty is not known, and is shown nowhere."""

    name: str = _named(
        fields.line(), _("Name of the practice"), _("As it is registered."), fill="organization"
    )
    address: str = _named(
        fields.line(),
        _("Visiting address"),
        _("Street, number, postcode and town, on one line."),
    )
    register: str = _named(
        fields.line(), _("KvK number"), _("Eight digits."), check=_register, keys="numeric"
    )
    vat: str = _named(fields.line(), _("VAT id"), _("Such as NL123456789B01."), check=_vat)
    email: str = _named(fields.line(), _("E-mail address"), check=_email, keys="email")
    phone: str = _named(fields.line(), _("Telephone number"), check=_phone, keys="tel")

    @property
    def tel(self) -> str:
        """The number as a link dials it (RFC 3966): digits, after a plus or not."""
        plus = "+" if self.phone.startswith("+") else ""
        return plus + re.sub(r"\D", "", self.phone.replace("(0)", ""))


KINDS: Mapping[str, type[Words]] = {
    "home": Home,
    "about": Plain,
    "contact": Plain,
    "privacy": Plain,
    "terms": Plain,
    IDENTITY: Identity,
}
# The pages people read; each has words in every language.
NAMES: Mapping[str, _StrPromise] = {
    "home": _("Home"),
    "about": _("About"),
    "contact": _("Contact and complaints"),
    "privacy": _("Privacy"),
    "terms": _("Terms"),
}


def fields_of(kind: type[Words]) -> dict[str, Mapping[str, Any]]:
    """The fields in order, each with its metadata: form, required, label, hint, …"""
    return {field.name: field.metadata for field in dataclasses.fields(kind)}


def label(kind: type[Words], name: str) -> str:
    """What a field is called."""
    return str(fields_of(kind)[name]["label"])


def as_json(words: Words) -> dict[str, Any]:
    """The stored form; ``from_json`` reads it back to equal words."""
    result: dict[str, Any] = {}
    for name in fields_of(type(words)):
        value = getattr(words, name)
        if isinstance(value, tuple):
            value = [dataclasses.asdict(it) if isinstance(it, Card) else it for it in value]
        result[name] = value
    return result


def from_json(kind: type[Words], data: object) -> Words:
    """The words that stored or received JSON holds; they may be unfinished, see ``unfinished``.

    What a page of this kind has no field for is left aside. Raises ``InvalidPage`` with a sentence
    per field.
    """
    if not isinstance(data, Mapping):
        raise InvalidPage({"": gettext("A page is an object with fields.")})
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, meta in fields_of(kind).items():
        try:
            values[name] = _read(name, data.get(name), meta)
        except InvalidBlock:
            problems[name] = _why(data.get(name), meta)
        except _Misfit as misfit:
            problems[name] = str(misfit)
    if problems:
        raise InvalidPage(problems)
    return kind(**values)


def _read(name: str, value: object, meta: Mapping[str, Any]) -> object:
    found = fields.read(name, value, meta)
    most: int | None = meta.get("most")
    if most is not None and isinstance(found, tuple) and len(found) > most:
        raise InvalidBlock(f"The field {name!r} holds at most {most} entries.")
    check: Check | None = meta.get("check")
    return check(str(found)) if check and found else found


def _why(value: object, meta: Mapping[str, Any]) -> str:
    """A sentence about a value that was not taken, for who wrote it."""
    texts = list(_strings(value))
    limit = LINE_MAX if meta["form"] in {"line", "lines"} else RICH_MAX
    if any(CONTROL.search(text) for text in texts):
        return gettext("There are characters in it that cannot be shown.")
    if any(row.startswith(":::") for text in texts for row in text.split("\n")):
        return gettext("A line cannot begin with “:::”.")
    if any(len(text) > limit for text in texts):
        return gettext("This is too long: at most %(n)s characters fit.") % {"n": limit}
    return gettext("This does not fit. Is it much too long?")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def unfinished(words: Words) -> tuple[str, ...]:
    """The labels of what readers need and is empty, in order."""
    return tuple(
        str(meta["label"])
        for name, meta in fields_of(type(words)).items()
        if not _is_filled(getattr(words, name), meta)
    )


def _is_filled(value: object, meta: Mapping[str, Any]) -> bool:
    if meta["form"] in {"lines", "cards"}:
        items = cast("tuple[str | Card, ...]", value)
        whole = [it.title and it.body if isinstance(it, Card) else it for it in items]
        return len(items) >= meta["least"] and all(whole)
    return bool(value) or not meta["required"]


def plain(value: object) -> str:
    """A field's value as text, to compare and to fill a box with: an entry a line."""
    if isinstance(value, tuple):
        return "\n".join(f"{it.title}\n{it.body}" if isinstance(it, Card) else it for it in value)
    return str(value)


@dataclass(frozen=True)
class Change:
    """A field that says something else now: its label, and the difference by word."""

    label: str
    pieces: Sequence[tuple[Op, str]]

    @property
    def short(self) -> list[tuple[Op, str]]:
        """The same, with only the edges of long stretches that stayed as they were."""
        return [(op, _edges(text) if op == "equal" else text) for op, text in self.pieces]


def _edges(text: str) -> str:
    if len(text) <= 3 * EDGE:
        return text
    start, end = text[:EDGE].rsplit(None, 1)[0], text[-EDGE:].split(None, 1)[-1]
    return f"{start} […] {end}"


def changes(old: Words, new: Words) -> list[Change]:
    """What differs between two wordings of a page, field by field."""
    return [
        Change(
            label=str(meta["label"]),
            pieces=differences.diff(plain(getattr(old, name)), plain(getattr(new, name))),
        )
        for name, meta in fields_of(type(new)).items()
        if getattr(old, name) != getattr(new, name)
    ]
