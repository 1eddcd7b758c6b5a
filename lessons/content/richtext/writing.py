"""A tree as Markdown that shows exactly it.

Emphasis in Markdown depends on its neighbours: what is written is read back, and when it reads
otherwise it is written with more care, in the last resort without the emphasis.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from lessons.content.richtext.escaping import escape
from lessons.content.richtext.reading import read
from lessons.content.richtext.shapes import Break, Listed, Mark, Quote, Words, joined
from lessons.content.richtext.showing import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lessons.content.richtext.shapes import Block, Blocks, Line, Piece

# Stand-ins for marks while the text around them is escaped; no text holds these.
OPEN, CLOSE, LINK, LINKED, BREAK, LEFT, RIGHT = "\x01\x02\x03\x04\x05\x06\x07"
STAND_IN = re.compile("[\x01-\x07]")
MOST_TRIED = 8  # Marks in a line whose ways of writing are all tried: 256 and as many guarded.
LONGEST = 60_000  # No text of ours is as long: whatever this is, it is not read back.
PLAIN_ADDRESS = re.compile(r"[^\s<>()\\\"&]+")


def write(blocks: Blocks) -> str:
    """The Markdown of these blocks."""
    text = _blocks(blocks, tight=False)
    if len(text) > LONGEST or read(to_html(text)) == blocks:
        return text
    return _blocks(_calmer(blocks), tight=False)


def _calmer(blocks: Blocks) -> Blocks:
    """Every list with its paragraphs apart: what can always be written."""
    result: list[Block] = []
    for block in blocks:
        if isinstance(block, Quote):
            result.append(Quote(_calmer(block.inner)))
        elif isinstance(block, Listed):
            items = tuple(_calmer(item) for item in block.items)
            result.append(Listed(block.start, tight=False, items=items))
        else:
            result.append(block)
    return tuple(result)


def _blocks(blocks: Blocks, *, tight: bool) -> str:
    rows: list[str] = []
    other = False
    for at, block in enumerate(blocks):
        before = blocks[at - 1] if at else None
        both = isinstance(block, Listed) and isinstance(before, Listed)
        same = both and (before.start is None) == (block.start is None)  # type: ignore[union-attr]
        other = same and not other  # Else two lists would be read as one.
        rows.append(_block(block, other=other))
    return ("\n" if tight else "\n\n").join(rows)


def _block(block: Block, *, other: bool) -> str:
    if isinstance(block, Words):
        return _words(block)
    if isinstance(block, Quote):
        inner = _blocks(block.inner, tight=False)
        return "\n".join(f"> {row}".rstrip() for row in inner.split("\n"))
    rows = []
    for number, item in enumerate(block.items):
        if block.start is None:
            marker = "*" if other else "-"
        else:
            marker = f"{min(block.start + number, 999_999_999)}{')' if other else '.'}"
        inner = _blocks(item, tight=block.tight)
        indent = " " * (len(marker) + 1)
        lines = f"{marker} {inner}".rstrip().split("\n")
        rows.append("\n".join([lines[0], *(f"{indent}{row}".rstrip() for row in lines[1:])]))
    return ("\n" if block.tight else "\n\n").join(rows)


def _words(words: Words) -> str:
    """The first way of writing that is read as the same, or else the same words without marks."""
    plain = "".join(map(str, _flat(words.inner, links=False)))
    if len(plain) > LONGEST:
        return escape(plain)
    for inner in (words.inner, _flat(words.inner, links=True), _flat(words.inner, links=False)):
        wanted = Words(words.kind, inner)
        for text in _ways(wanted):
            if read(to_html(text)) == (wanted,):
                return text
    return _headed(words, escape(plain))


def _flat(pieces: Line, *, links: bool) -> Line:
    """A line without emphasis, and without links too."""
    result: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Mark):
            inner = _flat(piece.inner, links=links)
            result += [Mark("a", inner, piece.href)] if links and piece.kind == "a" else inner
        else:
            result.append(piece if links or isinstance(piece, str) else " ")
    return joined(result)


def _ways(words: Words) -> Iterator[str]:
    """The ways to write a line, the most readable first."""
    marks = _count(words.inner)
    yield _headed(words, _Line(words, None, guarded=False).text)
    yield _headed(words, _Line(words, None, guarded=True).text)
    if 0 < marks <= MOST_TRIED:
        for guarded in (False, True):
            for stars in product("*_", repeat=marks):
                yield _headed(words, _Line(words, stars, guarded=guarded).text)


def _headed(words: Words, text: str) -> str:
    return f"### {text}".rstrip() if words.kind == "h3" else text


def _count(pieces: Line) -> int:
    """How many emphases there are in a line."""
    marks = [piece for piece in pieces if isinstance(piece, Mark)]
    return sum((mark.kind != "a") + _count(mark.inner) for mark in marks)


class _Line:
    """One way of writing a line: each emphasis by stars or by low lines, and how careful."""

    def __init__(self, words: Words, stars: tuple[str, ...] | None, *, guarded: bool) -> None:
        self.kind = words.kind
        self.stars = list(stars) if stars else None
        self.marks: list[str] = []
        self.rows: list[str] = []
        self._gather(words.inner, outer="", linked=False)
        text = self._spaced(escape("".join(self.rows)))
        if self.kind == "h3":
            text = re.sub(r"(?<![\\#])#+$", r"\\\g<0>", text)
        if guarded:
            text = re.sub(rf"\w(?={OPEN})|(?<={CLOSE})\w", _reference, text)
        rest = iter(self.marks)
        self.text = STAND_IN.sub(lambda _: next(rest), text)

    def _gather(self, pieces: Line, *, outer: str, linked: bool) -> None:
        last = ""
        for piece in pieces:
            if isinstance(piece, Mark) and piece.kind == "a":
                self._put(LINK, "[")
                self._gather(piece.inner, outer=outer, linked=True)
                self._put(LINKED, f"]({_address(piece.href)})")
                last = ""
            elif isinstance(piece, Mark):
                last = self._star(outer, last)
                delimiter = last * (2 if piece.kind == "strong" else 1)
                self._put(OPEN, delimiter)
                self._gather(piece.inner, outer=last, linked=linked)
                self._put(CLOSE, delimiter)
            else:
                last = ""
                self._put_text(piece, linked=linked)

    def _star(self, outer: str, last: str) -> str:
        """Another sign than the emphasis around it, or right before it, is written with."""
        if self.stars is not None:
            return self.stars.pop(0)
        return "_" if "*" in {outer, last} else "*"

    def _put(self, stand_in: str, mark: str) -> None:
        self.rows.append(stand_in)
        self.marks.append(mark)

    def _put_text(self, piece: Piece, *, linked: bool) -> None:
        if isinstance(piece, Break):
            self._put(BREAK, "\\")
            self.rows.append("\n")
            return
        for part in re.split(r"([\[\]])", str(piece)) if linked else [str(piece)]:
            if linked and part in {"[", "]"}:
                self._put(LEFT if part == "[" else RIGHT, f"\\{part}")
            else:
                self.rows.append(part)

    def _spaced(self, text: str) -> str:
        """Blank space that Markdown would drop, as references to its characters."""
        text = re.sub(r"[\x0c\u2028\u2029]", _reference, text)
        if self.kind == "h3":
            text = text.replace("\n", "&#10;")
        text = re.sub(r"(?<=\n)\n|\A\n|\n\Z", "&#10;", text)
        outer = rf"(?:^|(?<={OPEN}))[^\S\n]+|[^\S\n]+(?=$|[{BREAK}{CLOSE}])"
        text = re.sub(outer, _reference, text, flags=re.M)
        return re.sub(rf"(?<={OPEN})\n|(?<!{BREAK})\n(?=[{CLOSE}{BREAK}])", "&#10;", text)


def _reference(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(char)};" for char in found[0])


def _address(href: str) -> str:
    """A link's address as Markdown reads it back."""
    if PLAIN_ADDRESS.fullmatch(href):
        return href
    if not href:
        return ""
    written = re.sub(r"[\s<>]", lambda one: f"%{ord(one[0]):02X}", href)
    written = written.replace("\\", "%5C").replace("&", "\\&")
    return f"<{written}>"
