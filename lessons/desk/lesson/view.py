"""What the page of the editor shows: the outline, the blocks as forms and as read, the article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from lessons.content import beside, blocks, publishing
from lessons.content.models import Course
from lessons.desk.block_names import PURPOSES
from lessons.desk.lesson import kinds
from lessons.desk.lesson.posted import shown
from lessons.desk.lesson.typed import as_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from lessons.content.accepting import Proposed
    from lessons.content.beside import Beside
    from lessons.content.models import Lesson, Module
    from lessons.desk.lesson.typed import Typed, TypedBlock

Standing = Literal["live", "changed", "new"]


@dataclass(frozen=True)
class OutlineLesson:
    lesson: Lesson
    standing: Standing


@dataclass(frozen=True)
class OutlineModule:
    module: Module
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True)
class Field:
    """One field of a block's form; ``html`` are the ids that belong to it."""

    name: str
    field: str
    form: str
    label: str
    help: str
    value: Any
    error: str
    options: Sequence[tuple[str, str]]

    @property
    def id(self) -> str:
        return f"f-{self.name}".replace(".", "-")


@dataclass(frozen=True)
class CardRow:
    number: int
    title: Field
    body: Field


@dataclass(frozen=True)
class ShownBlock:
    """A block as a form, with what it reads like. ``unfinished``: readers would miss something."""

    id: UUID
    kind: str
    name: str
    number: int
    fields: tuple[Field, ...]
    passages: tuple[str, ...]
    read: str
    error: str
    stale: tuple[Proposed, ...]
    unfinished: bool
    is_open: bool
    is_first: bool
    is_last: bool

    @property
    def media_kind(self) -> str:
        """What kind of media it shows; empty for other blocks."""
        return next((str(one.value) for one in self.fields if one.field == "kind"), "")


@dataclass(frozen=True)
class Shown:
    """All three columns."""

    lesson: Lesson
    outline: tuple[OutlineModule, ...]
    typed: Typed
    blocks: tuple[ShownBlock, ...]
    beside: Beside
    changes: bool

    @property
    def kinds(self) -> Sequence[tuple[str, str, str]]:
        """Each kind of block, what it is called, and what it is for."""
        return [(kind, kinds.name(kind), str(PURPOSES[kind])) for kind in blocks.KINDS]


def of(lesson: Lesson, typed: Typed, *, at: UUID | None = None) -> Shown:
    """The page for what was typed or is saved; ``at`` is the block that is open."""
    draft = publishing.working_copy(lesson.course)
    lessons = [one for module in draft.modules for one in draft.lessons[module.pk]]
    standing = _standing(lesson.course, lessons)
    written = [block for block in map(as_block, typed.blocks) if block]
    around = beside.of_lesson(lesson, written, [one for one in lessons if one.pk != lesson.pk])
    courses = list(Course.objects.order_by("title").values_list("slug", "title"))
    return Shown(
        lesson=lesson,
        outline=tuple(
            OutlineModule(
                module,
                tuple(OutlineLesson(one, standing[one.pk]) for one in draft.lessons[module.pk]),
            )
            for module in draft.modules
        ),
        typed=typed,
        blocks=tuple(
            _block(one, number, typed, around.stale.get(one.id, ()), courses, at)
            for number, one in enumerate(typed.blocks, start=1)
        ),
        beside=around,
        changes=any(value != "live" for value in standing.values()),
    )


def read_html(block: blocks.Block | None) -> str:
    """What a block reads like, in the middle column."""
    return render_to_string("desk/lesson/read.html", {"block": block}).strip() if block else ""


def _standing(course: Course, lessons: Sequence[Lesson]) -> dict[UUID, Standing]:
    """Of each lesson whether readers see it as it stands, otherwise, or not at all."""
    live = {
        (str(home), one["uuid"]): one
        for home, snapshot in publishing.live(course).snapshots.items()
        for one in snapshot.content["lessons"]
    }
    anywhere = {uuid for _home, uuid in live}
    result: dict[UUID, Standing] = {}
    for lesson in lessons:
        known = live.get((str(lesson.module_id), str(lesson.pk)))
        fields = ("title", "lead", "slug", "minutes", "required", "open_to_all", "blocks")
        if known and all(known[name] == getattr(lesson, name) for name in fields):
            result[lesson.pk] = "live"
        else:
            result[lesson.pk] = "changed" if str(lesson.pk) in anywhere else "new"
    return result


def _block(
    one: TypedBlock,
    number: int,
    typed: Typed,
    stale: Sequence[Proposed],
    courses: Sequence[tuple[str, str]],
    at: UUID | None,
) -> ShownBlock:
    block = as_block(one)
    error = typed.errors.get(f"b.{one.id}", "")
    wrong = any(name.startswith(f"b.{one.id}") for name in typed.errors)
    return ShownBlock(
        id=one.id,
        kind=one.kind.type,
        name=kinds.name(one.kind.type),
        number=number,
        fields=tuple(_fields(one, typed.errors, courses)),
        passages=one.passages,
        read=read_html(block),
        error=error,
        stale=tuple(stale),
        unfinished=block is not None and bool(blocks.unfinished(block)),
        is_open=wrong or one.id == at,
        is_first=number == 1,
        is_last=number == len(typed.blocks),
    )


def _fields(
    one: TypedBlock, errors: Mapping[str, str], courses: Sequence[tuple[str, str]]
) -> list[Field]:
    found = []
    forms = blocks.fields_of(one.kind)
    # The text of a list of things introduces it; elsewhere it is what it is about.
    order = sorted(forms, key=_rank)
    for name in order:
        value = one.values[name]
        form = str(forms[name]["form"])
        full = f"b.{one.id}.{name}"
        field = Field(
            name=full,
            field=name,
            form="course" if name == "course" else "src" if name == "src" else form,
            label=kinds.label(one.kind.type, name),
            help=str(kinds.HELP.get((one.kind.type, name), "")),
            value=_cards(full, value) if form == "cards" else _typed(value),
            error=errors.get(full, ""),
            options=_options(name, value, forms[name], courses),
        )
        found.append(field)
    return found


RANKS = ("kind", "tone", "src", "alt", "title", "caption", "body")


def _rank(name: str) -> int:
    return RANKS.index(name) if name in RANKS else len(RANKS)


def _typed(value: Any) -> Any:
    return shown(value) if isinstance(value, str) else value


def _cards(full: str, rows: Sequence[Any]) -> list[CardRow]:
    return [
        CardRow(
            number=card.number,
            title=Field(
                f"{full}.{card.number}.title", "title", "line", _("Title"), "",
                shown(card.title), "", (),
            ),
            body=Field(
                f"{full}.{card.number}.body", "body", "rich", _("Text"), "",
                shown(card.body), "", (),
            ),
        )
        for card in rows
    ]  # fmt: skip


def _options(
    name: str, value: Any, meta: Mapping[str, Any], courses: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    if name == "course":
        known = [("", _("No course")), *courses]
        gone = [(value, _("%(course)s (not there any more)") % {"course": value})]
        return known if value in dict(known) else [*known, *gone]
    return [(one, str(kinds.OPTIONS[one])) for one in meta.get("options", ())]
