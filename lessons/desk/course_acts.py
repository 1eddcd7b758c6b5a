"""The acts on a course's structure by their names, and the sentence that says what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content import editing, structure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


class UnknownAct(NotFound):
    code = "unknown_act"


@dataclass(frozen=True)
class Asked:
    """What somebody asked for: to which thing, under which title or to which module."""

    course: UUID
    thing: UUID
    title: str
    to: UUID
    by: User
    now: datetime


def do(what: str, asked: Asked) -> str:
    """Do it; what to say then. Raises ``UnknownAct`` and what ``content.structure`` raises."""
    act = ACTS.get(what)
    if act is None:
        raise UnknownAct(_("There is no such act."))
    return act(asked)


def _add_module(asked: Asked) -> str:
    made = structure.add_module(course=asked.course, title=asked.title, by=asked.by, now=asked.now)
    return _("“%(title)s” is added.") % {"title": made.title}


def _add_lesson(asked: Asked) -> str:
    made = structure.add_lesson(module=asked.thing, title=asked.title, by=asked.by, now=asked.now)
    return _("“%(title)s” is added.") % {"title": made.title}


def _lesson_up(asked: Asked) -> str:
    structure.move_lesson(lesson=asked.thing, step=-1, by=asked.by, now=asked.now)
    return _("Moved.")


def _lesson_down(asked: Asked) -> str:
    structure.move_lesson(lesson=asked.thing, step=1, by=asked.by, now=asked.now)
    return _("Moved.")


def _send_lesson(asked: Asked) -> str:
    structure.send_lesson(lesson=asked.thing, module=asked.to, by=asked.by, now=asked.now)
    return _("Moved.")


def _module_up(asked: Asked) -> str:
    structure.move_module(module=asked.thing, step=-1, by=asked.by, now=asked.now)
    return _("Moved.")


def _module_down(asked: Asked) -> str:
    structure.move_module(module=asked.thing, step=1, by=asked.by, now=asked.now)
    return _("Moved.")


def _retire_lesson(asked: Asked) -> str:
    gone = structure.retire_lesson(lesson=asked.thing, by=asked.by, now=asked.now)
    return _(
        "“%(title)s” goes out of the course with the next publication. Readers keep what they did."
    ) % {"title": gone.title}


def _bring_back_lesson(asked: Asked) -> str:
    back = structure.bring_back_lesson(lesson=asked.thing, by=asked.by, now=asked.now)
    return _("“%(title)s” is back.") % {"title": back.title}


def _retire_module(asked: Asked) -> str:
    gone = structure.retire_module(module=asked.thing, by=asked.by, now=asked.now)
    return _("“%(title)s” is out of the course.") % {"title": gone.title}


def _bring_back_module(asked: Asked) -> str:
    back = structure.bring_back_module(module=asked.thing, by=asked.by, now=asked.now)
    return _("“%(title)s” is back.") % {"title": back.title}


def _switch_required(asked: Asked) -> str:
    lesson = editing.switch(lesson=asked.thing, flag="required", by=asked.by, now=asked.now)
    if lesson.required:
        return _("“%(title)s” counts for finishing the course.") % {"title": lesson.title}
    return _("“%(title)s” is optional now.") % {"title": lesson.title}


def _switch_open(asked: Asked) -> str:
    lesson = editing.switch(lesson=asked.thing, flag="open_to_all", by=asked.by, now=asked.now)
    if lesson.open_to_all:
        return _("“%(title)s” is open to everybody, also without an account.") % {
            "title": lesson.title
        }
    return _("“%(title)s” is for who follows the course.") % {"title": lesson.title}


ACTS: dict[str, Callable[[Asked], str]] = {
    "module-erbij": _add_module,
    "les-erbij": _add_lesson,
    "les-omhoog": _lesson_up,
    "les-omlaag": _lesson_down,
    "les-naar": _send_lesson,
    "module-omhoog": _module_up,
    "module-omlaag": _module_down,
    "les-eruit": _retire_lesson,
    "les-terug": _bring_back_lesson,
    "module-eruit": _retire_module,
    "module-terug": _bring_back_module,
    "verplicht": _switch_required,
    "open": _switch_open,
}
