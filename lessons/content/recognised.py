"""What a passage is, where a person knew better than the reader of articles. Pure.

A correction changes the kind and remembers what was recognised. The levels of headings and the
sections follow from the kinds, so they are worked out anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from lessons.content.article.passages import Kind, sectioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lessons.content.article.passages import Passage

KINDS: tuple[Kind, ...] = get_args(Kind)
# The level of what a person calls a heading or an item: a lesson of its own, a plain list.
BY_HAND = {"heading": 2, "item": 1}


def corrected(
    passages: Iterable[Passage], kinds: Mapping[str, str]
) -> tuple[tuple[Passage, ...], dict[str, str]]:
    """The passages as these kinds (``{key: kind}``) make them, and what was recognised instead.

    ``passages`` are as recognised; a kind that was recognised anyway is no correction.
    """
    result: list[Passage] = []
    recognised: dict[str, str] = {}
    for passage in passages:
        kind = kinds.get(passage.key, passage.kind)
        if kind != passage.kind:
            recognised[passage.key] = passage.kind
            passage = replace(passage, kind=kind, level=BY_HAND.get(kind, 0))  # type: ignore[arg-type] # noqa: PLW2901
        result.append(passage)
    return tuple(sectioned(result)), recognised


def as_recognised(
    passages: Sequence[Passage], recognised: Mapping[str, str], fresh: Mapping[str, Passage]
) -> tuple[Passage, ...]:
    """Stored passages without the corrections; ``fresh`` is a new reading by key, for levels."""
    result = []
    for passage in passages:
        kind = recognised.get(passage.key)
        if kind:
            again = fresh.get(passage.key)
            same = again is not None and again.kind == kind
            level = again.level if again and same else BY_HAND.get(kind, 0)
            passage = replace(passage, kind=kind, level=level)  # type: ignore[arg-type] # noqa: PLW2901
        result.append(passage)
    return tuple(sectioned(result))
