"""What to look at before a publication: what stops it, and what a second look may mend.

A finding says where it is (lesson, block) and which words it is about; its sentence is for the
person who publishes. What is soft is a matter of taste, and grouped so that the list stays short.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from django.utils.formats import date_format
from django.utils.timezone import localtime

from lessons.content import blocks, changes, drafts, links, outside, readability, tics, wording
from lessons.content.checklist_words import field_word, sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from lessons.content.blocks import Block
    from lessons.content.changes import Changes
    from lessons.content.drafts import Both
    from lessons.content.links import Known
    from lessons.content.models import Course, Lesson, Module
    from lessons.content.outside import Dead

Level = Literal["stops", "look"]
STOPS = {
    *("course_empty", "module_empty", "lesson_empty", "block_unfinished", "alt_missing"),
    "address_twice",
}
SOFT = {"only_exercise", "hard_to_read", "long_sentences", "tics"}
EASY = 60  # Flesch-Douma: below this a text takes effort.
ENOUGH_WORDS = 50  # Fewer say nothing about how a text reads.
SHOWN = 3
PIECE = 140
FAR_MINUTES = 2


@dataclass(frozen=True)
class Finding:
    """One thing to look at: ``code`` says which, ``pieces`` are the words it is about."""

    code: str
    lesson: UUID | None = None
    title: str = ""
    block: UUID | None = None
    kind: str = ""
    pieces: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return "stops" if self.code in STOPS else "look"

    @property
    def soft(self) -> bool:
        """A matter of style, which good reasons may overrule."""
        return self.code in SOFT

    @property
    def sentence(self) -> str:
        return sentence_of(self.code, self.pieces)


def of(course: Course, modules: set[UUID]) -> tuple[Finding, ...]:
    """What to look at in these modules and those that come along; six queries."""
    both = drafts.both_of(course)
    return of_both(both, changes.of_both(both, modules))


def of_both(both: Both, made: Changes) -> tuple[Finding, ...]:
    """The same, of what was read already; one query, and one more for links to other sites.

    What stops comes first.
    """
    chosen = [module for module in both.draft.modules if module.pk in set(made.modules)]
    lessons = [lesson for module in chosen for lesson in both.draft.lessons[module.pk]]
    known, dead = _known(both, lessons), outside.dead(_pages(lessons))
    found = list(_of_course(both, made, chosen))
    for lesson in lessons:
        found += _of_lesson(lesson, known, dead, dutch=both.course.language == "nl")
    return tuple(sorted(found, key=lambda one: (one.level != "stops", one.soft)))


def _known(both: Both, lessons: Iterable[Lesson]) -> Known:
    """What links may lead to, this course and its articles as they will be included."""
    text = "\n".join(_everything(lesson) for lesson in lessons)
    files = {
        address.removeprefix("/media/")
        for address in (*links.in_text(text), *_sources(lessons))
        if address.startswith("/media/")
    }
    there = links.known(files=files)
    return replace(
        there,
        live=there.live | {both.course.slug},
        articles=there.articles | {one.slug for one in both.cited if one.behind},
    )


def _everything(lesson: Lesson) -> str:
    return "\n".join(blocks.text_of(block) for block in blocks.many_from_json(lesson.blocks))


def _sources(lessons: Iterable[Lesson]) -> Iterator[str]:
    for lesson in lessons:
        for block in blocks.many_from_json(lesson.blocks):
            if isinstance(block, blocks.Media):
                yield block.src


def _pages(lessons: Iterable[Lesson]) -> set[str]:
    parts = (block for lesson in lessons for block in blocks.many_from_json(lesson.blocks))
    return {page for block in parts for page in outside.pages_of(block)}


def _of_course(both: Both, made: Changes, chosen: Sequence[Module]) -> Iterator[Finding]:
    if not made.after.lessons:
        yield Finding("course_empty")
    for module in chosen:
        if not both.draft.lessons[module.pk]:
            yield Finding("module_empty", pieces=(module.title,))
    after = list(made.after.lessons.items())
    for code, name in (("address_twice", "slug"), ("title_twice", "title")):
        times = Counter(one[name].casefold() for _uuid, one in after)
        for uuid, one in after:
            if times[one[name].casefold()] > 1:
                yield Finding(code, uuid, one["title"], pieces=(one[name],))


def _of_lesson(
    lesson: Lesson, known: Known, dead: Mapping[str, Dead], *, dutch: bool
) -> Iterator[Finding]:
    parts = blocks.many_from_json(lesson.blocks)
    here = Finding("", lesson.pk, lesson.title)
    if not parts:
        yield replace(here, code="lesson_empty")
        return
    for block in parts:
        spot = replace(here, block=block.id, kind=block.type)
        yield from _of_block(block, spot, known, [one.id for one in parts])
        yield from _of_pages(block, spot, dead)
        yield from _of_words(blocks.text_of(block), spot, dutch=dutch)
    yield from _of_words(f"{lesson.title}\n{lesson.lead}", here, dutch=dutch)
    kinds = {block.type for block in parts}
    if "reflection" not in kinds:
        yield replace(here, code="only_exercise" if "exercise" in kinds else "no_reflection")
    yield from _of_reading(lesson, parts, here, dutch=dutch)


def _of_block(
    block: Block, spot: Finding, known: Known, siblings: Sequence[UUID]
) -> Iterator[Finding]:
    missing = blocks.unfinished(block)
    if "alt" in missing:
        yield replace(spot, code="alt_missing")
    if rest := [name for name in missing if name != "alt"]:
        yield replace(spot, code="block_unfinished", pieces=tuple(map(field_word, rest)))
    for address in links.in_text(blocks.text_of(block)):
        if fault := links.fault(address, known=known, blocks=siblings):
            yield replace(spot, code=fault, pieces=(address[:PIECE],))
    # A film elsewhere is unfinished where its address is not understood.
    if isinstance(block, blocks.Media) and block.src and block.kind != "embed":
        yield from _of_media(block, spot, known)
    if isinstance(block, blocks.Offer) and block.course and block.course not in known.live:
        code = "offer_not_live" if block.course in known.courses else "offer_unknown"
        yield replace(spot, code=code, pieces=(block.course,))


def _of_pages(block: Block, spot: Finding, dead: Mapping[str, Dead]) -> Iterator[Finding]:
    """The pages of other sites that are no more, each once."""
    for page in dict.fromkeys(outside.pages_of(block)):
        if found := dead.get(page):
            day = date_format(localtime(found.at), "j F Y")
            yield replace(spot, code=found.code, pieces=(page, day))


def _of_media(block: blocks.Media, spot: Finding, known: Known) -> Iterator[Finding]:
    ours = block.src.startswith(("/", "http:")) or "://" not in block.src
    fault = links.fault(block.src, known=known)
    if fault == "link_insecure":
        yield replace(spot, code="link_insecure", pieces=(block.src,))
    elif fault and not (ours and block.src.startswith("/static/")):
        yield replace(spot, code="media_missing", pieces=(block.src,))


def _of_words(text: str, spot: Finding, *, dutch: bool) -> Iterator[Finding]:
    """What must not be said, whatever the reason."""
    plain = readability.plain(text)
    if claims := wording.claims_in(plain):
        yield replace(spot, code="claim", pieces=_few(claims))
    never = tics.found(plain, tics.NEVER) if dutch else {}
    if never:
        pieces = (piece for words in never.values() for piece in words)
        yield replace(spot, code="never", pieces=_few(pieces))


def _of_reading(
    lesson: Lesson, parts: Sequence[Block], here: Finding, *, dutch: bool
) -> Iterator[Finding]:
    texts = [lesson.title, lesson.lead, *map(blocks.text_of, parts)]
    text = readability.plain("\n".join(texts))
    measured = readability.measure(text)
    apart = abs(lesson.minutes - measured.minutes)
    if not lesson.minutes:
        yield replace(here, code="no_minutes", pieces=(str(measured.minutes),))
    elif apart > max(FAR_MINUTES, measured.minutes // 2):
        yield replace(here, code="minutes_far", pieces=(str(lesson.minutes), str(measured.minutes)))
    if dutch:
        enough = measured.words >= ENOUGH_WORDS
        yield from _of_style(text, measured.flesch_douma if enough else EASY, here)


def _of_style(text: str, ease: float, here: Finding) -> Iterator[Finding]:
    if ease < EASY:
        yield replace(here, code="hard_to_read", pieces=(f"{ease:.0f}",))
    long = [
        sentence
        for sentence in readability.sentences_of(text)
        if len(readability.words_of(sentence)) > readability.LONGEST_SENTENCE
    ]
    if long:
        yield replace(here, code="long_sentences", pieces=_few(long))
    if seen := tics.found(text, tics.LOOK_AT):
        pieces = (words[0] for words in seen.values())
        yield replace(here, code="tics", pieces=_few(pieces))


def _few(pieces: Iterable[str]) -> tuple[str, ...]:
    """The first few, each on one line and not too long; "…" stands for the rest."""
    kept = list(dict.fromkeys(" ".join(piece.split()) for piece in pieces))
    shown = [piece if len(piece) <= PIECE else f"{piece[:PIECE]}…" for piece in kept[:SHOWN]]
    return (*shown, "…") if len(kept) > SHOWN else tuple(shown)
