"""The shipped mails, and the words that would tell somebody looking over a shoulder."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lessons.content.folder.reading import read_folder
from lessons.drip import folder
from lessons.management.commands.load_courses import SHIPPED

if TYPE_CHECKING:
    from uuid import UUID

    from lessons.content.folder import CourseFile

FREE, TRAINING = "bindingsangst-ontmaskerd", "kiezen-met-helderheid"

# What stands in titles and tells nobody anything: with these, any mail may be written.
ORDINARY = """
als ander andere anders bij dat de die doet drie een en erna eronder eruitziet ervan gaat geleerd
haast het hoe ik in is je jij kijken komt kost kunt les lessen maken mail mails met mij mijn nog of
om onder ons op over samen school soms stap te toen toeval twee van vandaan voor vraag vriend
vrienden vroeg waar wat weg week weken wie wij wil zeggen zit zonder zou
"""
# What the courses are about, in the words that people would recognise it by.
TOPIC = """
afstand afwijzing angst band besluit breuk ex gevoelens grenzen hechten hechting helderheid huwelijk
intiem kwetsbaar liefde man masker muur nabijheid ontmaskerd partner patronen patroon relatie
relaties ruimte scheiden scheiding twijfel twijfelen uitmaken vasthouden verlangen verlaten verliefd
vrouw weggaan
"""


@cache
def mails(course: str) -> folder.SequenceFile:
    return folder.read(SHIPPED / course, lessons_of(course))


@cache
def course_file(course: str) -> CourseFile:
    return read_folder(SHIPPED / course)


def lessons_of(course: str) -> dict[str, UUID]:
    """The lessons of a shipped course in reading order, by slug."""
    modules = course_file(course).modules
    return {lesson.slug: lesson.uuid for module in modules for lesson in module.lessons}


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


@cache
def telling() -> frozenset[str]:
    """The words a mail may not hold: those of every title, but the ordinary, and the topic's."""
    titles = [
        title
        for course in map(course_file, (FREE, TRAINING))
        for title in (
            course.title,
            *(module.title for module in course.modules),
            *(lesson.title for module in course.modules for lesson in module.lessons),
        )
    ]
    found = {word for title in titles for word in words_in(title)}
    return frozenset(found - {*ORDINARY.split()} | {*TOPIC.split()})


def is_telling(word: str) -> bool:
    """Also where a word that tells is part of a longer one."""
    return word in telling() or any(len(each) > 5 and each in word for each in telling())
