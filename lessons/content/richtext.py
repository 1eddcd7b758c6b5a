"""The small Markdown of blocks, as HTML: parsed by markdown-it, cleaned by nh3, safe to show."""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from lessons.content import readability

ALLOWED = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h3", "blockquote"}
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
ADDRESSES = {"https", "mailto", "tel"}

# No raw HTML, no pictures, no code: what is not listed is shown as the text it is.
_markdown = MarkdownIt("commonmark", {"html": False}).disable(
    ["image", "code", "fence", "html_block", "html_inline", "lheading", "hr", "backticks"]
)
_cleaner = nh3.Cleaner(
    tags=ALLOWED,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes=ADDRESSES,
    link_rel="noopener noreferrer",
    url_relative="pass_through",
)


def to_html(text: str) -> SafeString:
    """A text in the small Markdown as HTML that holds nothing but the allowed elements."""
    return mark_safe(_cleaner.clean(_markdown.render(text)).strip())  # noqa: S308


def to_plain(text: str) -> str:
    """The same without marks and line by line, as a reader would see it; not for HTML."""
    return ESCAPED.sub(r"\1", readability.plain(text))


def to_words(text: str) -> str:
    """The same text without marks, for descriptions and mails."""
    return nh3.clean(_markdown.render(text), tags=set()).strip()
