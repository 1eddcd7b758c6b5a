"""Which parts of a web page are its article, and which are visible but around it.

Hidden, and so no visible text: scripts, styles, templates and the like, elements with ``hidden``
or ``display: none``, a closed ``dialog``, and what only shows where something else fails
(``noscript``, the inside of ``video``, ``iframe``, …). ``aria-hidden`` hides from a screen reader
only: such text is visible and left out as decoration. A closed ``details`` is visible: a click
opens it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

HIDDEN_TAGS = frozenset({
    "head", "script", "style", "template", "noscript", "iframe", "object", "video", "audio",
    "canvas", "datalist", "rp", "noembed", "noframes", "title", "desc", "defs", "metadata",
})  # fmt: skip
NO_DISPLAY = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
BLOCKS = frozenset({
    "html", "body", "address", "article", "aside", "blockquote", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "legend", "li", "main", "menu",
    "nav", "ol", "option", "optgroup", "p", "pre", "search", "section", "select", "summary",
    "table", "caption", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
BY_TAG = {
    "nav": "navigation",
    "footer": "page footer",
    "aside": "aside",
    "form": "form",
    "button": "button",
    "select": "form",
    "textarea": "form",
    "input": "form",
    "figcaption": "picture caption",
    "svg": "picture",
}
BY_ROLE = {
    "navigation": "navigation",
    "search": "form",
    "banner": "page header",
    "contentinfo": "page footer",
    "complementary": "aside",
    "dialog": "notice",
    "alertdialog": "notice",
    "doc-endnotes": "footnote",
}
# Whole names of classes and ids, or their first part: "share" is also "share-buttons".
BY_NAME = (
    (re.compile(r"^(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|skip-link|toc"
                r"|table-of-contents|ez-toc.*|lwptoc.*|(?:post|site|main)-navigation|post-nav)$"),
     "navigation"),
    (re.compile(r"^(?:share|sharing|social|sharedaddy|addtoany|addthis|a2a_kit|sd-sharing|jp-share"
                r")(?:[-_]?(?:buttons?|bar|links|icons?|list|widget|container|wrap.*|this|share|"
                r"media))*$"), "share buttons"),
    (re.compile(r"^(?:cookie|cookies|gdpr|consent|cmplz|cky|cookiebot)(?:[-_].*)?$"),
     "cookie notice"),
    (re.compile(r"^(?:related|jp-relatedposts|yarpp.*)(?:[-_](?:posts?|articles?|content|items?))*$"),
     "related articles"),
    (re.compile(r"^(?:comments?|respond|disqus.*)(?:[-_](?:area|list|section|respond|form|wrap.*|"
                r"template|thread))*$"), "comments"),
    (re.compile(r"^(?:sidebar|widget|widget-area|secondary)$"), "aside"),
    (re.compile(r"^(?:(?:post-)?author|about-author)-?(?:box|bio|info|card|description)$"),
     "author box"),
    (re.compile(r"^(?:newsletter|subscribe|optin|mc4wp|mailpoet)(?:[-_].*)?$"), "form"),
    (re.compile(r"^(?:popup|modal|advert.*|ads|adsbygoogle|promo-banner)$"), "notice"),
    (re.compile(r"^(?:(?:entry|post|article)-?(?:meta|tags|date|info|footer)|byline|posted-on|"
                r"tags?-links|cat-links|post-categories|reading-time)$"), "byline or date"),
    (re.compile(r"^(?:wp-caption-text|caption-text|image-caption)$"), "picture caption"),
    (re.compile(r"^(?:site-)?(?:header|masthead)$"), "page header"),
    (re.compile(r"^(?:(?:site|page)-)?(?:footer|colophon)$"), "page footer"),
    (re.compile(r"^(?:screen-reader-text|sr-only|visually-hidden)$"), "for screen readers"),
    (re.compile(r"^(?:footnotes?|endnotes?)$"), "footnote"),
)  # fmt: skip
CONTENT = (
    "[itemprop=articleBody]", ".entry-content", ".post-content", ".article-content",
    ".article-body", ".post-body", ".blog-content", "article", "main", "[role=main]",
)  # fmt: skip
HOLDS_THE_ARTICLE = "h1, main, .entry-content, .post-content, [itemprop=articleBody]"
FOOTNOTE = re.compile(r"^#?_?(?:fn|footnote|endnote|ftn)", re.I)


def walk(root: LexborNode, *, skip: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Each node below ``root`` when it is entered (True) and each element again when it is left.

    Without recursion: a page may be nested thousands deep. A node whose ``mem_id`` is put into
    ``skip`` when it is entered is neither descended into nor left.
    """
    node = root.first_child
    while node is not None:
        yield node, True
        child = node.first_child if node.is_element_node and node.mem_id not in skip else None
        if child is not None:
            node = child
            continue
        while node is not None:
            if node.is_element_node and node.mem_id not in skip:
                yield node, False
            if node.next is not None:
                node = node.next
                break
            node = node.parent
            if node is None or node.mem_id == root.mem_id:
                return


