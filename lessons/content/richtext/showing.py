"""The small Markdown as HTML: parsed by markdown-it, cleaned by nh3, safe to show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from lessons.content import readability

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore

ALLOWED = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h3", "blockquote"}
ADDRESSES = {"https", "mailto", "tel"}
# As many lists and quotes as the parser goes into; a list counts twice, for itself and its item.
DEEPEST = 20
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# A line that ends here and not its paragraph: a backslash that is not itself escaped.
HARD_BREAK = re.compile(r"(?<!\\)((?:\\\\)*)\\\n")
HOLLOW = re.compile(r"(<li>|<blockquote>)\n(</li>|</blockquote>)")
# What is left of a link to an address that is not allowed. Links hold no links.
# Of a line of spaces that do not break, the parser makes a paragraph of nothing.
EMPTY = re.compile(r"<p></p>\n?")
DEAD_LINK = re.compile(r'<a rel="noopener noreferrer">(.*?)</a>', re.S)


def _one_level(state: StateCore) -> None:
    """Every heading stands one level below the lesson's own, whatever was written."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3"


def _emphasis_once(state: StateCore) -> None:
    """Emphasis within emphasis of the same kind says nothing more."""
    for line in state.tokens:
        within = {"em": 0, "strong": 0}
        kept = []
        for token in line.children or ():
            if token.nesting and token.tag in within:
                outermost = within[token.tag] == (0 if token.nesting == 1 else 1)
                within[token.tag] += token.nesting
                if not outermost:
                    continue
            kept.append(token)
        if line.children:
            line.children = kept


# No raw HTML, no pictures, no code: what is not listed is shown as the text it is. No notes of
# addresses for later either: they would vanish from the page.
_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).disable(
    [
        *("image", "code", "fence", "html_block", "html_inline", "lheading", "hr", "backticks"),
        "reference",
    ]
)
_markdown.core.ruler.push("one_level", _one_level)
_markdown.core.ruler.push("emphasis_once", _emphasis_once)
_cleaner = nh3.Cleaner(
    tags=ALLOWED,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes=ADDRESSES,
    link_rel="noopener noreferrer",
    url_relative="pass_through",
)


def to_html(text: str) -> SafeString:
    """A text in the small Markdown as HTML that holds nothing but the allowed elements."""
    html = DEAD_LINK.sub(r"\1", EMPTY.sub("", _cleaner.clean(_markdown.render(text))))
    html = HOLLOW.sub(r"\1\2", html)
    return mark_safe(html.strip())  # noqa: S308


def to_plain(text: str) -> str:
    """The same without marks and line by line, as a reader would see it; not for HTML."""
    return ESCAPED.sub(r"\1", readability.plain(HARD_BREAK.sub(r"\1\n", text)))


def to_words(text: str) -> str:
    """The same text without marks, for descriptions and mails."""
    return nh3.clean(_markdown.render(text), tags=set()).strip()
