"""Words of a page gathered into the lines of one paragraph, with how they were dressed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lessons.content.article import phrases
from lessons.content.article import text as plain
from lessons.content.article.pieces import Piece, tidy

BEFORE_BULLET = re.compile(rf"\n(?=\s*[{plain.SURE_BULLETS}])")


@dataclass(slots=True)
class Line:
    """One line: its parts, and how many of its characters are bold or part of a link."""

    parts: list[str] = field(default_factory=list)
    size: int = 0
    strong: int = 0
    link: int = 0
    button: bool = False

    @property
    def text(self) -> str:
        return tidy("".join(self.parts))

    @property
    def all_strong(self) -> bool:
        return self.size > 0 and self.strong == self.size


@dataclass(slots=True)
class Lines:
    """What stands between two block borders of a page."""

    rows: list[Line] = field(default_factory=lambda: [Line()])

    def add(self, text: str, *, strong: bool, link: bool, button: bool, keep_lines: bool) -> None:
        """Text as it comes; its line feeds count only in ``pre`` and before an obvious bullet."""
        parts = text.split("\n") if keep_lines else BEFORE_BULLET.split(text)
        for number, part in enumerate(parts):
            if number:
                self.end_line()
            size = len("".join(part.split()))
            row = self.rows[-1]
            row.parts.append(part)
            row.size += size
            row.strong += size if strong else 0
            row.link += size if link else 0
            row.button |= button and size > 0

    def end_line(self) -> None:
        self.rows.append(Line())

    @property
    def is_blank(self) -> bool:
        return not any(row.size for row in self.rows)

    def text(self) -> str:
        """All of it, a line per line."""
        return "\n".join(row.text for row in self.rows if row.size)

    def paragraphs(self) -> list[Piece]:
        """The paragraphs in it: an empty line parts them, bullets and bold first lines too."""
        groups: list[list[Line]] = [[]]
        for row in self.rows:
            if row.size:
                groups[-1].append(row)
            elif groups[-1]:
                groups.append([])
        return [piece for group in groups if group for piece in _pieces(group)]


def _pieces(rows: list[Line]) -> list[Piece]:
    first = rows[0]
    if len(rows) > 1 and first.all_strong and not all(row.all_strong for row in rows):
        text = first.text
        if phrases.looks_like_heading(text):
            return [Piece("paragraph", text, strong=True), *_pieces(rows[1:])]
    texts = [row.text for row in rows]
    read = plain.read_group(texts, wrapped=False)
    strong = all(row.all_strong for row in rows)
    if any(piece.role != "paragraph" for piece in read) and not strong:
        return read
    size = sum(row.size for row in rows)
    whole = Piece(
        "paragraph",
        "\n".join(texts),
        strong=strong,
        link=sum(row.link for row in rows) == size,
        button=any(row.button for row in rows),
        lone=True,
    )
    return [whole]
