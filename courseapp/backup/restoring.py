"""Putting a backup back: verified before and after, and closed until the erasures were replayed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from courseapp import closing, privacy
from courseapp.backup import databases, fingerprints, keeping, manifest
from courseapp.backup.failing import Failed, told
from courseapp.backup.making import ALIASES, MEDIA
from courseapp.vault import keys
from courseapp.vault.router import ALIAS, LABEL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.backup.databases import Database
    from courseapp.backup.manifest import Manifest, Part
    from courseapp.backup.telling import Telling


@dataclass(frozen=True)
class Backup:
    """One that is whole: every file has the bytes it was made with."""

    folder: Path
    manifest: Manifest

    @property
    def file(self) -> Path:
        """The copy of the database."""
        (name,) = [name for name in self.manifest.files if not name.startswith(f"{MEDIA}/")]
        return self.folder / name


def opened(folder: Path, *, part: Part, telling: Telling) -> Backup:
    """The backup in a folder, or the newest of those in it; raises ``Failed`` for a damaged one."""
    with told():
        chosen = keeping.chosen(folder)
        found = manifest.read(chosen)
        if found.part != part:
            raise Failed(f"{chosen} is a backup of the {found.part}, not of the {part}.")
        telling.step(f"{part}: {chosen}, {len(found.files)} files to be verified")
        manifest.require_files(chosen, found, telling)
        return Backup(chosen, found)


def restore(
    *, folder: Path, keys_folder: Path | None, telling: Telling, now: datetime,
    also: Iterable[UUID] = (), most: int | None,
) -> int:  # fmt: skip
    """Into empty databases; without ``keys_folder`` beside today's keys. How many erased again.

    ``also`` and ``most`` as ``privacy.replay_erasures`` has them: whom a ledger names that was kept
    elsewhere, and how many at once are believed. Raises ``Failed``, and
    ``privacy.TooManyCameBack``: then all is back, and the site stays closed. Cut off anywhere it is
    closed or empty, and done again from the start.
    """
    site = opened(folder, part="site", telling=telling)
    own_keys = opened(keys_folder, part="keys", telling=telling) if keys_folder else None
    with told(), closing.passing("erasures"):
        _require_fitting(site, databases.of(ALIASES["site"]))
        if own_keys:
            _require_fitting(own_keys, databases.of(ALIASES["keys"]))
            _require_openable(own_keys)
        else:
            _require_keys()
        databases.of(ALIASES["site"]).require_empty()
        if own_keys:
            _put_keys_back(own_keys, telling)
        put_back(site, databases.of(ALIASES["site"]), closed=True, telling=telling)
        _put_files_back(site, telling)
        return _in_order(now=now, also=also, most=most, telling=telling)


def put_back(backup: Backup, database: Database, *, closed: bool, telling: Telling) -> None:
    """Into an empty database, and compared with what was counted when it was made."""
    telling.step(f"{backup.manifest.part}: putting back {backup.manifest.rows()} rows")
    database.put_back(backup.file, closed=closed, telling=telling)
    found = database.tables(telling)
    if wrong := fingerprints.differences(backup.manifest.tables, found):
        raise Failed(f"What was put back is not what was copied. {wrong[0]}.")
    if closed:
        database.finish()
    telling.step(f"{backup.manifest.part}: every table has the rows it had")


def _put_keys_back(backup: Backup, telling: Telling) -> None:
    """Where they are back already, from a restore that was cut off, that is as good."""
    database = databases.of(ALIASES["keys"])
    if not fingerprints.differences(backup.manifest.tables, database.tables(telling)):
        telling.step("keys: they are there already")
        return
    database.require_empty()
    put_back(backup, database, closed=False, telling=telling)


def _require_fitting(backup: Backup, database: Database) -> None:
    made = backup.manifest
    if made.database != database.vendor:
        raise Failed(
            f"This backup is of {made.database}, the database is {database.vendor}. Restore it to"
            f" one of {made.database}; manage.py transfer takes it from SQLite to PostgreSQL."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if later := sorted(set(made.migrations) - known):
        raise Failed(
            f"This backup was made by a later version of the site ({later[0]} is not known here)."
            f" Restore it with that version: {made.code}."
        )


def _require_openable(backup: Backup) -> None:
    """Keys that no key-encryption key of ours opens would be put back for nothing."""
    known = keys.ring().keys
    if missing := [name for name in backup.manifest.wrapped_by if name not in known]:
        raise Failed(
            f"These keys were wrapped by {', '.join(missing)}, which VAULT_KEYS does not hold. Add"
            " it behind the current one: without it nobody's texts can be opened."
        )


def _require_keys() -> None:
    if not databases.of(ALIASES["keys"]).names():
        raise Failed("The database of readers' keys is empty. Name its backup: --keys FOLDER")


def _put_files_back(backup: Backup, telling: Telling) -> None:
    root = Path(settings.MEDIA_ROOT)
    files = [name for name in backup.manifest.files if name.startswith(f"{MEDIA}/")]
    for number, name in enumerate(files, start=1):
        telling.meanwhile(f"  file {number} of {len(files)}")
        target = root / name.removeprefix(f"{MEDIA}/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup.folder / name, target)
    telling.step(f"site: {len(files)} files")


def _in_order(
    *, now: datetime, also: Iterable[UUID], most: int | None, telling: Telling
) -> int:  # fmt: skip
    """What was put back may be older than the code: first its tables, then whoever was erased."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("migrate", LABEL, interactive=False, verbosity=0, database=ALIAS)
    number = privacy.replay_erasures(now=now, also=also, most=most)
    closing.open_after_erasures()
    telling.step(f"site: {number} erased again; it is open")
    return number
