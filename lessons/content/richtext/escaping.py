"""Plain text as Markdown: what would mean something there is escaped."""

from __future__ import annotations

import re

# What would mean something in Markdown, within a line and at its start.
SPECIAL = re.compile(
    r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|\[(?=[^\]\n]*\]\()|<(?=[\w/!?])|&(?=#?\w+;)|(?<!\\)~(?=~)"
)
LINE_START = re.compile(
    r"^([ \t]*)(#(?=#{0,5}(?:\s|$))|>|[-+](?=\s|$|-)|=(?==*\s*$)|\||:(?=::)|\[(?=[^\]]*\]:))", re.M
)
NUMBERED = re.compile(r"^([ \t]*\d{1,9})(?=[.)](?:\s|$))", re.M)


def escape(text: str) -> str:
    """Plain text as Markdown that shows exactly this text."""
    text = SPECIAL.sub(r"\\\g<0>", text)
    text = LINE_START.sub(r"\1\\\2", text)
    return NUMBERED.sub(r"\1\\", text)
