"""A course read from its folder; what is amiss is refused with the file and the line."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml

from lessons.content import blocks, pace, recognised
from lessons.content.folder import (
    ENDINGS,
    ArticleFile,
    CourseFile,
    InvalidFolder,
    LessonFile,
    MediaCopy,
    ModuleFile,
    named_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FRONT = re.compile(r"---\n(.*?)^---\n?(.*)", re.S | re.M)
NUMBERED = re.compile(r"\d+-(.+)")
SLUG = re.compile(r"(?=.{1,80}$)[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_BYTES = 2_000_000
TITLE_MAX = 200
MINUTES_MAX = 600


def read_folder(path: Path) -> CourseFile:
    """The course in this folder. Raises ``InvalidFolder``, naming the file, for anything amiss."""
    front, description = read_page(path / "course.md")
    with _naming(path / "course.md"):
        cited = front.get("articles") or []
        if not isinstance(cited, list):
            raise ValueError("the field 'articles' is a list of slugs.")  # noqa: TRY004 -- see _naming.
        articles = [_read_article(path / "articles", slug) for slug in cited]
        modules = tuple(_read_module(folder) for folder in _numbered(path, folders=True))
        course = CourseFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_title(front),
            tagline=_text(front, "tagline"),
            description=description,
            access=_one_of(front, "access", "free", "granted"),
            language=_one_of(front, "language", "nl", "en"),
            pace=front["pace"] if pace.from_json(front.get("pace")) else None,
            articles=tuple(articles),
            modules=modules,
            media=tuple(_read_media(path / "media", named_files(modules))),
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
    if isinstance(value, list | dict):
        raise ValueError(f"the field {name!r} is text.")  # noqa: TRY004 -- see _naming.
    text = blocks.tidy("" if value is None else str(value), name=name, limit=blocks.LINE_MAX)
    if required and not text:
        raise ValueError(f"the field {name!r} is empty.")
    return " ".join(text.split())


def _title(front: Mapping[str, Any]) -> str:
    title = _text(front, "title", required=True)
    if len(title) > TITLE_MAX:
        raise ValueError(f"the field 'title' holds at most {TITLE_MAX} characters.")
    return title


def _slug(front: Mapping[str, Any]) -> str:
    return _as_slug(_text(front, "slug", required=True))


def _as_slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise ValueError(
            f"{text!r} is no slug: lower-case letters, digits and hyphens, at most 80."
        )
    return text


def _minutes(front: Mapping[str, Any]) -> int:
    value = front["minutes"]
    if type(value) is not int or not 0 <= value <= MINUTES_MAX:
        raise ValueError(f"the field 'minutes' is a whole number from 0 to {MINUTES_MAX}.")
    return value


def _flag(front: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = front.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"the field {name!r} is true or false.")  # noqa: TRY004 -- see _naming.
    return value


def _passage_map(value: object, name: str) -> dict[str, str]:
    """``{passage key: text}``: another key, or a digest."""
    given = value or {}
    if not isinstance(given, dict) or not all(
        isinstance(key, str) and blocks.KEY.fullmatch(key) and isinstance(to, str)
        for key, to in given.items()
    ):
        raise ValueError(f"the field {name!r} maps keys of passages to text.")
    return given


def _kept_keys(front: Mapping[str, Any]) -> dict[str, str]:
    keys = _passage_map(front.get("keys"), "keys")
    if not all(blocks.KEY.fullmatch(kept) for kept in keys.values()):
        raise ValueError("the field 'keys' maps keys of passages to keys of passages.")
    if len(set(keys.values())) < len(keys):
        raise ValueError("the field 'keys' gives one key to two passages.")
    return keys


def _kinds(front: Mapping[str, Any]) -> dict[str, str]:
    kinds = _passage_map(front.get("kinds"), "kinds")
    if not set(kinds.values()) <= set(recognised.CHOICES):
        known = ", ".join(recognised.CHOICES)
        raise ValueError(f"the field 'kinds' gives passages one of: {known}.")
    return kinds


def _one_of(front: Mapping[str, Any], name: str, *words: str) -> str:
    value = _text(front, name, required=True)
    if value not in words:
        raise ValueError(f"the field {name!r} is one of: {', '.join(words)}.")
    return value


def read_file(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidFolder(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        return file.read_bytes().decode()
    except FileNotFoundError:
        raise InvalidFolder(f"{file.parent.name}/{file.name} is missing.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFolder(f"{file.name} cannot be read as text: {error}.") from None


def read_page(file: Path) -> tuple[dict[str, Any], str]:
    """The fields of a page and its text. Raises ``InvalidFolder``, naming the file."""
    match = FRONT.fullmatch(read_file(file).replace("\r\n", "\n"))
    if match is None:
        raise InvalidFolder(f"{file.name} does not start with its fields between two lines '---'.")
    with _naming(file):
        return _mapping(match[1]), blocks.tidy(match[2], name="text", limit=MOST_BYTES)


def _mapping(source: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(source)
    except RecursionError:
        raise ValueError("the fields are nested too deeply.") from None
    if not isinstance(data, dict):
        raise ValueError("the fields are not 'name: value' lines.")  # noqa: TRY004 -- see _naming.
    return data


def _numbered(path: Path, *, folders: bool) -> list[Path]:
    """``01-…``, ``02-…`` in their order."""
    found = [one for one in path.iterdir() if NUMBERED.fullmatch(one.stem)]
    return sorted(one for one in found if one.is_dir() is folders)


def _read_article(folder: Path, slug: object) -> ArticleFile:
    file = folder / f"{_as_slug(str(slug))}.yaml"
    with _naming(file):
        front = _mapping(read_file(file))
        source = folder / Path(str(front["source"])).name
        forms = {f".{ending}": form for form, ending in ENDINGS.items()}
        if source.suffix not in forms:
            raise ValueError(f"{source.name} is neither .txt, .md nor .html.")
        return ArticleFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_title(front),
            description=_text(front, "description"),
            public=_flag(front, "public", default=True),
            form=forms[source.suffix],
            source=read_file(source),
            keys=_kept_keys(front),
            kinds=_kinds(front),
        )


def _read_media(folder: Path, named: Sequence[str]) -> Iterator[MediaCopy]:
    """The files the lessons show; what else lies there is nobody's."""
    file = folder / "names.yaml"
    with _naming(file):
        names = _mapping(read_file(file)) if file.is_file() else {}
    for path in named:
        if not (folder / path).is_file():
            raise InvalidFolder(f"media/{path} is missing: a lesson shows it.")
        yield MediaCopy(path=path, name=str(names.get(path, path)), source=folder / path)


def _read_module(folder: Path) -> ModuleFile:
    file = folder / "module.md"
    front, description = read_page(file)
    with _naming(file):
        return ModuleFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_title(front),
            description=description,
            retired=_moment(front),
            lessons=tuple(_read_lesson(one) for one in _numbered(folder, folders=False)),
        )


def _read_lesson(file: Path) -> LessonFile:
    front, body = read_page(file)
    with _naming(file):
        read = list(_read_blocks(body))
        return LessonFile(
            uuid=UUID(front["uuid"]),
            slug=_slug(front),
            title=_title(front),
            lead=_text(front, "lead"),
            minutes=_minutes(front),
            required=_flag(front, "required", default=True),
            open_to_all=_flag(front, "open_to_all", default=False),
            retired=_moment(front),
            blocks=blocks.many_from_json([data for data, _stale in read]),
            stale={str(data["id"]): stale for data, stale in read if stale},
        )


def _moment(front: Mapping[str, Any]) -> datetime | None:
    value = front.get("retired")
    if not value:
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("the field 'retired' is a moment with its time zone.")
    return moment


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
        stale = _passage_map(data.pop("stale", None), "stale")
        if "body" in data or "type" in data:
            raise ValueError(f"text line {number}: a block's kind and body are no fields.")
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