def is_hidden(node: LexborNode) -> bool:
    """Whether an element shows nothing at all."""
    if node.tag in HIDDEN_TAGS:
        return True
    attributes = node.attributes
    if "hidden" in attributes or (node.tag == "dialog" and "open" not in attributes):
        return True
    return bool(NO_DISPLAY.search(attributes.get("style") or ""))


def visible_text(root: LexborNode) -> str:
    """All visible words under a node on one line, with the words of different blocks apart."""
    skip: set[int] = set()
    parts: list[str] = []
    for node, entered in walk(root, skip=skip):
        if node.is_text_node:
            parts.append(node.text_content or "")
        elif entered and node.is_element_node and is_hidden(node):
            skip.add(node.mem_id)
        elif node.tag in BLOCKS or node.tag in {"br", "button", "label"}:
            parts.append(" ")
    return " ".join("".join(parts).split())


def noise(node: LexborNode) -> str:
    """Why an element is no part of the article though it can be seen; "" when it may be one."""
    attributes = node.attributes
    tag = node.tag or ""
    reason = BY_TAG.get(tag, "") or BY_ROLE.get(attributes.get("role") or "", "")
    if tag == "footer" and node.parent is not None and node.parent.tag == "blockquote":
        reason = ""
    if not reason and attributes.get("aria-hidden") == "true":
        reason = "decoration"
    if not reason and _is_footnote(node, attributes):
        reason = "footnote"
    if not reason:
        reason = _by_name(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
    if reason and reason != "comments" and node.css_first(HOLDS_THE_ARTICLE) is not None:
        return ""
    return reason


def _by_name(names: str) -> str:
    for name in names.lower().split():
        for pattern, reason in BY_NAME:
            if pattern.match(name):
                return reason
    return ""


def _is_footnote(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    if node.tag == "li":
        return bool(FOOTNOTE.match(attributes.get("id") or ""))
    if node.tag != "sup":
        return False
    link = node.css_first("a")
    return link is not None and bool(FOOTNOTE.match(link.attributes.get("href") or ""))


def content_of(body: LexborNode) -> LexborNode:
    """The element that holds the article: the most telling one with half of the words or more."""
    sizes = _sizes(body)
    total = sizes.get(body.mem_id, 0)
    for selector in CONTENT:
        found = sorted(body.css(selector), key=lambda node: -sizes.get(node.mem_id, 0))
        if found and sizes.get(found[0].mem_id, 0) * 2 >= total > 0:
            return found[0]
    return body


def _sizes(body: LexborNode) -> dict[int, int]:
    """The length of the text under each element, without hidden parts and what is around it."""
    skip: set[int] = set()
    totals = [0]
    sizes: dict[int, int] = {}
    for node, entered in walk(body, skip=skip):
        if node.is_text_node:
            totals[-1] += len((node.text_content or "").strip())
        elif not node.is_element_node:
            continue
        elif not entered:
            sizes[node.mem_id] = totals.pop()
            totals[-1] += sizes[node.mem_id]
        elif is_hidden(node) or noise(node):
            skip.add(node.mem_id)
        else:
            totals.append(0)
    sizes[body.mem_id] = totals[0]
    return sizes
