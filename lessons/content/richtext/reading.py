"""HTML, whoever wrote it, as a tree of what is allowed: cleaned by nh3, walked with selectolax."""

from __future__ import annotations

import html as entities
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import nh3
from selectolax.lexbor import LexborHTMLParser

from lessons.content.richtext.shapes import (
    Block,
    Blocks,
    Break,
    Line,
    Listed,
    Mark,
    Piece,
    Quote,
    Words,
    joined,
)
from lessons.content.richtext.showing import ADDRESSES, DEEPEST

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode as Node

MARKS: dict[str, Literal["em", "strong", "a"]] = {
    "em": "em", "i": "em", "strong": "strong", "b": "strong", "a": "a",
}  # fmt: skip
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# What stands on lines of its own; of these only the text is kept.
APART = {
    *("div", "section", "article", "main", "header", "footer", "aside", "address", "pre", "hr"),
    *("table", "thead", "tbody", "tr", "td", "th", "dl", "dt", "dd", "figure", "figcaption"),
}
KNOWN = {"p", "br", "ul", "ol", "li", "blockquote", *MARKS, *HEADINGS, *APART}
UNSEEN = {"script", "style", "template", "noscript", "svg", "math", "title", "select", "object"}
VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "source"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
# Elements within elements beyond this are nobody's writing, and take a parser for ever.
DEEPEST_HTML = 200
LONGEST_HTML = 400_000
DEEPEST_MARKS = 12
START_MAX = 999_999_999
# No text holds these; references to them in HTML make them all the same.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

_cleaner = nh3.Cleaner(
    tags=KNOWN,
    clean_content_tags=UNSEEN,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes=ADDRESSES,
    link_rel=None,
    url_relative="pass_through",
)


def read(html: str) -> Blocks:
    """What is allowed of this HTML. Too large or too deep to be a text: its words alone."""
    html = CONTROL.sub("", html)
    if len(html) > LONGEST_HTML or _depth(html) > DEEPEST_HTML:
        words = " ".join(CONTROL.sub("", entities.unescape(TAG.sub(" ", html))).split())
        return (Words("p", (words,)),) if words else ()
    body = LexborHTMLParser(f"<body>{_cleaner.clean(html)}").body
    return _blocks(body, 0) if body else ()


def _depth(html: str) -> int:
    """How deep elements lie within each other, at least as deep as a parser will find."""
    depth = most = 0
    for closing, name in TAG.findall(html):
        if name.lower() not in VOID:
            depth = max(0, depth - 1) if closing else depth + 1
            most = max(most, depth)
    return most


def _blocks(node: Node, level: int) -> Blocks:
    """The blocks in an element; text that stands loose in it becomes a paragraph."""
    result: list[Block] = []
    line: list[Piece] = []
    after_block = node.tag in {"body", "blockquote"}
    for child in node.iter(include_text=True):
        if _is_inline(child):
            line += _pieces(child, ())
            continue
        result += _loose(line, before=after_block, after=True)
        line, after_block = [], True
        result += _block(child, level)
    return (*result, *_loose(line, before=after_block, after=node.tag in {"body", "blockquote"}))


def _is_inline(node: Node) -> bool:
    return node.tag in MARKS or node.tag in {"-text", "br"} or node.tag not in KNOWN


def _loose(line: list[Piece], *, before: bool, after: bool) -> list[Block]:
    """A paragraph of what stands between blocks, without the line ends that part it from them."""
    pieces = list(joined(line))
    if before and pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].removeprefix("\n")
    if after and pieces and isinstance(pieces[-1], str):
        pieces[-1] = pieces[-1].removesuffix("\n")
    if (before or after) and all(isinstance(one, str) and not one.strip() for one in pieces):
        return []
    inner = _broken(pieces)
    return [Words("p", inner)] if inner else []


def _block(node: Node, level: int) -> Blocks:
    tag = node.tag or ""
    if tag == "p" or tag in HEADINGS:
        return _words(node, "p" if tag == "p" else "h3", level)
    cost = {"blockquote": 1, "ul": 2, "ol": 2}.get(tag)
    if cost is None or level + cost >= DEEPEST:
        return _blocks(node, level)
    if tag == "blockquote":
        return (Quote(_blocks(node, level + 1)),)
    return _listed(node, level)


def _words(node: Node, kind: Literal["p", "h3"], level: int) -> Blocks:
    if any(not _is_inline(child) for child in node.iter(include_text=True)):
        return _blocks(node, level)
    inner = _line(node, ())
    if kind == "h3":
        inner = joined([" " if isinstance(one, Break) else one for one in inner])
    return (Words(kind, inner),) if inner or kind == "h3" else ()


def _listed(node: Node, level: int) -> Blocks:
    found = [child for child in node.iter() if child.tag == "li"]
    items = tuple(_blocks(item, level + 2) for item in found)
    apart = any(child.tag == "p" for item in found for child in item.iter())
    start = _start(node) if node.tag == "ol" else None
    # A list of one paragraph cannot be written with space around it.
    alone = len(items) == 1 and len(items[0]) <= 1
    tight = alone or (not apart and all(map(_fits_tight, items)))
    others = [child for child in node.iter() if child.tag != "li"]
    rest = [block for child in others for block in (_block(child, level))]
    if not items:
        return tuple(rest)
    return (Listed(start, tight, items), *rest)


def _start(node: Node) -> int:
    try:
        start = int(node.attributes.get("start") or 1)
    except ValueError:
        return 1
    return start if 0 <= start <= START_MAX else 1


def _fits_tight(item: Blocks) -> bool:
    """Whether these blocks may follow each other without a blank line between them."""
    for before, block in pairwise(item):
        if _ends_in_heading(before):
            continue
        if isinstance(block, Words) and block.kind == "p":
            return False
        if isinstance(before, Quote) and isinstance(block, Quote):
            return False
        if isinstance(block, Listed) and (block.start not in {None, 1} or not block.items[0]):
            return False
    return True


def _ends_in_heading(block: Block) -> bool:
    """Whether the text that follows on the next line cannot be taken for a part of this."""
    if isinstance(block, Words):
        return block.kind == "h3"
    inner = block.inner if isinstance(block, Quote) else block.items[-1]
    return bool(inner) and _ends_in_heading(inner[-1])


def _line(node: Node, within: tuple[str, ...]) -> Line:
    """What is in an element, itself within these marks."""
    pieces: list[Piece] = []
    for child in node.iter(include_text=True):
        pieces += _pieces(child, within)
    return _broken(pieces)


def _pieces(node: Node, within: tuple[str, ...]) -> list[Piece]:
    if node.tag == "-text":
        return [CONTROL.sub("", node.text_content or "")]
    if node.tag == "br":
        return [Break()]
    if len(within) > DEEPEST_MARKS:
        return [node.text(deep=True)]
    kind, href = MARKS.get(node.tag or ""), node.attributes.get("href")
    inner = _line(node, (*within, kind or ""))
    if kind is None or kind in within or not (inner or kind == "a"):
        return list(inner)
    if kind == "a" and href is None:
        return list(inner)
    return [Mark(kind, inner, href or "")]


def _broken(pieces: list[Piece]) -> Line:
    """A line's pieces; the line end that follows a break belongs to it."""
    result: list[Piece] = []
    for piece in joined(pieces):
        text = piece
        if isinstance(piece, str) and result and isinstance(result[-1], Break):
            text = piece.removeprefix("\n")
        result.append(text)
    return joined(result)
