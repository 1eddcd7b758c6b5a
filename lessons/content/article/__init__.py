"""An article as passages: text in, ``Parsed`` out. Pure; knows no database and no course.

source, form = article.read(data, "bindingsangst.docx")
parsed = article.parse(source, form)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.content.article import html, kinds, recognition, text
from lessons.content.article.alignment import align
from lessons.content.article.formats import Form, NulCharacter, read, read_file, read_pasted
from lessons.content.article.markdown import to_html
from lessons.content.article.passages import (
    Kind,
    LeftOut,
    Names,
    Parsed,
    Passage,
    key_of,
    normalise,
    sectioned,
)
from lessons.content.article.pieces import has_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.content.article.pieces import Piece

__all__ = [
    "Form", "Kind", "LeftOut", "NulCharacter", "Parsed", "Passage", "align", "parse", "read",
    "read_file", "read_pasted",
]  # fmt: skip
TITLE_WORDS = 8


def parse(source: str, form: Form) -> Parsed:
    """The passages of an article and what was left out, in the order of the text."""
    if "\0" in source:
        raise NulCharacter
    named, pieces = _pieces(source, form)
    pieces = recognition.recognise(pieces, plain=form == "text")
    pieces = kinds.name_stories(kinds.name_statements(pieces))
    return _assemble(pieces, named)


def _pieces(source: str, form: Form) -> tuple[str, list[Piece]]:
    if form == "text":
        return "", text.read(source)
    if form == "html":
        return html.read(source)
    front, title, page = to_html(source)
    named, pieces = html.read(page)
    return title or named, [*front, *pieces]


def _assemble(pieces: Sequence[Piece], named: str) -> Parsed:
    passages: list[Passage] = []
    left_out: list[LeftOut] = []
    names = Names()
    for piece in pieces:
        if piece.role == "out":
            after = passages[-1].key if passages else ""
            left_out.append(LeftOut(piece.text, piece.reason, after))
            continue
        key = names.give(key_of(piece.text))
        level = piece.level if piece.role in {"heading", "item"} else 0
        passages.append(Passage(key, piece.role, "", piece.text, level))
    passages = sectioned(passages)
    return Parsed(_title(passages, left_out, named), tuple(passages), tuple(left_out))


def _title(passages: Sequence[Passage], left_out: Sequence[LeftOut], named: str) -> str:
    """What the article calls itself, or the next best thing to call it by."""
    headings = [passage for passage in passages if passage.kind == "heading"]
    title = next((passage.text for passage in headings if passage.level == 1), "")
    if title:
        return normalise(title)
    if named and has_words(named):
        return named
    first = left_out[0] if left_out else LeftOut("", "")
    if first.reason == "picture caption" and not first.after:
        return first.text[:1].upper() + first.text[1:]
    best = (headings or passages)[:1]
    words = best[0].text.split() if best else []
    return " ".join(words[:TITLE_WORDS]) + ("…" if len(words) > TITLE_WORDS else "")
