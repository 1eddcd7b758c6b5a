"""From an article to the draft of a course, always the same draft for the same article.

A lesson per section; sections too long to read in one go are split, very short ones join a
neighbour. Every passage is named by a block. What a person makes of the draft is theirs: when the
article comes again, `content.staleness` tells what it moved away from, and nothing is derived anew.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lessons.content.article.passages import Names, Parsed, Passage, count_words, slugify
from lessons.content.derivation.parts import Part, gather, with_headings
from lessons.content.derivation.writing import BlockIds, alone, clean, shorten, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.content.blocks import Block

__all__ = ["DraftCourse", "DraftLesson", "DraftModule", "alone", "as_json", "derive"]
LESSON_MOST = 900  # Words: about five minutes.
LESSON_LEAST = 60
PARTS_MOST = 45  # Stays below the number of blocks a lesson may hold.
WORDS_A_MINUTE = 180
SECTION_LEVEL = 2
MODULE_LESSONS = 4
TITLE_MAX = 120
SLUG_MAX = 60
NUMBERED = re.compile(r" \(\d+\)$")


@dataclass(frozen=True)
class DraftLesson:
    title: str
    slug: str
    minutes: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class DraftModule:
    title: str
    lessons: tuple[DraftLesson, ...]


@dataclass(frozen=True)
class DraftCourse:
    title: str
    modules: tuple[DraftModule, ...]


@dataclass
class _Section:
    """A heading and what stands under it, sub-headings included."""

    heading: Passage | None
    passages: list[Passage] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(count_words(passage.text) for passage in self.passages)


@dataclass(frozen=True)
class _Lesson:
    """What one lesson is made of, before its blocks are written."""

    title: str
    heading: Passage | None
    above: tuple[Passage, ...]
    parts: tuple[Part, ...]


def derive(parsed: Parsed) -> DraftCourse:
    """The draft of a course; it has no modules when nothing of the article was left."""
    title = shorten(clean(parsed.title), TITLE_MAX)
    plans = [
        lesson
        for group in _joined(_sections(parsed.passages))
        for lesson in _split(_lesson(group, title))
    ]
    ids = BlockIds()
    slugs = Names()
    lessons = [_write(plan, ids, slugs) for plan in plans]
    return DraftCourse(title, tuple(_modules(lessons, title)))


def as_json(parsed: Parsed, draft: DraftCourse) -> dict[str, Any]:
    """What the command prints: passages, what was left out, and the lessons in order."""
    return {
        "passages": [
            {"key": one.key, "kind": one.kind, "section": one.section, "text": one.text}
            for one in parsed.passages
        ],
        "left_out": [{"text": one.text, "reason": one.reason} for one in parsed.left_out],
        "lessons": [
            {
                "title": lesson.title,
                "minutes": lesson.minutes,
                "blocks": [
                    {"type": block.type, "passages": list(block.passages)}
                    for block in lesson.blocks
                ],
            }
            for module in draft.modules
            for lesson in module.lessons
        ],
    }


def _sections(passages: Sequence[Passage]) -> list[_Section]:
    sections: list[_Section] = []
    for passage in passages:
        if passage.kind == "heading" and passage.level <= SECTION_LEVEL:
            sections.append(_Section(passage))
            continue
        if not sections:
            sections.append(_Section(None))
        sections[-1].passages.append(passage)
    return sections


def _joined(sections: Sequence[_Section]) -> list[list[_Section]]:
    """Sections that make one lesson: a short one with the next, the last with the one before."""
    groups: list[list[_Section]] = []
    words = LESSON_LEAST
    for section in sections:
        if words < LESSON_LEAST:
            groups[-1].append(section)
            words += section.words
        else:
            groups.append([section])
            words = section.words
    if words < LESSON_LEAST and len(groups) > 1:
        groups[-2].extend(groups.pop())
    return groups


def _lesson(group: Sequence[_Section], course: str) -> _Lesson:
    """One lesson of one or more sections, under the heading of one of them.

    The others' headings show as sub-headings; the article's own title, and a heading with nothing
    under it at the start, show nowhere and count for the first block.
    """
    main = _main(group)
    above: list[Passage] = []
    parts: list[Part] = []
    for section in group:
        if section.heading:
            leads = not parts and (section is main or not section.passages)
            alone = not any(part.kind == "heading" for part in parts)
            if section.heading.level == 1 or leads or (section is main and alone):
                above.append(section.heading)
            else:
                parts.append(Part("heading", [section.heading]))
        parts.extend(gather(section.passages))
    named = main.heading.text if main.heading else course
    return _Lesson(
        shorten(clean(named), TITLE_MAX), main.heading, tuple(above), tuple(with_headings(parts))
    )


def _main(group: Sequence[_Section]) -> _Section:
    """The section that names the lesson: the longest, or the first when all of them are short."""
    headed = [section for section in group if section.heading] or list(group)
    longest = max(headed, key=lambda section: section.words)
    return longest if longest.words >= LESSON_LEAST else headed[0]


def _split(lesson: _Lesson) -> list[_Lesson]:
    """A lesson that is too long, in parts of about the same length, numbered in their titles."""
    words = sum(part.words for part in lesson.parts)
    count = max(-(-words // LESSON_MOST), -(-len(lesson.parts) // PARTS_MOST), 1)
    if count == 1:
        return [lesson]
    stretches: list[list[Part]] = [[]]
    done = 0
    for part in lesson.parts:
        glued = bool(stretches[-1]) and stretches[-1][-1].kind == "heading"
        full = done + part.words / 2 > words * len(stretches) / count
        if stretches[-1] and not glued and (full or len(stretches[-1]) >= PARTS_MOST):
            stretches.append([])
        stretches[-1].append(part)
        done += part.words
    if len(stretches) == 1:
        return [lesson]
    return [
        _Lesson(
            f"{lesson.title} ({number})",
            lesson.heading,
            lesson.above if number == 1 else (),
            tuple(stretch),
        )
        for number, stretch in enumerate(stretches, start=1)
    ]


def _write(plan: _Lesson, ids: BlockIds, slugs: Names) -> DraftLesson:
    words = sum(part.words for part in plan.parts)
    return DraftLesson(
        title=plan.title,
        slug=slugs.give(slugify(plan.title, limit=SLUG_MAX)),
        minutes=max(1, -(-words // WORDS_A_MINUTE)),
        blocks=write(plan.parts, plan.heading, plan.above, ids),
    )


def _modules(lessons: Sequence[DraftLesson], course: str) -> list[DraftModule]:
    """Lessons that follow each other in modules of three to five, as even as can be.

    A module is called by the theme it begins with; where that is the whole article's, or another
    module's, by its number.
    """
    if not lessons:
        return []
    count = max(1, (len(lessons) + MODULE_LESSONS // 2) // MODULE_LESSONS)
    bounds = [round(number * len(lessons) / count) for number in range(count + 1)]
    stretches = [tuple(lessons[start:end]) for start, end in itertools.pairwise(bounds)]
    taken = {course}
    modules = []
    for number, stretch in enumerate(stretches, start=1):
        theme = _theme(stretch[0].title)
        modules.append(DraftModule(f"Deel {number}" if theme in taken else theme, stretch))
        taken.add(theme)
    return modules


def _theme(title: str) -> str:
    """The part of a title before its colon, without the number of a lesson that was split."""
    return NUMBERED.sub("", title).partition(": ")[0]
