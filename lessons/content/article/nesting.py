"""How deep the elements of a page lie in each other: beyond reason, reading it takes minutes.

The parser asks all open elements at each new one, and so do we: 100,000 nested ``div`` in half a
megabyte took half a minute. No page that a person wrote is nested a tenth as deep as the limit.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content.article import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

DEPTH_MAX = 500
# The source is only counted, not understood: an element without an end may not lie in the others.
ROUGHLY = 4 * DEPTH_MAX
TAG = re.compile(r"<(?:(!--)|(/?)([a-z][^\s/>]*))", re.I)
UNREAD = frozenset(["script", "style", "textarea"])
# These hold nothing, or end by themselves where the next of their kind begins.
NO_END = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody",
    "tfoot", "colgroup", "rp", "rt", "html", "head", "body",
})  # fmt: skip


class NestedTooDeeply(Refused):
    code = "nested_too_deeply"


def check_source(source: str) -> None:
    """Refuse, before it is parsed, a page whose elements seem to lie far too deep in each other.

    Raises ``NestedTooDeeply``.
    """
    opened: Counter[str] = Counter()
    depth = 0
    for closes, name in _tags(source):
        if name in NO_END:
            continue
        if not closes:
            opened[name] += 1
            depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > ROUGHLY:
            raise _too_deep()


def _tags(source: str) -> Iterator[tuple[bool, str]]:
    """Each tag: whether it closes an element, and its name. Comments and scripts are skipped."""
    low = source.lower()
    at = 0
    while match := TAG.search(low, at):
        comment, closes, name = match.groups()
        at = match.end()
        if comment or (name in UNREAD and not closes):
            at = low.find("-->" if comment else f"</{name}", at)
            if at < 0:
                return
        if name:
            yield bool(closes), name


def check_tree(body: LexborNode) -> None:
    """The same of a page that is parsed, exactly."""
    depth = 0
    for node, entered in page.walk(body, skip=set()):
        if node.is_element_node:
            depth += 1 if entered else -1
        if depth > DEPTH_MAX:
            raise _too_deep()


def _too_deep() -> NestedTooDeeply:
    return NestedTooDeeply(
        _(
            "The elements of this page lie more than %(limit)s deep in each other."
            " Copy its text and paste that."
        )
        % {"limit": DEPTH_MAX}
    )
