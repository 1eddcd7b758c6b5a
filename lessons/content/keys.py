"""The keys of passages: one key names one passage among all articles, and outlives rewording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lessons.content import article
from lessons.content.article.passages import Names
from lessons.content.models import Passage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lessons.content.article.passages import Passage as ArticlePassage
    from lessons.content.models import Article

STEM = 54  # Of the 60 characters of a key.


def of_others(one: Article) -> set[str]:
    """Every key that a passage of another article has or had."""
    rows = Passage.objects.exclude(revision__article=one)
    return set(rows.values_list("key", flat=True).distinct())


def keyed(
    fresh: Sequence[ArticlePassage],
    before: Sequence[ArticlePassage],
    keys: Mapping[str, str],
    others: Collection[str],
) -> tuple[ArticlePassage, ...]:
    """The passages of a fresh reading under the keys that are said, inherited, or new: in this
    order, so that a new one gives way to the others."""
    own = {one.key for one in before}
    aligned = article.align(before, fresh) if before else fresh
    names = Names(set(others) - own)
    known = {one.key: _give(names, keys[one.key]) for one in fresh if one.key in keys}
    pairs = [
        (one.key, kept.key) for one, kept in zip(fresh, aligned, strict=True) if one.key not in keys
    ]
    known |= {key: names.give(kept) for key, kept in pairs if kept in own}
    names.taken |= own
    known |= {key: names.give(kept) for key, kept in pairs if kept not in own}
    return tuple(
        replace(one, key=known[one.key], section=known.get(one.section, "")) for one in fresh
    )


def _give(names: Names, key: str) -> str:
    """A key that comes from elsewhere may be as long as keys get: leave room for its number."""
    return names.give(key if key not in names.taken else key[:STEM])


def fresh_keys(fresh: Sequence[ArticlePassage], stored: Sequence[ArticlePassage]) -> dict[str, str]:
    """Where stored passages go by another key than a fresh reading gives: ``{fresh: kept}``.

    An article is not read again when the reader of articles learns something, so a fresh reading
    may give other passages than the stored ones.
    """
    if [one.text for one in fresh] != [one.text for one in stored]:
        stored = article.align(stored, fresh)
    pairs = zip(fresh, stored, strict=True)
    return {one.key: kept.key for one, kept in pairs if one.key != kept.key}
