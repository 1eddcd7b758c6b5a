"""What the staff call kinds of passages and blocks, and what a block says in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from lessons.content import blocks, richtext
from lessons.desk import block_names
from lessons.desk.articles.words import KINDS, REASONS

if TYPE_CHECKING:
    from lessons.content.blocks import Block

register = template.Library()


@register.filter
def passage(kind: str) -> str:
    """The name of a kind of passage."""
    return str(KINDS.get(kind, kind))


@register.filter
def block(kind: str) -> str:
    """The name of a type of block."""
    return str(block_names.NAMES.get(kind, kind))


@register.filter
def reason(key: str) -> str:
    """Why something was left out, by the English words the reader of articles gives."""
    return str(REASONS.get(key, key))


@register.filter
def words(one: Block) -> str:
    """All that a reader would read of a block, without marks."""
    return richtext.to_plain(blocks.text_of(one))
