"""A course read from its folder; what is amiss is refused with the file and the line."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml

from lessons.content import blocks, pace
from lessons.content.folder import (
    ENDINGS,
    ArticleFile,
    CourseFile,
    InvalidFolder,
    LessonFile,
    ModuleFile,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FRONT = re.compile(r"---\n(.*?)^---\n?(.*)", re.S | re.M)
NUMBERED = re.compile(r"\d+-(.+)")
SLUG = re.compile(r"(?=.{1,80}$)[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_BYTES = 2_000_000


def read_folder(path: Path) -> CourseFile:
    """The course in this folder. Raises ``InvalidFolder``, naming the file, for anything amiss."""
    front, description = _read_page(path / "course.md")
    with _naming(path / "course.md"):
        articles = [_read_article(path / "articles", slug) for slug in front.get("articles") or []]
        course = CourseFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_text(front, "title", required=True),
            tagline=_text(front, "tagline"),
            description=description,
            access=_one_of(front, "access", "free", "granted"),
            language=_one_of(front, "language", "nl", "en"),
            pace=front["pace"] if pace.from_json(front.get("pace")) else None,
            articles=tuple(articles),
            modules=tuple(_read_module(folder) for folder in _numbered(path, folders=True)),
        )
    _refuse_twins(path, course)
    return course


class _naming:  # noqa: N801 -- reads as a word in a with statement.
    """Turn what reading stumbles over into ``InvalidFolder`` with the file's name."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        name = f"{self.file.parent.name}/{self.file.name}"
        if isinstance(error, KeyError):
            raise InvalidFolder(f"{name}: the field {error} is missing.") from error
        if isinstance(error, ValueError | TypeError | AttributeError | yaml.YAMLError):
            raise InvalidFolder(f"{name}: {error}") from error
        if isinstance(error, blocks.InvalidBlock | pace.InvalidPace):
            raise InvalidFolder(f"{name}: {error}") from error


def _text(front: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = front[name] if required else front.get(name)
    text = blocks.tidy("" if value is None else str(value), name=name, limit=blocks.LINE_MAX)
    if required and not text:
        raise ValueError(f"the field {name!r} is empty.")
    return " ".join(text.split())


def _slug(front: Mapping[str, Any]) -> str:
    slug = _text(front, "slug", required=True)
    if not SLUG.fullmatch(slug):
        raise ValueError(
            f"{slug!r} is no slug: lower-case letters, digits and hyphens, at most 80."
        )
    return slug


def _one_of(front: Mapping[str, Any], name: str, *words: str) -> str:
    value = _text(front, name, required=True)
    if value not in words:
        raise ValueError(f"the field {name!r} is one of: {', '.join(words)}.")
    return value


def _read_file(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidFolder(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        return file.read_bytes().decode()
    except FileNotFoundError:
        raise InvalidFolder(f"{file.parent.name}/{file.name} is missing.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFolder(f"{file.name} cannot be read as text: {error}.") from None


def _read_page(file: Path) -> tuple[dict[str, Any], str]:
    match = FRONT.fullmatch(_read_file(file).replace("\r\n", "\n"))
    if match is None:
        raise InvalidFolder(f"{file.name} does not start with its fields between two lines '---'.")
    with _naming(file):
        return _mapping(match[1]), blocks.tidy(match[2], name="text", limit=MOST_BYTES)


def _mapping(source: str) -> dict[str, Any]:
    data = yaml.safe_load(source)
    if not isinstance(data, dict):
        raise ValueError("the fields are not 'name: value' lines.")  # noqa: TRY004 -- see _naming.
    return data


def _numbered(path: Path, *, folders: bool) -> list[Path]:
    """``01-…``, ``02-…`` in their order."""
    found = [one for one in path.iterdir() if NUMBERED.fullmatch(one.stem)]
    return sorted(one for one in found if one.is_dir() is folders)


def _read_article(folder: Path, slug: object) -> ArticleFile:
    file = folder / f"{slug}.yaml"
    with _naming(file):
        front = _mapping(_read_file(file))
        source = folder / Path(str(front["source"])).name
        forms = {f".{ending}": form for form, ending in ENDINGS.items()}
        if source.suffix not in forms:
            raise ValueError(f"{source.name} is neither .txt, .md nor .html.")
        return ArticleFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_text(front, "title", required=True),
            description=_text(front, "description"),
            public=bool(front.get("public", True)),
            form=forms[source.suffix],
            source=_read_file(source),
            keys=dict(front.get("keys") or {}),
        )


def _read_module(folder: Path) -> ModuleFile:
    file = folder / "module.md"
    front, description = _read_page(file)
    with _naming(file):
        return ModuleFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_text(front, "title", required=True),
            description=description,
            retired=_moment(front),
            lessons=tuple(_read_lesson(one) for one in _numbered(folder, folders=False)),
        )


def _read_lesson(file: Path) -> LessonFile:
    front, body = _read_page(file)
    with _naming(file):
        read = list(_read_blocks(body))
        return LessonFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_text(front, "title", required=True),
            lead=_text(front, "lead"),
            minutes=int(front["minutes"]),
            required=bool(front.get("required", True)),
            open_to_all=bool(front.get("open_to_all", False)),
            retired=_moment(front),
            blocks=blocks.many_from_json([data for data, _stale in read]),
            stale={str(data["id"]): stale for data, stale in read if stale},
        )


def _moment(front: Mapping[str, Any]) -> datetime | None:
    value = front.get("retired")
    return datetime.fromisoformat(str(value)) if value else None


def _read_blocks(body: str) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Each block's JSON, and the digests of its stale passages."""
    rows = iter(enumerate(body.split("\n"), start=1))
    for number, row in rows:
        if not row:
            continue
        if not row.startswith("::: "):
            raise ValueError(f"text line {number}: a block starts with '::: kind'.")
        front = "\n".join(_until(rows, "---", number))
        text = "\n".join(_until(rows, ":::", number))
        data = _mapping(front)
        stale = data.pop("stale", None) or {}
        yield {**data, "type": row[4:].strip(), "body": text}, stale


def _until(rows: Iterator[tuple[int, str]], end: str, start: int) -> Iterator[str]:
    for _number, row in rows:
        if row == end:
            return
        yield row
    raise ValueError(f"the block at text line {start} has no line {end!r}.")


def _refuse_twins(path: Path, course: CourseFile) -> None:
    lessons = [lesson for module in course.modules for lesson in module.lessons]
    for what, items in (
        ("lessons", [lesson.slug for lesson in lessons]),
        ("lessons", [str(lesson.uuid) for lesson in lessons]),
        ("modules", [module.slug for module in course.modules]),
        ("blocks", [str(block.id) for lesson in lessons for block in lesson.blocks]),
    ):
        twin = _first_twin(items)
        if twin:
            raise InvalidFolder(f"{path.name}: two {what} are called {twin!r}.")


def _first_twin(items: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None
