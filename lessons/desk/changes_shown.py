"""Changes as a page shows them: by module, lesson and block, and there word by word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from lessons.content import differences, readability
from lessons.content.models import Course
from lessons.desk import block_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from lessons.content.changes import ChangedBlock, ChangedLesson, Changes

Op = Literal["equal", "delete", "insert", "fold"]
# Unchanged text longer than this is folded, all but the words next to what changed.
FOLD_FROM = 260
KEPT = 90
# So many words that stay between two changes are no island to be shown.
LONE = 2
BLOCK_CHANGES = {
    "added": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "removed": gettext_lazy("taken out"),
    "moved": gettext_lazy("moved"),
}
LESSON_CHANGES = {
    "added": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "moved": gettext_lazy("to another module"),
    "renamed": gettext_lazy("renamed"),
    "reordered": gettext_lazy("another place"),
    "retired": gettext_lazy("taken out"),
}
# What of a block changes without a word of it changing.
FIELDS = {
    "passages": gettext_lazy("the passages it rests on"),
    "src": gettext_lazy("the file or the address"),
    "course": gettext_lazy("the course it leads to"),
    "minutes": gettext_lazy("the minutes"),
    "invented": gettext_lazy("whether the example is invented"),
    "kind": gettext_lazy("picture, sound or film"),
    "tone": gettext_lazy("the kind of aside"),
}
COURSE_FIELDS = {
    "title": gettext_lazy("Title"),
    "tagline": gettext_lazy("Line below the title"),
    "description": gettext_lazy("Description"),
    "access": gettext_lazy("Who may follow it"),
    "language": gettext_lazy("Language"),
    "pace": gettext_lazy("Pace"),
    "articles": gettext_lazy("Articles"),
}


@dataclass(frozen=True)
class Piece:
    """A stretch of text; of ``fold``, which stands for what is the same, the number of words."""

    op: Op
    text: str
    words: int = 0


@dataclass(frozen=True)
class ShownBlock:
    uuid: UUID
    kind: str
    change: str
    label: str
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownLesson:
    """A lesson's changes; ``here``: it stands in the working copy, so that a link leads to it."""

    uuid: UUID
    title: str
    labels: tuple[str, ...]
    notes: tuple[str, ...]
    lead: tuple[Piece, ...]
    blocks: tuple[ShownBlock, ...]
    added: bool
    gone: bool
    words: int


@dataclass(frozen=True)
class ShownModule:
    title: str
    notes: tuple[str, ...]
    description: tuple[Piece, ...]
    lessons: tuple[ShownLesson, ...]


@dataclass(frozen=True)
class ShownField:
    """Something that is true for the whole course, before and after."""

    label: str
    pieces: tuple[Piece, ...]


def in_short(made: Changes) -> str:
    """The changes in a line: "2 lessons new, 1 changed"; empty when there are none."""
    counts = {"added": 0, "retired": 0, "changed": 0}
    for one in made.lessons:
        counts[one.changes[0] if one.changes[0] in {"added", "retired"} else "changed"] += 1
    said = [
        ngettext("%(n)s lesson new", "%(n)s lessons new", counts["added"]) % {"n": counts["added"]},
        ngettext("%(n)s lesson changed", "%(n)s lessons changed", counts["changed"])
        % {"n": counts["changed"]},
        ngettext("%(n)s lesson taken out", "%(n)s lessons taken out", counts["retired"])
        % {"n": counts["retired"]},
    ]
    kept = [words for words, n in zip(said, _three(counts), strict=True) if n]
    if made.renamed or made.reordered:
        kept.append(_("modules renamed or moved"))
    if made.course and made.before.manifest:
        kept.append(_("something about the whole course"))
    if made.articles:
        kept.append(_("the article on the site"))
    return ", ".join(kept)


def _three(counts: Mapping[str, int]) -> tuple[int, int, int]:
    return counts["added"], counts["changed"], counts["retired"]


def of_course(made: Changes) -> list[ShownField]:
    """What changed of what is true for the whole course; of a first edition, nothing did."""
    if not made.before.manifest:
        return []
    was, now = made.before.manifest, made.after.manifest
    return [
        ShownField(str(COURSE_FIELDS[name]), _diff(_said(name, was), _said(name, now)))
        for name in made.course
    ]


def of_modules(made: Changes) -> list[ShownModule]:
    """The modules that something changed in, in reading order; those that go come last."""
    after, before = made.after.modules, made.before.modules
    homes = [*after, *(home for home in before if home not in after)]
    found = []
    for home in homes:
        lessons = tuple(
            _lesson(one, made) for one in made.lessons if (one.module or one.was_in) == home
        )
        notes, description = _of_module(home, made)
        if lessons or notes or description:
            title = str((after.get(home) or before[home])["title"])
            found.append(ShownModule(title, notes, description, lessons))
    return found


def _of_module(home: UUID, made: Changes) -> tuple[tuple[str, ...], tuple[Piece, ...]]:
    was, now = made.before.modules.get(home), made.after.modules.get(home)
    if was is None or now is None:
        return ((_("This module is new."),) if was is None else (_("This module goes."),)), ()
    notes = []
    if was["title"] != now["title"]:
        notes.append(_("Was called “%(title)s”.") % {"title": was["title"]})
    if was["slug"] != now["slug"]:
        notes.append(_("Has another address."))
    same = was["description"] == now["description"]
    return tuple(notes), () if same else _diff(was["description"], now["description"])


