"""A rich text as a tree: what HTML and Markdown both say in their own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Break:
    """A new line within a paragraph."""


@dataclass(frozen=True)
class Mark:
    """Text with emphasis, or a link to ``href``."""

    kind: Literal["em", "strong", "a"]
    inner: Line
    href: str = ""


@dataclass(frozen=True)
class Words:
    """A paragraph, or a heading."""

    kind: Literal["p", "h3"]
    inner: Line


@dataclass(frozen=True)
class Quote:
    inner: Blocks


@dataclass(frozen=True)
class Listed:
    """A list; numbered from ``start``, or with bullets (None). ``tight``: no paragraphs apart."""

    start: int | None
    tight: bool
    items: tuple[Blocks, ...]


Piece = str | Break | Mark
Line = tuple[Piece, ...]
Block = Words | Quote | Listed
Blocks = tuple[Block, ...]


def joined(pieces: list[Piece]) -> Line:
    """Pieces of a line, with texts that follow each other made one."""
    result: list[Piece] = []
    for piece in pieces:
        last = result[-1] if result else None
        if isinstance(piece, str) and isinstance(last, str):
            result[-1] = last + piece
        elif piece != "":
            result.append(piece)
    return tuple(result)
