"""``manifest.json``: what a backup holds, so that it can be told whether it still holds it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from courseapp.backup.failing import Failed
from courseapp.backup.fingerprints import Fingerprint, of_file

if TYPE_CHECKING:
    from pathlib import Path

    from courseapp.backup.telling import Telling

FILE = "manifest.json"
FORMAT = 1
Part = Literal["site", "keys"]


@dataclass(frozen=True)
class Held:
    """A file of the backup; ``sha256`` in hexadecimal figures."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Tables by name, files by their place in the folder."""

    part: Part
    made_at: datetime
    # Of the code that made it: a commit, where that could be told.
    code: str
    # "sqlite" or "postgresql", and which.
    database: str
    server: str
    # What was applied, "app.name", sorted.
    migrations: list[str]
    tables: dict[str, Fingerprint]
    files: dict[str, Held]
    # Of the keys' database: the names of the key-encryption keys (VAULT_KEYS) that open it.
    wrapped_by: list[str] = field(default_factory=list)

    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def write(folder: Path, manifest: Manifest) -> None:
    told = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Raises ``Failed`` for what is no backup, or one of another time's code."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Failed(f"{folder} is no backup: it has no {FILE}.") from None
    except ValueError:
        raise Failed(f"{folder / FILE} is damaged: it is no JSON.") from None
    if not isinstance(told, dict) or told.pop("format", None) != FORMAT:
        raise Failed(f"{folder} was made by another version of this site, in another form.")
    try:
        return _of(told)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Failed(f"{folder / FILE} is damaged: something is missing in it.") from None


def _of(told: dict[str, Any]) -> Manifest:
    told["made_at"] = datetime.fromisoformat(told["made_at"])
    told["tables"] = {name: Fingerprint(**each) for name, each in told["tables"].items()}
    told["files"] = {name: Held(**each) for name, each in told["files"].items()}
    for name in told["files"]:
        if name.startswith("/") or ".." in name.split("/"):
            raise ValueError(name)
    return Manifest(**told)


def require_files(folder: Path, manifest: Manifest, telling: Telling) -> None:
    """Each file is there, with the bytes it had; raises ``Failed``."""
    for number, (name, held) in enumerate(manifest.files.items(), start=1):
        telling.meanwhile(f"  reading file {number} of {len(manifest.files)}")
        file = folder / name
        if not file.is_file() or file.is_symlink():
            raise Failed(f"{folder} is not whole: {name} is missing.")
        if file.stat().st_size != held.size or of_file(file) != held.sha256:
            raise Failed(f"{folder} is damaged: {name} has other bytes than when it was made.")
