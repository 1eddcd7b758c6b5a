"""The catalogues of translated sentences: collected from code and templates, kept, compiled.

All of it in pure Python (Babel), so that no machine needs gettext's tools. Sentences are written in
English where they stand; `nl` holds the Dutch, `en` says the same as the code unless it says more.
"""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Message

LANGUAGES = ("nl", "en")
CODE = ("courseapp", "lessons", "payments")
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]")
# Header lines about who, when and with what: empty, or different after every change.
EMPTY_HEADERS = tuple(
    f'"{name}'
    for name in ("Project-Id", "Report-Msgid", "POT-", "PO-Rev", "Last-", "Language-Team", "Gener")
)


def file_of(language: str) -> Path:
    """Where a language's catalogue is kept."""
    return settings.BASE_DIR / "courseapp" / "locale" / language / "LC_MESSAGES" / "django.po"


def collect() -> Catalog:
    """Every sentence that code and templates mark for translation."""
    found = Catalog()
    for source in _sources():
        for _line, message, comments, context in extract(
            "python", source, keywords=KEYWORDS, comment_tags=["Translators:"]
        ):
            found.add(message, auto_comments=comments, context=context)
    return found


def _sources() -> Iterator[io.BytesIO]:
    """Python files as they are, templates as the Python-like text that Django makes of them."""
    base: Path = settings.BASE_DIR
    for folder in CODE:
        for file in sorted((base / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                yield io.BytesIO(file.read_bytes())
    for file in sorted(
        [*(base / "templates").rglob("*.html"), *(base / "templates").rglob("*.txt")]
    ):
        like_python = templatize(file.read_text(encoding="utf-8"), origin=str(file))
        # Blank space at a line's start means something in Python, and nothing in a template.
        yield io.BytesIO("\n".join(map(str.lstrip, like_python.split("\n"))).encode())


def read(language: str) -> Catalog:
    """A language's catalogue as it is kept; empty when there is none yet."""
    file = file_of(language)
    if not file.is_file():
        return Catalog(locale=language)
    with file.open("rb") as handle:
        return read_po(handle, locale=language, domain="django")


def update(language: str) -> int:
    """Bring a catalogue's sentences up to date; return how many still lack a translation.

    Sentences that are gone are dropped. English translates itself.
    """
    catalogue = read(language)
    catalogue.update(collect(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if language == "en":
        for message in missing(catalogue):
            message.string = message.id
    catalogue.fuzzy = False
    _write(catalogue, file_of(language))
    return len(missing(catalogue))


def _write(catalogue: Catalog, target: Path) -> None:
    """Without the header lines that would say nothing: who, when, which tool."""
    draft = io.BytesIO()
    write_po(draft, catalogue, width=100, no_location=True, sort_output=True)
    head, blank, sentences = draft.getvalue().decode().partition("\n\n")
    rows = [row for row in head.split("\n") if not row.startswith(("#", *EMPTY_HEADERS))]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(rows) + blank + sentences, encoding="utf-8")


def missing(catalogue: Catalog) -> list[Message]:
    """The sentences without a translation, in a plural without any one form, or with a guess."""
    return [each for each in catalogue if each.id and (each.fuzzy or not _is_complete(each))]


def _is_complete(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


def mismatched(catalogue: Catalog) -> list[Message]:
    """The sentences whose translation fills in other values than the sentence itself."""
    return [each for each in catalogue if each.id and not _placeholders_agree(each)]


def _placeholders_agree(message: Message) -> bool:
    """In a plural each form may leave the number out ("one day"), and may add nothing."""
    if not isinstance(message.id, tuple | list):
        return _placeholders(message.id) == _placeholders(str(message.string))
    known = set().union(*map(_placeholders, message.id))
    return all(_placeholders(form) <= known for form in message.string or ())


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def compile_all() -> list[str]:
    """Compile what changed since it was compiled last; return those languages."""
    done = []
    for language in LANGUAGES:
        source = file_of(language)
        target = source.with_suffix(".mo")
        if not source.is_file() or _is_newer(target, source):
            continue
        # Written beside and renamed: a server that starts right now reads the old or the new.
        draft = target.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as handle:
            write_mo(handle, read(language))
        draft.replace(target)
        done.append(language)
    return done


def _is_newer(target: Path, source: Path) -> bool:
    return target.is_file() and target.stat().st_mtime > source.stat().st_mtime
