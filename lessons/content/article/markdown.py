"""Markdown as HTML: one path serves both."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt

from lessons.content.article.pieces import Piece, has_words, out, tidy

NESTING = 100  # The library drops what lies deeper.
FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
FRONT_LINE = re.compile(r"^(?:[\w-]+[ \t]*:.*|[ \t]+\S.*|-[ \t].*|[ \t]*|#.*)$")
TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*$", re.M | re.I)
PREFIX = re.compile(r"(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])(?=[ \t>*+-]|\d|$))*[ \t]*")
BRACKETS_MOST = 5_000  # In one paragraph; the library's time to pair them is quadratic.
DEEP = 80  # Columns of quote marks, list markers and indentation at the start of a line.


def to_html(source: str) -> tuple[list[Piece], str, str]:
    """What stands in the front matter (left out), the title it names, and the rest as HTML."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    front: list[Piece] = []
    title = ""
    match = FRONT.match(source)
    if match and has_words(match[1]) and all(map(FRONT_LINE.match, match[1].split("\n"))):
        front = [out(tidy(line), "front matter") for line in match[1].split("\n") if line.strip()]
        named = TITLE.search(match[1])
        title = named[1].strip("\"'") if named else ""
        source = source[match.end() :]
    if _is_extreme(source):
        return front, title, "".join(f"<p>{html.escape(x)}</p>" for x in source.split("\n"))
    return front, title, _renderer().render(source)


def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": NESTING}).enable("table")


def _is_extreme(source: str) -> bool:
    """What the library would drop or take minutes for; nobody writes it, so lines will do."""
    if any(part.count("[") > BRACKETS_MOST for part in source.split("\n\n")):
        return True
    starts = ((PREFIX.match(line), line) for line in source.split("\n"))
    return any(m and len(m[0].expandtabs(4)) > DEEP and has_words(line) for m, line in starts)
