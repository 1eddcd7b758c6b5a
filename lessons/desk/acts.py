"""Who did what, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lessons.desk import moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from courseapp.accounts.models import AuditEntry, User

# %(who)s did it, on %(name)s; %(after)s, %(before)s are numbers, %(when)s a moment, %(why)s a code.
SENTENCES: dict[str, _StrPromise] = {
    "edition.published": gettext_lazy("%(who)s published edition %(after)s"),
    "edition.restored": gettext_lazy(
        "%(who)s brought back edition %(restored)s, as edition %(after)s"
    ),
    "publication.planned": gettext_lazy("%(who)s planned a publication on %(when)s"),
    "publication.cancelled": gettext_lazy("%(who)s called off a planned publication"),
    "publication.laid_aside": gettext_lazy("%(who)s put away that a publication did not happen"),
    "publication.failed": gettext_lazy("A planned publication did not happen"),
    "lesson.saved": gettext_lazy("%(who)s saved the lesson “%(name)s”"),
    "lesson.added": gettext_lazy("%(who)s added the lesson “%(name)s”"),
    "lesson.retired": gettext_lazy("%(who)s took the lesson “%(name)s” out of the course"),
    "lesson.brought_back": gettext_lazy("%(who)s brought back the lesson “%(name)s”"),
    "module.added": gettext_lazy("%(who)s added the module “%(name)s”"),
    "module.changed": gettext_lazy("%(who)s changed the module “%(name)s”"),
    "module.retired": gettext_lazy("%(who)s took the module “%(name)s” out of the course"),
    "module.brought_back": gettext_lazy("%(who)s brought back the module “%(name)s”"),
    "course.added": gettext_lazy("%(who)s began the course “%(name)s”"),
    "course.derived": gettext_lazy("%(who)s made a course of the article: “%(name)s”"),
    "course.merged": gettext_lazy("%(who)s took passages of an article into “%(name)s”"),
    "course.changed": gettext_lazy("%(who)s changed the settings of the course"),
    "course.arranged": gettext_lazy("%(who)s changed the order of the course"),
    "course.undone": gettext_lazy("%(who)s undid a step in the course"),
    "sequence.published": gettext_lazy("%(who)s published the mails “%(name)s”"),
    "sequence.begun": gettext_lazy("%(who)s began the mails “%(name)s”"),
    "sequence.changed": gettext_lazy("%(who)s changed the settings of the mails “%(name)s”"),
    "sequence.written": gettext_lazy("%(who)s wrote all mails of “%(name)s” anew"),
    "sequence.step_added": gettext_lazy("%(who)s added the mail “%(name)s”"),
    "sequence.step_saved": gettext_lazy("%(who)s saved the mail “%(name)s”"),
    "sequence.step_removed": gettext_lazy("%(who)s took out the mail “%(name)s”"),
    "sequence.arranged": gettext_lazy("%(who)s changed the order of the mails “%(name)s”"),
    "sequence.undone": gettext_lazy("%(who)s undid a step in the mails “%(name)s”"),
    "sequence.tested": gettext_lazy("%(who)s sent themselves a test of “%(name)s”"),
    "sequence.stopped": gettext_lazy("%(who)s stopped the mails “%(name)s”"),
    "sequence.resumed": gettext_lazy("%(who)s let the mails “%(name)s” go on"),
    "sequence.tried_again": gettext_lazy("%(who)s had mails of “%(name)s” tried again"),
}


@dataclass(frozen=True)
class Act:
    """One act as a sentence; ``program``: the token it was done through, if it was."""

    at: datetime
    sentence: str
    program: str


def told(entry: AuditEntry) -> Act:
    """The act in the active language; one that nobody wrote a sentence for by its own name."""
    sentence = SENTENCES.get(entry.act)
    words = _words(entry)
    fallback = _("%(who)s: %(act)s, “%(name)s”")
    return Act(
        at=entry.at,
        sentence=(str(sentence) if sentence else fallback) % words,
        program=entry.token.name if entry.token else "",
    )


def name_of(person: User | None) -> str:
    """What people are called here: the part of their address before the @."""
    return _capital(person.email.partition("@")[0]) if person else _("the server")


def _capital(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _words(entry: AuditEntry) -> dict[str, Any]:
    after = entry.after if isinstance(entry.after, dict) else {}
    return {
        "who": _capital(name_of(entry.by)),
        "name": entry.name,
        "act": entry.act,
        "after": after.get("edition", ""),
        "restored": after.get("restored", ""),
        "when": _moment(after),
    }


def _moment(after: Mapping[str, Any]) -> str:
    try:
        return moments.day_and_hour(datetime.fromisoformat(str(after.get("at", ""))))
    except ValueError:
        return ""