def _lesson(one: ChangedLesson, made: Changes) -> ShownLesson:
    was, now = made.before.lessons.get(one.uuid), made.after.lessons.get(one.uuid)
    lead = () if not was or not now else _diff(was["lead"], now["lead"])
    parts = one.blocks
    return ShownLesson(
        uuid=one.uuid,
        title=one.title,
        labels=tuple(str(LESSON_CHANGES[change]) for change in one.changes),
        notes=tuple(_notes(one, was, now, made)) if was and now else (),
        lead=lead if any(piece.op in {"insert", "delete"} for piece in lead) else (),
        blocks=tuple(_block(part) for part in parts),
        added=was is None,
        gone=now is None,
        words=sum(len(readability.words_of(part.after)) for part in parts),
    )


def _notes(
    one: ChangedLesson, was: Mapping[str, Any], now: Mapping[str, Any], made: Changes
) -> Iterator[str]:
    if was["title"] != now["title"]:
        yield _("Was called “%(title)s”.") % {"title": was["title"]}
    if was["slug"] != now["slug"]:
        yield _("Has another address.")
    if "moved" in one.changes and one.was_in:
        title = made.before.modules[one.was_in]["title"]
        yield _("Comes from the module “%(title)s”.") % {"title": title}
    yield from _flags(was, now)


def _flags(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if was["minutes"] != now["minutes"]:
        yield _("Reading time: from %(was)s to %(now)s minutes.") % {
            "was": was["minutes"],
            "now": now["minutes"],
        }
    if was["required"] != now["required"]:
        yield _("Counts for finishing.") if now["required"] else _("Is optional from now on.")
    if was["open_to_all"] != now["open_to_all"]:
        yield (
            _("Open to everybody, also without beginning the course.")
            if now["open_to_all"]
            else _("Only for who follows the course from now on.")
        )


def _block(part: ChangedBlock) -> ShownBlock:
    names = [str(FIELDS[name]) for name in part.fields if name in FIELDS]
    note = _("Changed: %(what)s.") % {"what": ", ".join(names)}
    moved = part.change == "moved"
    whole = (Piece("equal", _shortened(part.after)),)
    return ShownBlock(
        uuid=part.block,
        kind=str(block_names.NAMES.get(part.kind, part.kind)),
        change=part.change,
        label=str(BLOCK_CHANGES[part.change]),
        pieces=whole if moved else _diff(part.before, part.after),
        notes=(note,) if names else (),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= KEPT else f"{text[:KEPT].rsplit(' ', 1)[0]} …"


def _diff(old: str, new: str) -> tuple[Piece, ...]:
    before, after = (readability.plain(text) for text in (old, new))
    if before == after and old != new:
        before, after = old, new  # Only marks changed: then they are what there is to see.
    found = _smooth(differences.diff(before, after))
    return tuple(_folded(found, len(found) - 1))


def _smooth(found: Iterable[tuple[differences.Op, str]]) -> list[tuple[differences.Op, str]]:
    """The same difference in stretches a person can read: a lone word that happens to be the same
    between two changes counts as changed too."""
    pieces = list(found)
    result: list[tuple[differences.Op, str]] = []
    gone, come = "", ""
    for place, (op, text) in enumerate(pieces):
        inside = bool(gone or come) and place < len(pieces) - 1
        alone = op == "equal" and inside and len(text.split()) <= LONE and len(text) <= KEPT
        if op != "insert" and (op == "delete" or alone):
            gone += text
        if op == "insert" or alone:
            come += text
        if op == "equal" and not alone:
            result += [*_change(gone, come), ("equal", text)]
            gone, come = "", ""
    return [*result, *_change(gone, come)]


def _change(gone: str, come: str) -> Iterator[tuple[differences.Op, str]]:
    if gone:
        yield "delete", gone
    if come:
        yield "insert", come


def _folded(found: Iterable[tuple[differences.Op, str]], last: int) -> Iterator[Piece]:
    for place, (op, text) in enumerate(found):
        if op != "equal" or len(text) <= FOLD_FROM:
            yield Piece(op, text)
            continue
        head = text[:KEPT].rsplit(" ", 1)[0] if place else ""
        tail = text[-KEPT:].split(" ", 1)[-1] if place < last else ""
        middle = text[len(head) : len(text) - len(tail)]
        if head:
            yield Piece("equal", f"{head} ")
        yield Piece("fold", middle, len(readability.words_of(middle)))
        if tail:
            yield Piece("equal", f" {tail}")


def _said(name: str, manifest: Mapping[str, Any]) -> str:
    """A field of the course as words."""
    value = manifest.get(name)
    if name == "pace":
        return _pace(value)
    if name == "articles":
        return ", ".join(value or ())
    if name == "language" and value:
        return str(get_language_info(value)["name_translated"])
    if name == "access" and value:
        free = value == Course.Access.FREE
        return _("everybody, for free") if free else _("who has access to the training")
    return str(value or "")


def _pace(value: Mapping[str, Any] | None) -> str:
    if not value:
        return _("everything at once")
    days = value["every_days"]
    return ngettext("a lesson every day at %(at)s", "a lesson every %(n)s days at %(at)s", days) % {
        "n": days,
        "at": value["at"],
    }
