from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import CommandError

from lessons.content import blocks, folder, readability, tics
from lessons.content.folder.reading import read_folder
from lessons.management.commands import EnglishCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from lessons.content.folder import CourseFile, LessonFile

SHIPPED = Path(__file__).resolve().parents[2] / "courses"
COLUMNS = ("lesson", "words", "minutes", "counted", "Flesch-Douma", "longest", "passages", "tics")
LEGEND = """\
minutes   as the lesson says          counted   for its words alone
longest   words of its longest sentence
passages  of the article it rests on  tics      turns of phrase to look at, named below"""
ROW = "{:34.34} {:>6} {:>8} {:>8} {:>13} {:>8} {:>9} {:>5}"


class Command(EnglishCommand):
    """For each lesson that comes along: how long, how readable, what it rests on, which tics."""

    help = "Show words, minutes, readability, passages used and tics of every shipped lesson."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folders", nargs="*", type=Path, help="course folders; default: all")

    def handle(self, *, folders: list[Path], **options: object) -> None:
        for path in folders or sorted(each.parent for each in SHIPPED.glob("*/course.md")):
            try:
                course = read_folder(path)
            except (folder.InvalidFolder, OSError) as error:
                raise CommandError(f"{path}: {error}") from error
            self.stdout.write("\n".join(_report(course)))
        self.stdout.write(f"\n{LEGEND}")


def _report(course: CourseFile) -> Iterator[str]:
    lessons = [lesson for module in course.modules for lesson in module.lessons]
    yield f"\n{course.title}: {len(lessons)} lessons"
    yield ROW.format(*COLUMNS)
    for lesson in lessons:
        yield _row(lesson)
    texts = "\n".join(map(_text, lessons))
    yield ROW.format("all", *_figures(texts, sum(lesson.minutes for lesson in lessons)), "", "")
    for lesson in lessons:
        yield from _details(lesson)


def _row(lesson: LessonFile) -> str:
    text = _text(lesson)
    used = {key for block in lesson.blocks for key in block.passages}
    return ROW.format(
        lesson.title,
        *_figures(text, lesson.minutes),
        len(used),
        sum(map(len, _tics(text).values())),
    )


def _figures(text: str, minutes: int) -> tuple[object, ...]:
    measured = readability.measure(text)
    longest = len(readability.words_of(measured.longest))
    return (measured.words, minutes, measured.minutes, f"{measured.flesch_douma:.0f}", longest)


def _details(lesson: LessonFile) -> Iterator[str]:
    """What to look at: the longest sentence when it is long, and each tic in its own words."""
    text = _text(lesson)
    longest = readability.measure(text).longest
    length = len(readability.words_of(longest))
    rows = [f"  {length} words: {longest}"] if length > readability.LONGEST_SENTENCE else []
    for name, pieces in _tics(text).items():
        rows.append(f"  {name}: {' · '.join(' '.join(piece.split()) for piece in pieces)}")
    if rows:
        yield from ["", lesson.title, *rows]


def _tics(text: str) -> dict[str, list[str]]:
    return {**tics.found(text, tics.NEVER), **tics.found(text, tics.LOOK_AT)}


def _text(lesson: LessonFile) -> str:
    """All that a reader reads of a lesson."""
    parts = [lesson.title, lesson.lead, *map(blocks.text_of, lesson.blocks)]
    return readability.plain("\n".join(parts))
