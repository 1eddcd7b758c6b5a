"""What a copy of a database holds, as it was at the moment of the copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from courseapp.backup.fingerprints import Fingerprint


@dataclass(frozen=True)
class Copy:
    """``migrations`` and ``wrapped_by`` as the manifest has them."""

    file: Path
    server: str
    tables: dict[str, Fingerprint]
    migrations: list[str]
    wrapped_by: list[str]
