"""What the pages on articles call kinds of passages and blocks, and why something was left out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

KINDS = {
    "heading": pgettext_lazy("passage", "Heading"),
    "paragraph": pgettext_lazy("passage", "Paragraph"),
    "quote": pgettext_lazy("passage", "Quote"),
    "item": pgettext_lazy("passage", "List item"),
    "statement": pgettext_lazy("passage", "Statement"),
    "story": pgettext_lazy("passage", "Story"),
    "call_to_action": pgettext_lazy("passage", "Invitation"),
}
# By the reasons that lessons.content.article and recognised give.
REASONS = {
    "around the article": gettext_lazy("stands around the article"),
    "aside": gettext_lazy("column beside the article"),
    "author box": gettext_lazy("box about the author"),
    "button": gettext_lazy("button"),
    "by hand": gettext_lazy("by hand"),
    "byline or date": gettext_lazy("author or date"),
    "call to action mark": gettext_lazy("sign before an invitation"),
    "comments": gettext_lazy("comments"),
    "cookie notice": gettext_lazy("notice about cookies"),
    "copyright line": gettext_lazy("copyright line"),
    "decoration": gettext_lazy("decoration"),
    "footnote": gettext_lazy("footnote"),
    "for screen readers": gettext_lazy("for screen readers only"),
    "form": gettext_lazy("form"),
    "front matter": gettext_lazy("data above the text"),
    "heading mark": gettext_lazy("mark of a heading"),
    "link to another page": gettext_lazy("link to another page"),
    "link to read on": gettext_lazy("link to read on"),
    "list marker": gettext_lazy("mark of a list"),
    "navigation": gettext_lazy("menu"),
    "no words": gettext_lazy("no words"),
    "notice": gettext_lazy("notice or advertisement"),
    "outside the article": gettext_lazy("outside the article"),
    "page footer": gettext_lazy("foot of the page"),
    "page header": gettext_lazy("head of the page"),
    "picture": gettext_lazy("picture"),
    "picture caption": gettext_lazy("caption of a picture"),
    "quote mark": gettext_lazy("mark of a quote"),
    "related articles": gettext_lazy("other articles"),
    "repeated title": gettext_lazy("the title once more"),
    "share buttons": gettext_lazy("share buttons"),
    "table of contents": gettext_lazy("table of contents"),
}
