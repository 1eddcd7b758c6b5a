"""What the pages of the practice's own need beyond Django's own tags."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template

from lessons.templatetags.reading import rich

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()


@register.filter
@lru_cache(maxsize=128)
def own_words(text: str, heading: str = "h3") -> SafeString:
    """The small Markdown as HTML; kept, for everybody asks for the same few texts."""
    return rich(text, heading)
