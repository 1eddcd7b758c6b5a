"""What the field for a picture, sound or film needs, wherever the editor puts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from lessons.desk import media

if TYPE_CHECKING:
    from django.template import Context

    from lessons.desk.media import Tile

register = template.Library()


@register.inclusion_tag("desk/media/shown.html")
def media_shown(address: str, kind: str) -> dict[str, Any]:
    """What a block of this kind shows at this address."""
    return media.shown_as(address, kind)


@register.simple_tag
def media_limits() -> dict[str, int]:
    """The largest file of each sort, in bytes, so that a script refuses before sending."""
    return media.limits()


@register.simple_tag(takes_context=True)
def recent_media(context: Context, kind: str) -> list[Tile]:
    """The newest files of a kind, asked once for all fields of a page."""
    request = context.get("request")
    known: dict[str, list[Tile]] = getattr(request, "recent_media", {})
    if kind not in known:
        known[kind] = media.newest(kind)
        if request is not None:
            request.recent_media = known
    return known[kind]
