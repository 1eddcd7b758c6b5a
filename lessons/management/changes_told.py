"""Changes of a course on a terminal: a line for each thing, a unified difference for each text."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from lessons.content.differences import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lessons.content.changes import ChangedBlock, ChangedLesson, Changes
    from lessons.drip.taking_in import MailsTaken
    from lessons.staff.consequences import Consequences


def lines(made: Changes) -> Iterator[str]:
    """What changes, in words a terminal can show; "no changes" when nothing does."""
    if not made:
        yield "no changes"
    for name in made.course:
        yield f"course: {name}"
    for title in made.articles:
        yield f"article shown in its newest revision: {title}"
    for home in made.renamed:
        yield f"module: {made.after.modules[home]['title']} (title, description or slug)"
    if made.reordered:
        yield "modules: another order"
    for lesson in made.lessons:
        yield from _lesson(lesson)


def mails(taken: MailsTaken) -> Iterator[str]:
    """What becomes of the mails beside a course; nothing when they stay as they are."""
    if taken.created:
        yield "the mails are new"
    for name in taken.said:
        yield f"mails: {name}, which holds at once"
    if taken.made.reordered:
        yield "mails: another order"
    for one in taken.made.steps:
        fields = f" ({', '.join(one.fields)})" if one.fields else ""
        yield f"mail: {one.key}: {', '.join(one.changes)}{fields}"
        before, after = (step.body if step else "" for step in (one.before, one.after))
        if difference := unified(before, after):
            yield indent(difference, "  ")


def readers(told: Consequences) -> Iterator[str]:
    """Who notices, in figures."""
    found = told.readers
    yield (
        f"readers: {found.total} ({found.waiting} finished nothing yet, {found.midway} midway,"
        f" {found.completed} completed, {found.by_this} completed by this)"
    )
    for gone in told.gone:
        yield f"  {gone.title}: finished by {gone.finished}, {gone.stopped} stopped there"
    for new in told.new_dates:
        yield f"  {new.title}: opens later for {new.later}, {new.earliest} to {new.latest}"


def _lesson(lesson: ChangedLesson) -> Iterator[str]:
    flags = f" ({', '.join(lesson.flags)})" if lesson.flags else ""
    yield f"lesson: {lesson.title}: {', '.join(lesson.changes)}{flags}"
    if "added" in lesson.changes:
        yield f"  {len(lesson.blocks)} blocks"
        return
    for block in lesson.blocks:
        yield from _block(block)


def _block(block: ChangedBlock) -> Iterator[str]:
    fields = f" ({', '.join(block.fields)})" if block.fields else ""
    yield f"  {block.kind} {block.block}: {block.change}{fields}"
    if difference := unified(block.before, block.after):
        yield indent(difference, "      ")
