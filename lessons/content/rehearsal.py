"""Taking a course in or out as a rehearsal: what would change, with nothing changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import transaction
from django.db.models import Max

from lessons.content import changes, drafts, transfer
from lessons.content.changes import Version
from lessons.content.folder import MAILS
from lessons.content.folder.writing import files_of, refuse_others
from lessons.content.models import Article, Course

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from lessons.content.changes import Changes
    from lessons.content.folder import CourseFile

FileChange = Literal["written", "changed", "removed"]


@dataclass(frozen=True)
class TakingIn:
    """What taking in a folder would do: to the working copy, and to articles by their title."""

    created: bool
    made: Changes
    retired: int
    articles_added: tuple[str, ...]
    articles_revised: tuple[str, ...]


def of_taking_in(file: CourseFile, *, now: datetime) -> TakingIn:
    """What ``transfer.take_in`` would do, found out by doing it and undoing it all.

    Raises what ``transfer.take_in`` raises.
    """
    with transaction.atomic():
        before, known = _drafted(file.uuid), _revisions(file)
        taken = transfer.take_in(file, by=None, now=now)
        after, then = _drafted(file.uuid), _revisions(file)
        transaction.set_rollback(True)
    titles = {article.uuid: article.title for article in file.articles}
    return TakingIn(
        created=taken.created,
        made=changes.between(before, after),
        retired=taken.retired,
        articles_added=tuple(titles[one] for one in then if one not in known),
        articles_revised=tuple(titles[one] for one in known if then[one] != known[one]),
    )


def of_taking_out(course: CourseFile, folder: Path) -> dict[str, FileChange]:
    """What writing the course to this folder would do to which files; the same ones not at all.

    Raises ``InvalidFolder`` when something else stands there.
    """
    refuse_others(folder)
    there = {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent != folder / MAILS
    }
    found: dict[str, FileChange] = {}
    for name, text in files_of(course):
        old = there.pop(name, None)
        if old is None:
            found[name] = "written"
        elif old.read_bytes() != text.encode():
            found[name] = "changed"
    return {**found, **dict.fromkeys(there, "removed")}


def _drafted(course: UUID) -> Version:
    """The working copy as a state to compare with; nothing when there is no such course."""
    row = Course.objects.filter(pk=course).first()
    if row is None:
        return Version()
    both = drafts.both_of(row)
    contents = [
        drafts.content_of(module, both.draft.lessons[module.pk]) for module in both.draft.modules
    ]
    return Version(both.manifest, contents)


def _revisions(file: CourseFile) -> Mapping[UUID, int]:
    """The newest revision of each article of the folder that is there."""
    rows = Article.objects.filter(pk__in=[article.uuid for article in file.articles])
    return dict(rows.annotate(newest=Max("revisions__number")).values_list("pk", "newest"))
