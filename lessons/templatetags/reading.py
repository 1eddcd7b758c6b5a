"""What the reader's templates need beyond Django's own tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString, mark_safe

from lessons.content import embeds, own_files, richtext
from lessons.pages import rows

if TYPE_CHECKING:
    from lessons.content.embeds import Embed
    from lessons.content.own_files import Picture
    from lessons.reading.outline import Outline

register = template.Library()


@register.filter
def rich(text: str, heading: str = "h3") -> SafeString:
    """The small Markdown as HTML; its headings become ``heading``, whatever fits the place."""
    html = richtext.to_html(text)
    if heading == "h3":
        return html
    levelled = html.replace("<h3>", f"<{heading}>").replace("</h3>", f"</{heading}>")
    return mark_safe(levelled)  # noqa: S308


@register.filter
def own(address: str) -> str:
    """The address of a file of our own; nothing for any other: no page asks another host."""
    return address if address.startswith("/") and not address.startswith("//") else ""


@register.filter
def picture(address: str) -> Picture | None:
    """The picture of our own at this address, with its sizes: known from the name alone."""
    return own_files.picture_at(address)


@register.filter
def embed(address: str) -> Embed | None:
    """The film at another site that this address leads to; nothing for a site we do not know."""
    return embeds.embed_of(address)


@register.simple_tag
def course_progress(outline: Outline) -> SafeString:
    """How far a reader is in a course."""
    return rows.progress(outline)
