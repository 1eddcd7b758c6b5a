"""Nothing of an article is lost: for any text, page, Markdown and Word file."""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lessons.content import article, blocks
from lessons.content.article import nesting

if TYPE_CHECKING:
    from lessons.content.article import Parsed

pytestmark = pytest.mark.once

HIDDEN = {"head", "script", "style", "template", "noscript", "iframe"}
VOID = {"br", "hr", "img", "input", "meta", "link"}

# Text that looks like articles, with all that may stand in the way of reading it.
LIKE_AN_ARTICLE = """
    Je Ik bent avond twijfel-relatie liefde. “Kom” ‘thuis’ niet? ja! 👉 • - – * 1. 2) # ## > >> |
    © 2024 Lees hier verder: Neem het verhaal van Bram, 38 jaar. Term – uitleg Home Contact cookies
    👨‍👩‍👧 é ﬁ مرحبا 你好 … --- === ``` ** _ [x](y) <b> & &amp; Schrijf in
"""
WORDS = st.sampled_from(
    [*LIKE_AN_ARTICLE.split(), "\u200b", "\u00ad", "\u200f", "\t", "\u00a0", "\u2060"]
)
LINES = st.lists(WORDS, max_size=9).map(" ".join)
# Of a Word file.
STYLES = [
    "Normal", "Title", "Heading 1", "Heading 2", "List Bullet", "List Number", "List Bullet 2",
    "Quote", "bold", "table",
]  # fmt: skip
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\u2028", "\n\n\n"])
ARTICLES = st.lists(st.tuples(LINES, ENDS), max_size=25).map(
    lambda rows: "".join(line + end for line, end in rows)
)
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
SOURCES = st.one_of(ARTICLES, ANY_TEXT)

INLINE = st.sampled_from(["b", "strong", "em", "a", "span", "sup", "button", "cite", "code"])
PAGE_BLOCKS = """
    p div section article main header footer nav aside form h1 h2 h3 h4 ul ol li blockquote figure
    figcaption details summary table dl dt dd script style template noscript pre
"""
BLOCK = st.sampled_from(PAGE_BLOCKS.split())
NAMES = st.sampled_from(["", "", "", "entry-content", "share", "btn", "comments", "cookie-bar"])


def nonblank(text: str) -> Counter[str]:
    return Counter(char for char in text if not char.isspace())


def kept(parsed: Parsed) -> str:
    return "".join([p.text for p in parsed.passages] + [one.text for one in parsed.left_out])


def in_order(parsed: Parsed) -> str:
    """Passages and what was left out, put together again."""
    after: dict[str, list[str]] = {}
    for one in parsed.left_out:
        after.setdefault(one.after, []).append(one.text)
    parts = after.get("", [])
    for passage in parsed.passages:
        parts += [passage.text, *after.get(passage.key, [])]
    return "".join("".join(parts).split())


