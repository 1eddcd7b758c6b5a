"""What an editor sends, as a person would have written it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lessons.content.richtext.shapes import (
    Break,
    Listed,
    Mark,
    Quote,
    Words,
    joined,
)

if TYPE_CHECKING:
    from lessons.content.richtext.shapes import Block, Blocks, Line, Piece

# As a browser sees it: whatever it is, and however much of it, it is one space.
SPACE = re.compile(r"[ \t\n\f\r]+")
OUTER = " \t\n\f\r\xa0"


def tidy(blocks: Blocks) -> Blocks:
    """The same text without what nobody sees: empty paragraphs, blank space at the edges."""
    return tuple(tidied for block in blocks for tidied in _block(block))


def _block(block: Block) -> Blocks:
    if isinstance(block, Words):
        inner = _trimmed(_line(block.inner))
        return (Words(block.kind, inner),) if inner else ()
    if isinstance(block, Quote):
        quoted = tidy(block.inner)
        return (Quote(quoted),) if quoted else ()
    items = tuple(tidy(item) for item in block.items)
    # An editor puts a paragraph in every item; nobody meant those to stand apart.
    tight = all(sum(isinstance(one, Words) for one in item) <= 1 for item in items)
    return (replace(block, items=items, tight=tight and all(map(_leads, items))),)


def _leads(item: Blocks) -> bool:
    """Whether the words of an item, if it has any, come first."""
    return not any(isinstance(one, Words) for one in item[1:]) and all(
        not isinstance(one, Listed) or (one.start in {None, 1} and one.items[0]) for one in item[1:]
    )


def _line(pieces: Line) -> Line:
    """With spaces made one, and those at the edge of a mark moved out of it."""
    result: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            result.append(SPACE.sub(" ", piece))
        elif isinstance(piece, Mark):
            result += _mark(piece)
        else:
            result.append(piece)
    return _spaced(joined(result))


def _mark(mark: Mark) -> list[Piece]:
    """A mark and the spaces and breaks that were at its edges."""
    inner, before = _cut(_line(mark.inner), 0)
    inner, after = _cut(inner, -1)
    kept: list[Piece] = [replace(mark, inner=inner)] if inner else []
    return [*before, *kept, *reversed(after)]


def _cut(pieces: Line, end: int) -> tuple[Line, list[Piece]]:
    """A line without the spaces and breaks at one end of it, and those."""
    row: list[Piece] = list(pieces)
    cut: list[Piece] = []
    while row:
        piece = row[end]
        if isinstance(piece, str) and piece[end] == " ":
            cut.append(" ")
            row[end] = piece[1:] if end == 0 else piece[:-1]
        elif isinstance(piece, Break):
            cut.append(piece)
            row[end] = ""
        else:
            break
        row = list(joined(row))
    return tuple(row), cut


def _spaced(pieces: Line) -> Line:
    """Without double spaces, and without spaces around a break."""
    result: list[Piece] = []
    for at, piece in enumerate(pieces):
        text = piece
        if isinstance(text, str):
            text = SPACE.sub(" ", text)
            text = text.lstrip(" ") if at and pieces[at - 1] == Break() else text
            text = text.rstrip(" ") if pieces[at + 1 : at + 2] == (Break(),) else text
        result.append(text)
    return joined(result)


def _trimmed(pieces: Line) -> Line:
    """Without blank space and breaks at either end."""
    row = list(pieces)
    while row and _is_outer(row[0], 0):
        row[0] = row[0].lstrip(OUTER) if isinstance(row[0], str) else ""
        row = list(joined(row))
    while row and _is_outer(row[-1], -1):
        row[-1] = row[-1].rstrip(OUTER) if isinstance(row[-1], str) else ""
        row = list(joined(row))
    return tuple(row)


def _is_outer(piece: Piece, end: int) -> bool:
    return piece == Break() or (isinstance(piece, str) and piece[end] in OUTER)
