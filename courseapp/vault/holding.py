"""What an app that keeps sealed texts has to offer, so that their keys can be renewed.

Knows no app: ``VAULT_HOLDERS`` names modules with what ``Holder`` says, one for each field.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings

from courseapp.vault.sealing import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from courseapp.vault.rotation import Rewrapped


@dataclass(frozen=True)
class Row:
    """One sealed text as it lies in its table."""

    id: UUID
    sealed: bytes


class Holder(Protocol):
    """One field of one table. ``MODEL`` and ``FIELD`` are those that texts were sealed for."""

    MODEL: str
    FIELD: str

    def rows(self, *, owner: UUID, after: UUID | None, most: int) -> Sequence[Row]:
        """This owner's rows in the order of their ids, those behind ``after``."""

    def replace(self, *, row: Row, sealed: bytes) -> bool:
        """Put this in, if the row still holds what it held; whether it did.

        One statement (``UPDATE … WHERE id = … AND field = …``), so that what a reader saved
        meanwhile is never written over.
        """


class Sealer(Protocol):
    """What an app seals by the key-encryption keys themselves (``small_secrets``)."""

    def reseal(self) -> Rewrapped:
        """Seal by the current key what is sealed by another; may be cut off and done again."""


def sealers() -> list[Sealer]:
    """Those of this installation."""
    return _named(settings.VAULT_SEALERS)


def ours() -> list[Holder]:
    """Those of this installation."""
    return _named(settings.VAULT_HOLDERS)


def _named(modules: Sequence[str]) -> list[Any]:
    return [import_module(name) for name in modules]


def place_of(holder: Holder, row: Row) -> Place:
    return Place(model=holder.MODEL, field=holder.FIELD, row=row.id)
