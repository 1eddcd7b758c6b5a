"""HTML, whatever it came from (a web page, Markdown, a Word file), as pieces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from lessons.content.article import nesting, page
from lessons.content.article.lines import Lines
from lessons.content.article.pieces import Piece, has_words, out, tidy

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

WEIGHT = re.compile(r"font-weight\s*:\s*(\w+)", re.I)
BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 3}
BUTTON = re.compile(r"(?:^|[\s_-])(?:btn|button|cta)(?:$|[\s_-])", re.I)
SITE_NAME = re.compile(r"\s+[|–—•»·-]\s+[^|–—•»·-]+$")
INLINE_NOISE = frozenset(
    ["sup", "svg", "button", "input", "select", "textarea", "span", "a", "i", "b", "em", "strong",
     "time"]
)  # fmt: skip


def read(source: str) -> tuple[str, list[Piece]]:
    """The title that the page's head names ("" without one), and the pieces in order.

    Raises ``nesting.NestedTooDeeply``.
    """
    nesting.check_source(source)
    tree = LexborHTMLParser(source)
    if tree.body is None:
        return "", []
    nesting.check_tree(tree.body)
    title = tree.css_first("head > title")
    named = tidy(title.text()) if title is not None else ""
    return SITE_NAME.sub("", named), _Reader(tree.body).read()


class _Reader:
    """Goes through a page once, in order; ``pieces`` grows at every border of a block."""

    def __init__(self, body: LexborNode) -> None:
        self.body = body
        self.content = page.content_of(body)
        self.pieces: list[Piece] = []
        self.lines = Lines()
        self.late: list[Piece] = []  # Left out from within a paragraph: comes after it.
        self.open: dict[str, int] = {}  # How many elements of each kind are open.
        self.lists: list[bool] = []  # Open lists, outermost first: numbered or not.
        self.items: list[bool] = []  # Open items: whether their first words still come.
        self.level = 0
        self.tables: list[bool] = []  # Open tables: whether they hold facts or only make a layout.
        self.row: list[list[str]] | None = None
        self.rows_read = 0
        self.term = ""
        self.wrapper = self._wrapper()
        self.heading = self._heading()
        self.inside = self.content.mem_id == body.mem_id
        self.past = False

    def read(self) -> list[Piece]:
        skip: set[int] = set()
        for node, entered in page.walk(self.body, skip=skip):
            if node.is_text_node:
                self.take(node)
            elif node.is_element_node and entered:
                if not self.enter(node):
                    skip.add(node.mem_id)
            elif node.is_element_node:
                self.leave(node)
        self.flush()
        self.end_term()
        return self.pieces

    def _wrapper(self) -> int:
        """The nearest article or main around the content: what stands in it above, counts too."""
        node = self.content.parent
        while node is not None and node.tag not in {"article", "main", "body"}:
            node = node.parent
        return node.mem_id if node is not None and node.tag != "body" else 0

    def _heading(self) -> int:
        """The page's only ``h1``, when the content has none: it may stand in the page's header."""
        found = self.body.css("h1")
        return found[0].mem_id if len(found) == 1 else 0

    # What is entered and left

    def enter(self, node: LexborNode) -> bool:
        """False when there is nothing further to see inside."""
        if page.is_hidden(node):
            return False
        if reason := self.outside(node) or self.noise(node):
            self.leave_out(node, reason)
            return False
        tag = node.tag or ""
        if tag == "br":
            self.lines.end_line()
        elif tag in page.BLOCKS or _is_speaker(node):
            self.flush()
        self.inside |= node.mem_id == self.content.mem_id
        self.count(node, 1)
        self.start(node, tag)
        return True

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in page.BLOCKS or _is_speaker(node):
            self.flush()
        if node.mem_id == self.content.mem_id:
            self.inside, self.past = False, True
        self.count(node, -1)
        self.end(tag)

    def end(self, tag: str) -> None:
        if tag in LISTS:
            self.lists.pop()
        elif tag == "li":
            self.items.pop()
        elif tag in HEADINGS:
            self.level = 0
        elif tag == "tr" and self.row is not None:
            self.end_row()
        elif tag == "table":
            self.tables.pop()
        elif tag == "dl":
            self.end_term()

    def start(self, node: LexborNode, tag: str) -> None:
        if tag in LISTS:
            self.lists.append(tag == "ol")
        elif tag == "li":
            self.items.append(True)
        elif tag in HEADINGS:
            self.level = self.level or HEADINGS[tag]
        elif tag == "table":
            self.tables.append(_is_data(node))
            self.rows_read = 0
        elif tag == "tr" and self.tables and self.tables[-1]:
            self.row = []
        elif tag in {"td", "th"} and self.row is not None:
            self.row.append([])

    def count(self, node: LexborNode, step: int) -> None:
        tag = {"cite": "source", "footer": "source"}.get(node.tag or "", node.tag or "")
        kinds = {tag} & {"a", "pre", "blockquote", "source", "dt", "dd"}
        if tag == "a" and BUTTON.search(node.attributes.get("class") or ""):
            kinds.add("button")
        if _is_strong(node):
            kinds.add("strong")
        for kind in kinds:
            self.open[kind] = self.open.get(kind, 0) + step

    # What is left out

    def noise(self, node: LexborNode) -> str:
        if node.mem_id in {self.content.mem_id, self.body.mem_id} or self.holds(node):
            return ""
        return page.noise(node)

    def holds(self, node: LexborNode) -> bool:
        """Whether the article itself lies within this element."""
        up = self.content.parent if not (self.inside or self.past) else None
        while up is not None:
            if up.mem_id == node.mem_id:
                return True
            up = up.parent
        return False

    def outside(self, node: LexborNode) -> str:
        """Outside the article: only what leads up to it, or the page's one heading, counts."""
        if self.inside or node.mem_id == self.content.mem_id or self.holds(node):
            return ""
        if not self.past and self.leads_up(node):
            return ""
        return page.noise(node) or "outside the article"

    def leads_up(self, node: LexborNode) -> bool:
        """Whether a node before the content stands in the same article, or is its heading."""
        up: LexborNode | None = node
        while up is not None:
            if up.mem_id in {self.wrapper, self.heading}:
                return True
            up = up.parent
        found = node.css_first("h1") if node.is_element_node else None
        return found is not None and found.mem_id == self.heading

    def leave_out(self, node: LexborNode, reason: str) -> None:
        text = page.visible_text(node)
        if not text:
            return
        if node.tag in INLINE_NOISE or self.row is not None:
            self.late.append(out(text, reason))
        else:
            self.flush()
            self.add(out(text, reason))

    # What is taken in

    def take(self, node: LexborNode) -> None:
        text = node.text_content or ""
        if not text.strip():
            self.lines.rows[-1].parts.append(" ")
        elif not self.inside and (self.past or not self.leads_up(node)):
            self.late.append(out(tidy(text), "outside the article"))
        else:
            self.lines.add(
                text,
                strong=bool(self.open.get("strong")),
                link=bool(self.open.get("a")),
                button=bool(self.open.get("button")),
                keep_lines=bool(self.open.get("pre")),
            )

    def flush(self) -> None:
        """What was gathered since the last border of a block, as pieces."""
        lines, self.lines = self.lines, Lines()
        late, self.late = self.late, []
        if self.row is not None:
            self.late = late
            if not lines.is_blank:
                self.row = self.row or [[]]
                self.row[-1].append(tidy(lines.text()))
            return
        for piece in [] if lines.is_blank else self.dress(lines):
            self.add(piece)
        for piece in late:
            self.add(piece)

    def dress(self, lines: Lines) -> list[Piece]:
        """The pieces that lines become where they stand."""
        first = lines.rows[0]
        if self.level:
            return [Piece("heading", tidy(lines.text()), level=self.level)]
        if self.open.get("dt") or self.open.get("dd"):
            return [Piece("item", tidy(lines.text()), level=1)]
        if self.open.get("blockquote"):
            return [Piece("quote", lines.text(), level=self.open.get("source", 0))]
        if self.items and self.items[-1]:
            self.items[-1] = False
            return [
                Piece(
                    "item",
                    lines.text(),
                    level=max(len(self.lists), 1),
                    ordered=bool(self.lists) and self.lists[-1],
                    strong=first.all_strong and len(lines.rows) == 1,
                )
            ]
        return lines.paragraphs()

    def add(self, piece: Piece) -> None:
        """One piece more; a term waits for its explanation, a speaker joins the quote."""
        if self.term and self.open.get("dd") and piece.role == "item":
            term, self.term = self.term, ""
            piece = Piece("item", f"{term}\t{piece.text}", level=1)
        else:
            self.end_term()
        if self.open.get("dt") and piece.role == "item" and has_words(piece.text):
            self.term = piece.text
        elif piece.role == "quote" and piece.level and self.pieces[-1:] and self._quoted():
            said = self.pieces.pop()
            self.pieces.append(Piece("quote", f"{said.text}\n{piece.text}"))
        else:
            self.pieces.append(piece)

    def _quoted(self) -> bool:
        return self.pieces[-1].role == "quote"

    def end_term(self) -> None:
        if self.term:
            self.pieces.append(Piece("item", self.term, level=1))
            self.term = ""

    def end_row(self) -> None:
        cells = [" ".join(cell) for cell in self.row or [] if cell]
        self.row = None
        if cells:
            self.add(Piece("item", "\t".join(cells), level=min(self.rows_read, 1)))
            self.rows_read += 1
        self.flush()


def _is_data(table: LexborNode) -> bool:
    """Whether a table holds facts: one made for the layout is read as running text."""
    # A search starts with the element itself.
    if len(table.css("table")) > 1 or table.css_first("h1, h2, h3, h4, li, blockquote") is not None:
        return False
    return any(len(row.css("td, th")) > 1 for row in table.css("tr"))


def _is_speaker(node: LexborNode) -> bool:
    """A ``cite`` that stands beside what was said, not within a sentence."""
    return node.tag == "cite" and node.parent is not None and node.parent.tag == "blockquote"


def _is_strong(node: LexborNode) -> bool:
    """Bold by its tag or its style; some editors wrap all text in a ``b`` that is not bold."""
    weight = WEIGHT.search(node.attributes.get("style") or "")
    return weight[1].lower() in BOLD if weight else node.tag in {"b", "strong"}
