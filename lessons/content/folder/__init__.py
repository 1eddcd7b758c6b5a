"""A course as a folder of Markdown files: readable, comparable, and the same bytes every time.

    course.md                       front matter, then the description
    articles/<slug>.yaml            what we know of an article; its source lies beside it, untouched
    01-<module>/module.md
    01-<module>/01-<lesson>.md      front matter, then the blocks
    media/                          the pictures, sound and films that the blocks show
    mails/                          what `lessons.drip.folder` reads and writes; left alone here

A block is a line ``::: kind``, its fields as YAML, a line ``---``, its body, a line ``:::``; empty
fields are left out. Pure: no database. The shapes stand here; `writing` and `reading`
turn them into files and back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from courseapp.errors import Refused
from lessons.content import own_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from lessons.content import blocks

MAILS = "mails"
ENDINGS = {"text": "txt", "markdown": "md", "html": "html"}


class InvalidFolder(Refused):
    """A course folder that cannot be read; the sentence names the file."""

    code = "invalid_folder"


@dataclass(frozen=True)
class ArticleFile:
    """An article with its source. ``keys``: passages whose kept key is not the one a fresh reading
    of the source gives them, as ``{fresh: kept}``. ``kinds``: what a person said of passages that
    were recognised as something else, as ``{kept: kind}``."""

    uuid: UUID
    slug: str
    title: str
    description: str
    public: bool
    form: str
    source: str
    keys: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LessonFile:
    """A lesson. ``stale``: ``{block: {passage key: digest}}`` where the article has moved on."""

    uuid: UUID
    slug: str
    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool
    retired: datetime | None
    blocks: tuple[blocks.Block, ...]
    stale: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ModuleFile:
    uuid: UUID
    slug: str
    title: str
    description: str
    retired: datetime | None
    lessons: tuple[LessonFile, ...]


@dataclass(frozen=True)
class MediaCopy:
    """A file of our own under the ``path`` that blocks name it by, and what it was called once.

    ``source`` is where its bytes lie now: in the folder, or where the site keeps them.
    """

    path: str
    name: str
    source: Path = field(compare=False)


@dataclass(frozen=True)
class CourseFile:
    uuid: UUID
    slug: str
    title: str
    tagline: str
    description: str
    access: str
    language: str
    pace: Mapping[str, Any] | None
    articles: tuple[ArticleFile, ...]
    modules: tuple[ModuleFile, ...]
    media: tuple[MediaCopy, ...] = ()


def named_files(modules: Iterable[ModuleFile]) -> list[str]:
    """The files of our own that the blocks of these modules show, each once, in order."""
    lessons = (lesson for module in modules for lesson in module.lessons)
    return sorted(set().union(*(own_files.named_in(lesson.blocks) for lesson in lessons)))


def source_name(article: ArticleFile) -> str:
    return f"{article.slug}.{ENDINGS[article.form]}"
