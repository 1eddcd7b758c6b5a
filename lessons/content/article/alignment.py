"""Keys that live on: the passages of a revised article under the keys of the revision before.

Passages that read the same keep their key, wherever they went. Between them lie small gaps; in a
gap the most alike of the same family are paired, in order. What is left is new.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from lessons.content.article.passages import Names, Passage, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ALIKE = 0.5
WINDOW = 12  # How far from its expected place in a gap a passage is looked for.
SHORT = 80  # Shorter texts are compared by letters, longer ones by words.
FAMILY = {"heading": "heading", "item": "item", "statement": "item"}  # All else is running text.

Pair = tuple[int, int]  # Places in the old and the new revision.


def align(old: Sequence[Passage], new: Sequence[Passage]) -> list[Passage]:
    """The new passages, in their order, with the keys of the old ones they continue.

    A passage that continues none gets a key that neither revision had. Sections follow along.
    """
    pairs = dict(_unmoved_and_moved(old, new))
    for before, after in _gaps(pairs, len(old), len(new)):
        pairs.update(_alike(old, new, before, after))
    pairs.update(_leftovers(old, new, pairs))
    return _rename(old, new, {after: before for before, after in pairs.items()})


def _unmoved_and_moved(old: Sequence[Passage], new: Sequence[Passage]) -> Iterator[Pair]:
    """Texts that stand exactly once in both revisions."""
    digests = [[passage.digest for passage in side] for side in (old, new)]
    once = [{text for text, count in Counter(side).items() if count == 1} for side in digests]
    places = {text: at for at, text in enumerate(digests[1])}
    for at, text in enumerate(digests[0]):
        if text in once[0] and text in once[1]:
            yield at, places[text]


def _gaps(pairs: dict[int, int], olds: int, news: int) -> Iterator[tuple[list[int], list[int]]]:
    """The unpaired places of both revisions between those pairs that kept their order."""
    taken = set(pairs.values())
    last_old, last_new = -1, -1
    for before, after in [*_in_order(sorted(pairs.items())), (olds, news)]:
        gap = (
            [at for at in range(last_old + 1, before) if at not in pairs],
            [at for at in range(last_new + 1, after) if at not in taken],
        )
        if gap[0] and gap[1]:
            yield gap
        last_old, last_new = before, after


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest run of pairs whose order is the same in both (patience sorting)."""
    tops: list[int] = []
    at_top: list[int] = []
    before: list[int] = []
    for number, (_, after) in enumerate(pairs):
        pile = bisect_left(tops, after)
        before.append(at_top[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [after]
        at_top[pile : pile + 1] = [number]
    chain = []
    number = at_top[-1] if at_top else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _alike(
    old: Sequence[Passage], new: Sequence[Passage], before: Sequence[int], after: Sequence[int]
) -> Iterator[Pair]:
    """The most alike first, as long as no two pairs cross."""
    found = sorted(_candidates(old, new, before, after))
    chosen: list[Pair] = []
    used: set[int] = set()
    for _, _, left, right in found:
        if right in used:
            continue
        at = bisect_left(chosen, (left, right))
        below, above = chosen[at - 1 : at] if at else [], chosen[at : at + 1]
        fits = all(pair[0] < left and pair[1] < right for pair in below)
        if fits and all(pair[0] > left and pair[1] > right for pair in above):
            insort(chosen, (left, right))
            used.add(right)
    yield from chosen


def _candidates(
    old: Sequence[Passage], new: Sequence[Passage], before: Sequence[int], after: Sequence[int]
) -> Iterator[tuple[float, float, int, int]]:
    """Pairs near the same place that are alike enough: (unlikeness, distance, old, new)."""
    words = {at: _parts(old[at].text) for at in before}
    for number, right in enumerate(after):
        expected = number * len(before) / len(after)
        low = max(int(expected) - WINDOW, 0)
        for place in range(low, min(low + 2 * WINDOW + 1, len(before))):
            left = before[place]
            likeness = _likeness(old[left], new[right], words[left])
            if likeness >= ALIKE:
                distance = abs((place + 0.5) / len(before) - (number + 0.5) / len(after))
                yield -likeness, distance, left, right


def _likeness(old: Passage, new: Passage, words: Sequence[str]) -> float:
    if FAMILY.get(old.kind) != FAMILY.get(new.kind):
        return 0.0
    if old.text == new.text:
        return 1.0
    if max(len(old.text), len(new.text)) <= SHORT:
        matcher = difflib.SequenceMatcher(None, old.text.casefold(), new.text.casefold())
    else:
        matcher = difflib.SequenceMatcher(None, words, _parts(new.text))
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return min(matcher.ratio(), 0.99)


def _parts(text: str) -> list[str]:
    return [word.strip(".,;:!?…‘’“”\"'()").casefold() for word in text.split()]


def _leftovers(
    old: Sequence[Passage], new: Sequence[Passage], pairs: dict[int, int]
) -> Iterator[Pair]:
    """Texts that stand several times and moved: paired in order."""
    free: dict[str, list[int]] = defaultdict(list)
    for at in reversed(range(len(old))):
        if at not in pairs:
            free[old[at].digest].append(at)
    taken = set(pairs.values())
    for at, passage in enumerate(new):
        if at not in taken and free.get(passage.digest):
            yield free[passage.digest].pop(), at


def _rename(
    old: Sequence[Passage], new: Sequence[Passage], origin: dict[int, int]
) -> list[Passage]:
    names = Names(passage.key for passage in old)
    keys: dict[str, str] = {}
    for at, passage in enumerate(new):
        if at in origin:
            keys[passage.key] = old[origin[at]].key
        else:
            keys[passage.key] = names.give(key_of(passage.text))
    return [
        replace(passage, key=keys[passage.key], section=keys.get(passage.section, ""))
        for passage in new
    ]
