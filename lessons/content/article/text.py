"""Plain text as pasted from a browser or a mail: its lines as pieces.

Blank lines part groups. Within a group a line break parts paragraphs too, unless the group looks
wrapped at a fixed width. List markers, heading marks and quote marks become pieces that are left
out, right before the text they mark, so that every character keeps its place in the order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lessons.content.article import phrases
from lessons.content.article.pieces import Piece, has_words, out, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WRAP_LEAST = 40
WRAP_MOST = 100
LONG_LINE = 80
SPEAKER_WORDS = 7
TAB_STOPS = 4

INVISIBLE = r"[\s\u200b-\u200f\u2060\ufeff]*"
SURE_BULLETS = "•◦▪‣●○■□✓✔✅☑➤➔🔹🔸"
BULLET = re.compile(
    rf"^({INVISIBLE}(?:[{SURE_BULLETS}]\ufe0f?{INVISIBLE}|[·*+–—-]\s+|[→►»▸]\s*|o\t\s*))(?=\S)"
)
NUMBER = re.compile(rf"^({INVISIBLE}(?:\d{{1,3}}[.)]|\(\d{{1,3}}\)|[a-z]\))\s+)(?=\S)")
POINTER = re.compile(rf"^({INVISIBLE}👉[\U0001F3FB-\U0001F3FF\ufe0f]*{INVISIBLE})(?=\S)")
HASH = re.compile(rf"^({INVISIBLE}(#{{1,6}})\s+)(?=\S)")
ANGLE = re.compile(rf"^({INVISIBLE}(?:>\s?)+)")
SPEAKER = re.compile(r"^\s*[–—-]\s*[A-ZÀ-Þ]")


@dataclass(slots=True)
class _Entry:
    """One line, or several that a fixed width had broken, with the mark it starts with."""

    role: str  # paragraph, item, heading, quote or row
    mark: str
    text: str
    line: str  # the last raw line, to see whether it was wrapped
    indent: int = 0
    ordered: bool = False
    level: int = 0


def read(source: str) -> list[Piece]:
    """The pieces of a plain text, in order."""
    pieces: list[Piece] = []
    for group in _groups(source.splitlines()):
        if isinstance(group, str):
            pieces.append(out(tidy(group), "no words"))
        else:
            pieces.extend(read_group(group))
    return pieces


def read_group(lines: Sequence[str], *, wrapped: bool = True) -> list[Piece]:
    """The pieces of lines with no blank one between; ``wrapped`` says they may be parts of one."""
    if _is_table(lines):
        return [Piece("item", _row(line), level=min(at, 1)) for at, line in enumerate(lines)]
    width = max(len(line.rstrip()) for line in lines)
    fixed = wrapped and WRAP_LEAST <= width <= WRAP_MOST
    pointers = sum(bool(POINTER.match(line)) for line in lines) > 1
    entries: list[_Entry] = []
    for line in lines:
        entry = _entry(line, pointers=pointers)
        if entries and _continues(entries[-1], entry, width if fixed else 0, len(lines)):
            _join(entries[-1], entry)
        else:
            entries.append(entry)
    return list(_as_pieces(entries))


def _groups(lines: Sequence[str]) -> Iterator[list[str] | str]:
    """Runs of lines with words; a line without any stands alone, as a string."""
    group: list[str] = []
    for line in lines:
        if has_words(line) or (line.strip() and ANGLE.match(line)):
            group.append(line)
            continue
        if line.strip() in set(SURE_BULLETS):  # A bullet on a line of its own belongs to the next.
            group.append(line)
            continue
        if group:
            yield group
            group = []
        if line.strip():
            yield line
    if group:
        yield group


def _is_table(lines: Sequence[str]) -> bool:
    if len(lines) < 2 or any(BULLET.match(line) or NUMBER.match(line) for line in lines):  # noqa: PLR2004
        return False
    counts = {len(_cells(line)) for line in lines}
    return len(counts) == 1 and counts.pop() > 1


def _cells(line: str) -> list[str]:
    return [tidy(cell) for cell in line.split("\t") if cell.strip()]


def _row(line: str) -> str:
    return "\t".join(_cells(line))


def _entry(line: str, *, pointers: bool) -> _Entry:
    indent = len(line.expandtabs(TAB_STOPS)) - len(line.expandtabs(TAB_STOPS).lstrip())
    if match := HASH.match(line):
        return _Entry("heading", match[1], line[match.end() :], line, level=len(match[2]))
    if match := ANGLE.match(line):
        return _Entry("quote", match[1], line[match.end() :], line)
    if line.strip() in set(SURE_BULLETS):
        return _Entry("item", line, "", line, indent)
    match = BULLET.match(line) or (POINTER.match(line) if pointers else None)
    if match:
        return _Entry("item", match[1], line[match.end() :], line, indent)
    if match := NUMBER.match(line):
        return _Entry("item", match[1], line[match.end() :], line, indent, ordered=True)
    return _Entry("paragraph", "", line, line, indent)


def _continues(before: _Entry, entry: _Entry, width: int, size: int) -> bool:
    """Whether a line goes on with what stands above it; ``width`` 0 says lines are not wrapped."""
    match before.role, entry.role:
        case "quote", "quote":
            return bool(before.text.strip() and entry.text.strip())
        case "item", "paragraph":
            lone_mark = not before.text.strip()
            return lone_mark or entry.indent > before.indent or _wraps(before, entry, width, size)
        case "paragraph", "paragraph":
            return _wraps(before, entry, width, size)
        case _:
            return _names_speaker(before, entry)


def _wraps(before: _Entry, entry: _Entry, width: int, size: int) -> bool:
    """Whether the next word would not have fitted on the line before."""
    ended = before.line.rstrip().endswith((".", "!", "?", ":"))
    if not width or (size == 2 and ended):  # noqa: PLR2004
        return False
    first = entry.text.split()[0]
    return len(before.line.rstrip()) + 1 + len(first) > width


def _names_speaker(before: _Entry, entry: _Entry) -> bool:
    if not SPEAKER.match(entry.line) or len(entry.line.split()) > SPEAKER_WORDS:
        return False
    return before.role == "paragraph" and phrases.is_quote(before.text)


def _join(before: _Entry, entry: _Entry) -> None:
    """One line added to what it continues; a speaker keeps the line, and the dash, of its own."""
    if entry.role == "quote":
        before.mark += " " + entry.mark
        before.text += " " + entry.text
    else:
        before.text += ("\n" if entry.mark else " ") + entry.mark + entry.text
    before.line = entry.line


def _as_pieces(entries: Sequence[_Entry]) -> Iterator[Piece]:
    depths: list[int] = []
    if _points_to_a_call(entries):
        yield out(tidy(entries[0].mark), "call to action mark")
        yield Piece("call_to_action", tidy(entries[0].text))
        return
    for at, entry in enumerate(entries):
        if entry.mark.strip():
            yield out(tidy(entry.mark), _reason(entry.role))
        if entry.role == "item":
            while depths and depths[-1] > entry.indent:
                depths.pop()
            if not depths or depths[-1] < entry.indent:
                depths.append(entry.indent)
        text = "\n".join(tidy(line) for line in entry.text.split("\n") if line.strip())
        if text:
            lone = _may_be_heading(entries, at)
            level = len(depths) if entry.role == "item" else entry.level
            yield _piece(entry, text, level, lone=lone)


def _points_to_a_call(entries: Sequence[_Entry]) -> bool:
    """A line on its own whose arrow is no bullet: it leads to something to sign up for."""
    arrow = len(entries) == 1 and entries[0].mark.strip() in {"→", "►", "»", "▸", "➤", "➔"}
    return arrow and phrases.is_call(entries[0].text)


def _piece(entry: _Entry, text: str, level: int, *, lone: bool) -> Piece:
    match entry.role:
        case "item":
            return Piece("item", text, level=level, ordered=entry.ordered)
        case "heading":
            return Piece("heading", text, level=level)
        case "quote":
            return Piece("quote", text)
        case _:
            return Piece("paragraph", text, lone=lone)


def _reason(role: str) -> str:
    return {"heading": "heading mark", "quote": "quote mark"}.get(role, "list marker")


def _may_be_heading(entries: Sequence[_Entry], at: int) -> bool:
    """Alone between blank lines, or right above a list or a much longer line."""
    if len(entries) == 1:
        return True
    if at + 1 == len(entries):
        return False
    if at and entries[at - 1].role == "paragraph" and phrases.ends_open(entries[at - 1].text):
        return False
    after = entries[at + 1]
    return after.role == "item" or len(after.text) > max(LONG_LINE, 2 * len(entries[at].text))
