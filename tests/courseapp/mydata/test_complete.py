"""Nothing that the inventory promises is missing from an export: each field, one by one."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, models, transaction

from courseapp import privacy
from courseapp.mydata import words
from lessons.content.models import Edition
from tests.courseapp.mydata.everything import make_person, rows_of
from tests.databases import with_keys
from tests.factories import NOW
from tests.test_inventory import kinds, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Field, Model

pytestmark = with_keys
# Where the value that stands there may not simply be any other one.
OTHERWISE: dict[str, Any] = {
    "accounts.User.is_owner": None,  # With ``is_staff``, below.
    "accounts.Handover.made_at": NOW + timedelta(minutes=1),
    "lessons.Answer.occurrence": 2,  # Of a self-check only.
    "payments.Order.contract": "placed",
    "payments.Refund.origin": "dashboard",
    "lessons.Pause.begins_at": NOW - timedelta(days=1),
}
PLAIN: list[tuple[type[Field[Any, Any]], Callable[[Any], Any]]] = [
    (models.BooleanField, lambda value: not value),
    (models.DateField, lambda _value: date(2020, 1, 1)),
    (models.TimeField, lambda _value: time(23, 5)),
    (models.UUIDField, lambda _value: uuid.uuid4()),
    (models.BinaryField, lambda _value: b"anders"),
    (models.JSONField, lambda _value: {"anders": 1}),
    (models.IntegerField, lambda value: (value or 0) + 1),
    (models.GenericIPAddressField, lambda _value: "198.51.100.9"),
]


def promised() -> dict[str, list[str]]:
    """Model to the fields that its person gets."""
    found: dict[str, list[str]] = {}
    for name, kind in written().items():
        model, _dot, field = name.rpartition(".")
        if kinds()[kind]["exported"]:
            found.setdefault(model, []).append(field)
    return found


def test_there_is_a_row_of_everything_that_is_promised() -> None:
    """Whoever keeps more of people adds a row of it to ``everything``."""
    assert sorted(set(promised()) - set(rows_of(make_person()))) == []


@pytest.mark.slow
def test_each_promised_field_is_in_the_export() -> None:
    user = make_person()
    rows = rows_of(user)
    before = _told(user)
    silent = [
        f"{label}.{name}"
        for label, names in promised().items()
        for name in names
        if not _is_told(user, rows[label], name, before)
    ]

    assert ", ".join(silent) == ""


def test_a_field_that_is_not_promised_would_be_found_out() -> None:
    """The test above can fail: a field that an export leaves out is seen to be left out."""
    user = make_person()
    rows = rows_of(user)
    assert not _is_told(user, rows["payments.Order"], "sync_no", _told(user))


def test_no_secret_is_in_the_export() -> None:
    user = make_person()
    user.set_password("een heel lang geheim woord")
    user.save(update_fields=["password"])
    told = _told(user)
    assert "GEHEIM" not in told
    assert user.password not in told


def test_everything_in_the_export_has_a_name_that_people_understand() -> None:
    told = privacy.export_person(make_person())
    assert sorted({key for key in _keys(told) if key not in words.LABELS}) == []


def _keys(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield key
            if key not in words.AS_IT_IS:
                yield from _keys(value)
    elif isinstance(told, list):
        for value in told:
            yield from _keys(value)


def _told(user: Any) -> str:
    return json.dumps(privacy.export_person(type(user).objects.get(pk=user.pk)))


def _is_told(user: Any, row: Model, name: str, before: str) -> bool:
    """Whether another value in this field makes another export."""
    field = row._meta.get_field(name)
    assert isinstance(field, models.Field)
    was = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    changes: dict[str, Any] = {field.attname: _other(field, row)}
    if name == "is_owner":
        changes = {"is_staff": True, "is_owner": True}
    if name == "occurrence":
        changes["kind"] = "selfcheck"
    manager: Any = type(row)._default_manager
    where = {row._meta.pk.name: row.pk}
    try:
        with transaction.atomic():
            manager.filter(**where).update(**changes)
    except DatabaseError:  # Invoices the database lets nobody change.
        assert row._meta.label == "payments.Invoice"
        return json.dumps(was[field.attname], default=datetime.isoformat) in before
    after = _told(user)
    moved = changes.get(row._meta.pk.attname, row.pk)
    manager.filter(**{row._meta.pk.name: moved}).update(
        **{attname: was[attname] for attname in changes}
    )
    return after != before


def _other(field: Field[Any, Any], row: Model) -> Any:
    """Another value that this field may have."""
    label = f"{row._meta.label}.{field.name}"
    if OTHERWISE.get(label) is not None:
        return OTHERWISE[label]
    if isinstance(field, models.ForeignKey):
        return _other_row(field, row)
    value = getattr(row, field.attname)
    if field.choices:
        return next(choice for choice, _name in field.choices if choice != value)
    return _plain(field, value)


def _plain(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.DateTimeField):
        return (value or NOW) + timedelta(days=1)
    for kind, other in PLAIN:
        if isinstance(field, kind):
            return other(value)
    return _text(field)


def _text(field: Field[Any, Any]) -> str:
    other = "x@example.com" if isinstance(field, models.EmailField) else "anders"
    return other[: field.max_length] if field.max_length else other


def _other_row(field: Any, row: Model) -> Any:
    """Another thing to point at, of the same kind."""
    others = field.related_model._default_manager.exclude(pk=getattr(row, field.attname))
    if not others.exists():
        make_person(email="ander@example.org")
    found = others.first()
    assert found is not None, field
    if isinstance(found, Edition):
        Edition.objects.filter(pk=found.pk).update(number=7)
    return found.pk
