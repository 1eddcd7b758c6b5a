"""The small Markdown of blocks: shown as HTML, and read back from what an editor makes of that.

It knows paragraphs, hard breaks, emphasis, links, lists, quotes and one level of headings. What is
not in this list is shown as the text it is.
"""

from __future__ import annotations

from lessons.content.richtext import reading, tidying, writing
from lessons.content.richtext.escaping import escape
from lessons.content.richtext.showing import ADDRESSES, ALLOWED, to_html, to_plain, to_words

__all__ = [
    "ADDRESSES",
    "ALLOWED",
    "edited",
    "escape",
    "from_html",
    "to_html",
    "to_plain",
    "to_words",
]


def from_html(html: str) -> str:
    """The small Markdown that shows what is allowed of this HTML; all else is left out.

    For every text: ``to_html(from_html(to_html(text))) == to_html(text)``.
    """
    return writing.write(reading.read(html))


def edited(html: str, was: str) -> str:
    """What an editor sends back for the text ``was``: itself, byte for byte, if it says the same.

    Else as a person would have written it: no blank space inside emphasis, no empty paragraphs.
    """
    blocks = tidying.tidy(reading.read(html))
    if blocks == tidying.tidy(reading.read(to_html(was))):
        return was
    return writing.write(blocks)
