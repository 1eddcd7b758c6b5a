"""The mails of a course as files beside it: readable, comparable, and the same bytes every time.

    mails/sequence.md     front matter: slug, title, sells (a training's slug or null), goal
    mails/01-<key>.md     front matter: a step's fields, what is usual left out; then its words

They come in the order of their numbers. In a file a lesson goes by its slug, in a step by its
identity: whoever reads or writes says which is which. Pure: no database.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from lessons.content.folder import MAILS, InvalidFolder
from lessons.content.folder.reading import read_page
from lessons.content.folder.writing import page
from lessons.drip import steps
from lessons.drip.plan import Goal
from lessons.drip.steps import InvalidStep, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from uuid import UUID

    from lessons.content.rehearsal import FileChange

SEQUENCE = "sequence.md"
NAME = re.compile(r"\d{2,}-(.+)\.md")
SLUG = re.compile(r"(?=.{1,60}$)[a-z0-9]+(?:-[a-z0-9]+)*")
TITLE_MAX = 120
# When a key was first published is the site's to say, not a file's; the words stand below.
OUTSIDE = {"since", "body"}
FIELDS = [one.name for one in fields(Step) if one.name not in OUTSIDE]
USUAL = {one.name: one.default for one in fields(Step) if one.default is not MISSING}
IN_SEQUENCE = {"slug", "title", "sells", "goal"}


class InvalidMails(InvalidFolder):
    """Mails that cannot be read: in which ``file``, and which ``field`` of it (empty: all)."""

    def __init__(self, message: str, *, file: str, field: str = "") -> None:
        name = f"{MAILS}/{file}"
        super().__init__(f"{name}: {field}: {message}" if field else f"{name}: {message}")
        self.file = file
        self.field = field


@dataclass(frozen=True)
class SequenceFile:
    """A sequence as its folder says it. ``sells``: the slug of what its offers are about."""

    slug: str
    title: str
    sells: str | None
    goal: Goal
    steps: tuple[Step, ...]


# --- In ---------------------------------------------------------------------------------------


def is_in(course: Path) -> bool:
    """Whether mails lie beside the course in this folder."""
    return (course / MAILS / SEQUENCE).is_file()


def read(course: Path, lessons: Mapping[str, UUID]) -> SequenceFile:
    """The mails in the folder of this course, whose ``lessons`` have these slugs.

    Raises ``InvalidMails`` with the file and the field of the first thing that is amiss, and
    ``InvalidFolder`` for what is no page at all.
    """
    folder = course / MAILS
    front, text = read_page(folder / SEQUENCE)
    _refuse_unknown(front, IN_SEQUENCE, SEQUENCE)
    if text:
        raise InvalidMails("Nothing stands below its fields.", file=SEQUENCE)
    files = sorted(one for one in folder.iterdir() if NAME.fullmatch(one.name))
    made = tuple(_read_step(one, lessons) for one in files)
    _refuse_twins(made, files)
    return SequenceFile(
        slug=_text(front, "slug", SLUG),
        title=_text(front, "title", re.compile(rf"\S.{{0,{TITLE_MAX - 1}}}")),
        sells=None if front.get("sells") is None else _text(front, "sells", SLUG),
        goal=_goal(front.get("goal")),
        steps=made,
    )


def _read_step(file: Path, lessons: Mapping[str, UUID]) -> Step:
    front, body = read_page(file)
    _refuse_unknown(front, set(FIELDS), file.name)
    for name in ("at", "date"):
        # Without quotes YAML makes 1170 of 19:30, and that is another time of day.
        if not isinstance(front.get(name), str | date | None):
            raise InvalidMails("This stands between quotes: '19:30'.", file=file.name, field=name)
    data = {**front, "body": body}
    data["lesson"] = _identity(front.get("lesson"), lessons, file.name, "lesson")
    data["conditions"] = _conditions(front.get("conditions"), lessons, file.name)
    try:
        step = steps.from_json(data)
    except InvalidStep as refusal:
        raise InvalidMails(str(refusal), file=file.name, field=refusal.field) from refusal
    if file.stem.partition("-")[2] != step.key:
        raise InvalidMails(
            f"the file's name does not say {step.key!r}.", file=file.name, field="key"
        )
    return step


def _conditions(value: object, lessons: Mapping[str, UUID], file: str) -> list[object]:
    """The conditions with identities for slugs; what else is amiss in them is the step's to say."""
    if not isinstance(value, list | None):
        raise InvalidMails("Conditions are a list.", file=file, field="conditions")
    return [
        {**one, "lesson": _identity(one.get("lesson"), lessons, file, "conditions")}
        if isinstance(one, dict)
        else one
        for one in value or []
    ]


