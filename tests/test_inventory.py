"""What the site keeps of people is written down, field by field (docs/data-inventory.yml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps

pytestmark = pytest.mark.once

FILE = Path(__file__).resolve().parents[1] / "docs" / "data-inventory.yml"
OWN = ("courseapp", "lessons", "payments")
WORDS: dict[str, set[Any]] = {
    "class": {"none", "personal", "special", "secret"},
    "basis": {"none", "contract", "consent", "interest", "law"},
    "encrypted": {True, False},
    "exported": {True, False},
    "erased": {"kept", "deleted", "replaced", "nameless"},
    "logged": {True, False},
}


@cache
def inventory() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def kinds() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = inventory()["kinds"]
    return found


def written() -> dict[str, str]:
    """Field to kind, as the inventory has it."""
    return {
        f"{model}.{field}": kind
        for model, fields in inventory()["models"].items()
        for field, kind in fields.items()
    }


def kept() -> set[str]:
    """Every field of every table."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }


def test_every_field_is_written_down() -> None:
    assert sorted(kept() - set(written())) == []


def test_nothing_is_written_down_that_is_not_kept() -> None:
    assert sorted(set(written()) - kept()) == []


def test_every_field_is_of_a_known_kind_and_every_kind_is_used() -> None:
    assert set(written().values()) == set(kinds())


def test_every_kind_says_all_there_is_to_say() -> None:
    for name, kind in kinds().items():
        assert set(kind) - {"kept_back"} == {*WORDS, "retention"}, name
        assert kind["retention"], name
        for word, known in WORDS.items():
            assert kind[word] in known, f"{name}: {word}"


def test_people_s_data_has_a_ground_and_an_end() -> None:
    for name, kind in kinds().items():
        is_somebodys = kind["class"] != "none"
        assert (kind["basis"] != "none") == is_somebodys, name
        assert (kind["erased"] != "kept") == is_somebodys, name


def test_what_its_person_does_not_get_says_why() -> None:
    for name, kind in kinds().items():
        is_kept_back = kind["class"] != "none" and not kind["exported"]
        assert bool(kind.get("kept_back")) == is_kept_back, name


def test_secrets_are_neither_handed_out_nor_logged() -> None:
    for name, kind in kinds().items():
        if kind["class"] == "secret":
            assert not kind["exported"], name
        if kind["class"] in {"secret", "special"}:
            assert not kind["logged"], name


def test_what_is_special_is_encrypted_and_handed_over() -> None:
    for name, kind in kinds().items():
        if kind["class"] == "special":
            assert kind["encrypted"], name
            assert kind["exported"], name


def test_a_model_that_holds_personal_data_says_so_in_its_docstring() -> None:
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OWN
        and any(
            kinds()[written()[f"{model._meta.label}.{field.name}"]]["class"] != "none"
            and written()[f"{model._meta.label}.{field.name}"] != "staff_act"
            for field in model._meta.concrete_fields
        )
        and not any("Personal data:" in (cls.__doc__ or "") for cls in model.__mro__)
    ]

    assert silent == []