class Seen(HTMLParser):
    """What a person sees of a well-formed page, told by another parser than the product's."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            style = dict(attrs).get("style") or ""
            hides = tag in HIDDEN or any(name == "hidden" for name, _ in attrs)
            self.open.append(hides or "display:none" in style)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.text += data


def seen(html: str) -> str:
    parser = Seen()
    parser.feed(html)
    parser.close()
    return parser.text


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    """A well-formed stretch of a page, with elements only where HTML allows them."""
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        tag = draw(BLOCK)
        name = draw(NAMES)
        look = draw(st.sampled_from(["", "", "", " hidden", ' style="display:none"']))
        start = f'<{tag} class="{name}"{look}>' if name else f"<{tag}{look}>"
        rows.append(f"{start}{draw(_inside(tag, depth))}</{tag}>")
    return "".join(rows)


def _inside(tag: str, depth: int) -> st.SearchStrategy[str]:
    words = LINES.map(escape)
    if tag in {"script", "style"}:
        return st.just("var a = 1;")
    if tag == "table":
        cells = st.lists(words.map(lambda text: f"<td>{text}</td>"), min_size=1, max_size=3)
        rows = st.lists(cells.map(lambda row: f"<tr>{''.join(row)}</tr>"), max_size=3)
        return rows.map(lambda row: f"<tbody>{''.join(row)}</tbody>")
    inline = st.lists(
        st.one_of(words, st.just("<br>"), st.builds(_wrap, INLINE, words)), max_size=4
    ).map("".join)
    if depth == 0 or tag in {"p", "h1", "h2", "h3", "h4", "summary", "pre", "button"}:
        return inline
    return st.one_of(inline, st.builds("{}{}".format, inline, trees(depth=depth - 1)))


def _wrap(tag: str, text: str) -> str:
    return f"<{tag}>{text}</{tag}>"


def nests_badly(html: str) -> bool:
    """What HTML5 would repair: forms in forms, items outside of what closes them, and the like."""
    open_tags: list[str] = []
    for close, tag in re.findall(r"<(/?)([a-z0-9]+)", html):
        if tag in VOID:
            continue
        if close:
            open_tags.pop()
            continue
        kind = "dt" if tag == "dd" else tag
        if kind in {"form", "li", "dt", "a", "button", "template"} and kind in open_tags:
            return True
        open_tags.append(kind)
    return False


@pytest.mark.slow
@settings(max_examples=300)
@given(SOURCES)
@example("avond\n\nLees hier verder:\n\n•\nJe\n> \n# x")
def test_each_character_of_a_text_is_in_one_place_and_in_order(source: str) -> None:
    parsed = article.parse(source, "text")
    assert nonblank(kept(parsed)) == nonblank(source)
    if ">" not in source:  # The marks of a quote over several lines stand together before it.
        assert in_order(parsed) == "".join(source.split())


@pytest.mark.slow
@settings(max_examples=200)
@given(trees().filter(lambda html: not nests_badly(html)))
def test_each_visible_character_of_a_page_is_kept(html: str) -> None:
    page = f"<!doctype html><html><head><title>t</title></head><body>{html}</body></html>"
    assert nonblank(kept(article.parse(page, "html"))) == nonblank(seen(page))


@pytest.mark.slow
@settings(max_examples=200)
@given(ARTICLES)
@example("> " * 30 + "diep")
@example("- " * 35 + "dieper")
def test_each_visible_character_of_markdown_is_kept(source: str) -> None:
    html = MarkdownIt("commonmark", {"maxNesting": 1000, "html": False}).enable("table")
    escaped = source.replace("<", "\\<")
    rendered = html.render(escaped)
    assert nonblank(kept(article.parse(escaped, "markdown"))) == nonblank(seen(rendered))


# Writing and reading a Word file takes as long as hundreds of texts, so they are few; the first has
# everything in it.
@pytest.mark.slow
@settings(max_examples=12)
@given(st.lists(st.tuples(LINES, st.sampled_from(STYLES)), min_size=1, max_size=12))
@example([(f"Een regel als {style}", style) for style in STYLES])
def test_each_character_of_a_word_file_is_kept(rows: list[tuple[str, str]]) -> None:
    document: Any = docx.Document()
    for text, style in [("Een zin vooraf.", "Normal"), *rows]:
        if style == "table":
            table = document.add_table(rows=1, cols=2)
            table.rows[0].cells[0].text = table.rows[0].cells[1].text = text
        elif style == "bold":
            document.add_paragraph().add_run(text).bold = True
        else:
            document.add_paragraph(text, style=style)
    shown = "".join(paragraph.text for paragraph in document.paragraphs)
    shown += "".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    file = io.BytesIO()
    document.save(file)
    parsed = article.parse(*article.read(file.getvalue(), "stuk.docx"))
    assert nonblank(kept(parsed)) == nonblank(shown)


@pytest.mark.slow
@settings(max_examples=150)
@given(SOURCES, st.sampled_from(["text", "markdown", "html"]))
def test_keys_are_valid_and_used_once_and_always_the_same(source: str, form: article.Form) -> None:
    parsed = article.parse(source, form)
    keys = [passage.key for passage in parsed.passages]
    assert len(set(keys)) == len(keys)
    assert all(blocks.KEY.fullmatch(key) for key in keys)
    assert {passage.section for passage in parsed.passages} <= {"", *keys}
    assert article.parse(source, form) == parsed


@pytest.mark.slow
@given(st.lists(LINES, min_size=1, max_size=12), st.data())
def test_an_edit_changes_no_other_passages_key(lines: list[str], data: st.DataObject) -> None:
    rows = [f"Zin {at} {escape(line)}." for at, line in enumerate(lines)]
    before = article.parse("\n\n".join(rows), "text")
    at = data.draw(st.integers(0, len(rows) - 1))
    rows[at] = f"Anders {at} geschreven dan zojuist."
    after = article.parse("\n\n".join(rows), "text")
    old = {passage.text: passage.key for passage in before.passages}
    assert all(p.key == old[p.text] for p in after.passages if p.text in old)


def test_markdown_nested_deeper_than_anybody_writes_loses_no_word() -> None:
    parsed = article.parse("> " * 500 + "diep", "markdown")
    assert "diep" in kept(parsed)


def test_a_page_nested_hundreds_deep_is_read() -> None:
    html = "<div>" * 498 + "<p>Diep weggestopt.</p>" + "</div>" * 498
    assert [p.text for p in article.parse(html, "html").passages] == ["Diep weggestopt."]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<div></b>" * 60_000,
        "<div>" * 501 + "hoi" + "</div>" * 501,
        "<ul><li>" * 300 + "hoi",
        "<a><b>" * 40_000,
    ],
    ids=["div", "odd ends", "just too deep", "lists", "formatting"],
)
def test_a_page_nested_beyond_reason_is_refused_at_once(html: str) -> None:
    start = time.process_time()
    with pytest.raises(nesting.NestedTooDeeply):
        article.parse(html, "html")
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "noise",
    [
        "<script>" + "<div>" * 3_000 + "</script>",
        "<!--" + "<div>" * 3_000 + "-->",
        "<p>zin" * 3_000,
    ],
    ids=["script", "comment", "paragraphs without an end"],
)
def test_what_only_looks_nested_is_read(noise: str) -> None:
    assert "Hier staat het." in kept(article.parse(f"<p>Hier staat het.</p>{noise}", "html"))


@pytest.mark.parametrize("start", ["<!--", "<script>"])
def test_what_never_ends_is_read_through_once(start: str) -> None:
    begin = time.process_time()
    article.parse(start * 60_000, "html")
    assert time.process_time() - begin < 2