def _identity(slug: object, lessons: Mapping[str, UUID], file: str, field: str) -> str | None:
    if slug is None:
        return None
    if not isinstance(slug, str) or slug not in lessons:
        raise InvalidMails(f"the course has no lesson {slug!r}.", file=file, field=field)
    return str(lessons[slug])


def _refuse_unknown(front: Mapping[str, Any], known: set[str], file: str) -> None:
    for name in front:
        if name not in known:
            raise InvalidMails("no field is called so.", file=file, field=str(name))


def _refuse_twins(made: tuple[Step, ...], files: list[Path]) -> None:
    if len(made) > steps.STEPS_MAX:
        raise InvalidMails(
            f"a sequence has at most {steps.STEPS_MAX} mails.", file=files[steps.STEPS_MAX].name
        )
    seen: set[str] = set()
    for step, file in zip(made, files, strict=True):
        if step.key in seen:
            raise InvalidMails("another mail has this key.", file=file.name, field="key")
        seen.add(step.key)


def _text(front: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = front.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise InvalidMails("missing, or not in the form it has.", file=SEQUENCE, field=name)
    return value


def _goal(value: object) -> Goal:
    for known in get_args(Goal):
        if value == known:
            return known  # type: ignore[no-any-return]
    raise InvalidMails(f"one of: {', '.join(get_args(Goal))}.", file=SEQUENCE, field="goal")


# --- Out --------------------------------------------------------------------------------------


def write(sequence: SequenceFile, course: Path, lessons: Mapping[UUID, str]) -> None:
    """Put the mails into the folder of this course, in the place of those that lie there.

    Raises ``InvalidMails`` for a lesson without a slug; then the folder is as it was.
    """
    files = dict(files_of(sequence, lessons))
    folder = course / MAILS
    folder.mkdir(exist_ok=True)
    for old in _there(folder).values():
        old.unlink()
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


def changes(
    sequence: SequenceFile, course: Path, lessons: Mapping[UUID, str]
) -> dict[str, FileChange]:
    """What ``write`` would do to which files of the course; it raises the same."""
    there = _there(course / MAILS)
    found: dict[str, FileChange] = {}
    for name, text in files_of(sequence, lessons):
        old = there.pop(name, None)
        if old is None:
            found[f"{MAILS}/{name}"] = "written"
        elif old.read_bytes() != text.encode():
            found[f"{MAILS}/{name}"] = "changed"
    return {**found, **dict.fromkeys((f"{MAILS}/{name}" for name in there), "removed")}


def _there(folder: Path) -> dict[str, Path]:
    """The files of mails in a folder; others there are not ours."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {one.name: one for one in files if one.name == SEQUENCE or NAME.fullmatch(one.name)}


def files_of(sequence: SequenceFile, lessons: Mapping[UUID, str]) -> Iterator[tuple[str, str]]:
    """Every file with its text. Raises ``InvalidMails`` for a lesson without a slug."""
    yield (
        SEQUENCE,
        page(
            {
                "slug": sequence.slug,
                "title": sequence.title,
                "sells": sequence.sells,
                "goal": sequence.goal,
            },
            "",
        ),
    )
    for place, step in enumerate(sequence.steps, start=1):
        name = f"{place:02}-{step.key}.md"
        yield name, page(_front(step, lessons, name), step.body)


def _front(step: Step, lessons: Mapping[UUID, str], file: str) -> dict[str, Any]:
    stored = step.as_json()
    front = {
        name: stored[name]
        for name in FIELDS
        if name not in USUAL or getattr(step, name) != USUAL[name]
    }
    if step.lesson is not None:
        front["lesson"] = _slug(step.lesson, lessons, file, "lesson")
    if step.conditions:
        front["conditions"] = [
            {"kind": one.kind, "lesson": _slug(one.lesson, lessons, file, "conditions")}
            if one.lesson
            else {"kind": one.kind}
            for one in step.conditions
        ]
    return front


def _slug(lesson: UUID, lessons: Mapping[UUID, str], file: str, field: str) -> str:
    if lesson not in lessons:
        raise InvalidMails(f"the course has no lesson {lesson}.", file=file, field=field)
    return lessons[lesson]
