"""Hostile texts wherever people write: in every field of every block, in every column."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models

from courseapp.accounts.models import User
from lessons.content import blocks
from lessons.content.blocks import BLOCKS_MAX, LINE_MAX
from payments.models import Order, Withdrawal
from tests import hostile
from tests.factories import make_course, make_lesson, make_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lessons.content.models import Course, Lesson

ROOMS = ("lessons", "payments", "accounts", "post", "mfa", "usersessions")
# Columns that no person writes: words and keys of ours and of Stripe, addresses, figures.
OURS = {
    *("slug", "key", "digest", "language", "time_zone", "currency", "email", "password", "path"),
    *(
        "number",
        "kind",
        "section",
        "recognised",
        "state",
        "step_key",
        "occurrence",
        "way",
        "name_key",
    ),
    *(
        "stream",
        "message_id",
        "unsubscribe",
        "html",
        "source",
        "purpose",
        "act",
        "target",
        "within",
    ),
    *("intent_id", "stripe_id", "session_id", "event_id", "object_id", "type", "status", "method"),
    *("vat_mode", "contract_state", "terms_version", "account", "cause", "was", "now", "hint"),
    *("wording_sha256", "address_hash", "code", "url", "outcome", "said", "goal", "access", "form"),
    # Days and hours.
    *("withheld", "place", "origin", "pace"),
}
# By these a page is found.
FOUND_BY = {"PageText.name"}
# And models whose texts are no sentences: keys of jobs, the hash of a letter, sentences of ours.
MACHINES = {"Mark", "Cursor", "Heartbeat", "Breaker", "Form", "Letter", "Attachment", "AskedOnce"}
# What we asked Stripe, word by word.
MACHINES |= {"Attempt"}
# The database lets nobody change these, and they hold what other columns said before.
MACHINES |= {"InvoiceSeries", "Invoice", "LedgerEntry", "TermsText", "Snapshot"}
# In JSON: the values under these names are what somebody wrote.
WRITTEN = {
    "title",
    "lead",
    "subject",
    "preview",
    "body",
    "label",
    "name",
    "note",
    "tagline",
    "description",
}


def lessons_of_hostile_texts(course: Course) -> list[Lesson]:
    """Lessons that hold every text in every field of every kind of block."""
    module = make_module(course, lessons=0, title="Module")
    every = list(_blocks())
    parts = [every[at : at + BLOCKS_MAX] for at in range(0, len(every), BLOCKS_MAX)]
    titles = cycle(hostile.packed(200))
    return [
        make_lesson(
            module,
            title=" ".join(next(titles)),
            lead=" ".join(next(titles)),
            blocks=part,
            open_to_all=True,
        )
        for part in parts
    ]


def _blocks() -> Iterator[dict[str, Any]]:
    """Of each kind as many as its lines need, which hold a few texts each; the first of a kind has
    every text in its rich fields.
    """
    for number, group in enumerate(hostile.packed(LINE_MAX)):
        for kind, made in blocks.KINDS.items():
            metas = blocks.fields_of(made).items()
            if number and all(meta["form"] == "rich" for _name, meta in metas):
                continue
            fields = {
                name: _field(meta["form"], name, group, whole=number == 0)
                for name, meta in metas
                if meta["form"] not in {"choice", "flag", "number"}
            }
            data = {"id": str(uuid4()), "type": kind, **fields}
            yield blocks.from_json(data).as_json()


def _field(form: str, name: str, group: list[str], *, whole: bool) -> object:
    line, rich = " ".join(group), "\n\n".join(hostile.texts()) if whole else "Tekst."
    if name == "src":
        return f"/media/{line}"[:LINE_MAX]
    return {
        "line": line,
        "rich": rich,
        "lines": [line, line],
        "cards": [{"title": line, "body": rich}],
    }[form]


def spoil_columns() -> set[str]:
    """Write hostile texts into every column that people write, of every row; returns which."""
    groups = cycle(hostile.packed(100))
    spoilt: set[str] = set()
    for model, columns in _written():
        for row in model._default_manager.all():
            for field in columns:
                was = getattr(row, field.name)
                if was in ("", None) and not isinstance(field, models.CharField | models.TextField):
                    continue
                setattr(row, field.name, _spoilt(was, field, groups))
                spoilt.add(f"{model.__name__}.{field.name}")
            model._default_manager.filter(pk=row.pk).update(
                **{field.name: getattr(row, field.name) for field in columns}
            )
    return spoilt


def written_columns() -> set[str]:
    """Every column that people write: ``Model.column``."""
    return {f"{model.__name__}.{field.name}" for model, fields in _written() for field in fields}


def _written() -> Iterator[tuple[Any, list[models.Field[Any, Any]]]]:
    for model in apps.get_models():
        if model._meta.app_label in ROOMS and model.__name__ not in MACHINES:
            yield model, [field for field in model._meta.concrete_fields if _is_written(field)]


def spoil_addresses() -> None:
    """Give everybody an address as the standards allow it: nearly anything between quotes."""
    models_of_people: tuple[Any, ...] = (User, Order, Withdrawal, EmailAddress)
    for model in models_of_people:
        for row in model._default_manager.all():
            address = f'"><img/src=x/onerror={hostile.PAYLOAD}>{row.pk}"@example.org'
            model._default_manager.filter(pk=row.pk).update(email=address)


def _is_written(field: models.Field[Any, Any]) -> bool:
    if (
        field.name in OURS
        or field.unique
        or field.choices
        or f"{field.model.__name__}.{field.name}" in FOUND_BY
    ):
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def _spoilt(was: Any, field: models.Field[Any, Any], groups: Iterator[list[str]]) -> Any:
    if isinstance(field, models.JSONField):
        return _in_json(was, groups)
    if isinstance(field, models.CharField):
        return " ".join(next(groups))[: field.max_length]
    return "\n".join(hostile.texts())


def _in_json(value: Any, groups: Iterator[list[str]], *, written: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            name: _in_json(part, groups, written=name in WRITTEN) for name, part in value.items()
        }
    if isinstance(value, list):
        return [_in_json(part, groups, written=written) for part in value]
    return " ".join(next(groups)) if written and isinstance(value, str) and value else value


def spoilt_course() -> tuple[Course, list[Lesson]]:
    """A course that is hostile from its title to its last block; not published yet."""
    titles = cycle(hostile.packed(200))
    course = make_course(
        modules=0,
        live=False,
        title=" ".join(next(titles)),
        tagline=" ".join(next(titles)),
        description="\n\n".join(hostile.texts()),
    )
    lessons = lessons_of_hostile_texts(course)
    course.refresh_from_db()
    for module in course.modules.all():
        module.title, module.description = " ".join(next(titles)), "\n\n".join(hostile.texts())
        module.save(update_fields=["title", "description"])
    return course, lessons
