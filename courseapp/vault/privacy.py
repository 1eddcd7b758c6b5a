"""What the vault holds about a person: a key, which is destroyed when its owner is forgotten."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from courseapp.vault import keys
from courseapp.vault.models import DataKey

if TYPE_CHECKING:
    from uuid import UUID

log = logging.getLogger(__name__)


def export(owner: UUID) -> dict[str, Any]:
    """Since when there is a key, as JSON-ready values; never the key, and no texts."""
    with keys.asking():
        made = DataKey.objects.of(owner).values("generation", "made_at")
        return {
            "keys": [{**one, "made_at": one["made_at"].isoformat()} for one in made],
        }


def hold_against_erasure(owner: UUID) -> None:
    """Raises ``keys.KeysUnavailable`` before anything is taken away: the key could not be."""
    keys.of(owner)


def erase(owner: UUID) -> None:
    """Destroy the key, as the last step; if that fails now, the sweep does it within the hour."""
    try:
        keys.destroy([owner])
    except keys.KeysUnavailable:
        log.error("An erased account's key is still there; the sweep will find it.")  # noqa: TRY400
