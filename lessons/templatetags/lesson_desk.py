"""What the templates of the editor need beyond Django's own tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext as _

from lessons.desk.lesson import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from courseapp.accounts.models import User
    from lessons.content.versions import Part

register = template.Library()


@register.filter
def error_of(errors: Mapping[str, str], name: str) -> str:
    """What is wrong with the field of this name; "" is what is wrong with the whole form."""
    return errors.get(name, "")


@register.filter
def kind_name(part: str) -> str:
    """What a kind of block, or another part of a lesson, is called."""
    return kinds.name(part)


@register.filter
def person(by: User | None) -> str:
    """Who it was: staff are known by their addresses."""
    return by.email if by else _("somebody")


@register.filter
def any_changed(parts: Iterable[Part]) -> bool:
    """Whether any part of a comparison differs."""
    return any(part.change != "same" for part in parts)
