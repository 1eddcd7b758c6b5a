"""A course written to its folder: whole or not at all, and the same bytes for the same course."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lessons.content.blocks import fields_of
from lessons.content.folder import MAILS, InvalidFolder, source_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lessons.content import blocks
    from lessons.content.folder import ArticleFile, CourseFile, LessonFile, MediaCopy, ModuleFile


def write_folder(course: CourseFile, path: Path) -> None:
    """Write the course there, whole or not at all.

    A folder that already holds a course is replaced, all but its mails. Raises ``InvalidFolder``
    when something else is in the way.
    """
    refuse_others(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as scratch:
        fresh, old = Path(scratch) / "new", Path(scratch) / "old"
        for name, text in files_of(course):
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        _copy_media(course.media, fresh / "media")
        if (path / MAILS).is_dir():
            shutil.copytree(path / MAILS, fresh / MAILS)
        if path.exists():
            path.rename(old)
        shutil.move(fresh, path)


def refuse_others(path: Path) -> None:
    """Raise ``InvalidFolder`` when something that is no course folder stands there."""
    if path.exists() and not _is_ours(path):
        raise InvalidFolder(f"{path} exists and is not a course folder; name an empty one.")


def files_of(course: CourseFile) -> Iterator[tuple[str, str]]:
    """Every file of the folder with its text, in reading order."""
    yield "course.md", page(_course_front(course), course.description)
    for article in course.articles:
        yield f"articles/{article.slug}.yaml", _yaml(_article_front(article))
        yield f"articles/{source_name(article)}", article.source
    for place, module in enumerate(course.modules, start=1):
        folder = f"{place:02}-{module.slug}"
        yield f"{folder}/module.md", page(_module_front(module), module.description)
        for number, lesson in enumerate(module.lessons, start=1):
            body = "\n\n".join(_block(block, lesson.stale) for block in lesson.blocks)
            yield f"{folder}/{number:02}-{lesson.slug}.md", page(_lesson_front(lesson), body)
    if course.media:
        yield "media/names.yaml", _yaml({one.path: one.name for one in course.media})


def _copy_media(media: Sequence[MediaCopy], folder: Path) -> None:
    for one in media:
        if not one.source.is_file():
            raise InvalidFolder(f"{one.path} is missing: a lesson shows it.")
        shutil.copyfile(one.source, folder / one.path)


def _is_ours(path: Path) -> bool:
    return path.is_dir() and ((path / "course.md").is_file() or not any(path.iterdir()))


def _course_front(course: CourseFile) -> dict[str, Any]:
    return {
        "uuid": str(course.uuid),
        "slug": course.slug,
        "title": course.title,
        "tagline": course.tagline,
        "access": course.access,
        "language": course.language,
        "pace": dict(course.pace) if course.pace else None,
        "articles": [article.slug for article in course.articles],
    }


def _article_front(article: ArticleFile) -> dict[str, Any]:
    front: dict[str, Any] = {
        "uuid": str(article.uuid),
        "slug": article.slug,
        "title": article.title,
        "description": article.description,
        "public": article.public,
        "source": source_name(article),
    }
    if article.keys:
        front["keys"] = dict(article.keys)
    if article.kinds:
        front["kinds"] = dict(article.kinds)
    return front


def _module_front(module: ModuleFile) -> dict[str, Any]:
    front: dict[str, Any] = {
        "uuid": str(module.uuid),
        "slug": module.slug,
        "title": module.title,
    }
    return {**front, "retired": module.retired.isoformat()} if module.retired else front


def _lesson_front(lesson: LessonFile) -> dict[str, Any]:
    front: dict[str, Any] = {
        "uuid": str(lesson.uuid),
        "slug": lesson.slug,
        "title": lesson.title,
        "lead": lesson.lead,
        "minutes": lesson.minutes,
        "required": lesson.required,
        "open_to_all": lesson.open_to_all,
    }
    return {**front, "retired": lesson.retired.isoformat()} if lesson.retired else front


def _block(block: blocks.Block, stale: Mapping[str, Mapping[str, str]]) -> str:
    # A "no" is written where "yes" would be understood without it.
    usual = {name for name in fields_of(type(block)) if getattr(type(block), name) is False}
    data = {
        name: value
        for name, value in block.as_json().items()
        if _is_given(value) and not (value is False and name in usual)
    }
    kind, body = data.pop("type"), data.pop("body", "")
    outdated = dict(stale.get(str(block.id), {}))
    front = _yaml({**data, "stale": outdated} if outdated else data)
    return f"::: {kind}\n{front}---\n{body}\n:::" if body else f"::: {kind}\n{front}---\n:::"


def _is_given(value: object) -> bool:
    return value is False or value not in ("", [], 0)


def page(front: dict[str, Any], body: str) -> str:
    """A file: its fields between two lines ``---``, then its text."""
    return f"---\n{_yaml(front)}---\n{body}\n" if body else f"---\n{_yaml(front)}---\n"


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that they read and compare like text."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def _yaml(data: dict[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=sys.maxsize)
