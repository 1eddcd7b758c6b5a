"""Making a backup: complete under its name, or not there at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from courseapp.backup import databases, keeping, manifest
from courseapp.backup.failing import Failed, told
from courseapp.backup.fingerprints import of_file
from courseapp.backup.manifest import Held, Manifest
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from courseapp.backup.manifest import Part
    from courseapp.backup.telling import Telling

MEDIA = "media"
ALIASES: dict[Part, str] = {"site": DEFAULT_DB_ALIAS, "keys": ALIAS}


def make(
    *, folder: Path, keys_folder: Path | None, now: datetime, days: int, telling: Telling
) -> list[Path]:
    """The backups made: of the site, and of the keys where there is a folder for them.

    The keys are copied last: a key is made before the first text that needs it, so every text in
    the one copy has its key in the other. Raises ``Failed``, and then leaves nothing behind.
    """
    _require_apart(folder, keys_folder)
    places: list[tuple[Part, Path]] = [("site", folder)]
    places += [("keys", keys_folder)] if keys_folder else []
    with told(), ExitStack() as stack, _for_the_owner_only():
        begun = [(part, place, stack.enter_context(_begun(place, now))) for part, place in places]
        for part, place, unfinished in begun:
            _fill(part, unfinished, place, now=now, telling=telling)
        # The keys' first: no copy of texts is ever there without its keys.
        done = [_finished(place, unfinished, now) for _part, place, unfinished in reversed(begun)]
        for _part, place, _unfinished in begun:
            if gone := keeping.prune(place, now=now, days=days):
                telling.step(f"{gone} older ones thrown away in {place}")
        return done[::-1]


def _require_apart(folder: Path, keys_folder: Path | None) -> None:
    if keys_folder is None:
        return
    one, other = folder.resolve(), keys_folder.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise Failed(
            "The keys need a folder that is neither the other one nor within it: whoever has one"
            " of the two must not have the other."
        )


@contextmanager
def _for_the_owner_only() -> Iterator[None]:
    """Whatever is made here is read by nobody else: 0700 and 0600."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _begun(place: Path, now: datetime) -> Iterator[Path]:
    """An empty folder beside the backups, gone afterwards if nobody renamed it; one at a time."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"Another backup is being made in {place}.") from None
        for dead in place.glob(f"{keeping.UNFINISHED}*"):
            shutil.rmtree(dead)  # Of one that was cut off.
        unfinished = place / f"{keeping.UNFINISHED}{keeping.name_of(now)}"
        unfinished.mkdir()
        try:
            yield unfinished
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _fill(part: Part, into: Path, place: Path, *, now: datetime, telling: Telling) -> None:
    database = databases.of(ALIASES[part])
    telling.step(f"{part}: copying and counting the database ({database.vendor})")
    copy = database.copy(into, closed=part == "site", telling=telling)
    copy.file.chmod(0o600)  # SQLite makes files with the rights that its source has.
    files = {copy.file.name: Held(copy.file.stat().st_size, of_file(copy.file))}
    if part == "site":
        files |= _media(into, place, telling)
    made = Manifest(
        part, now, _code(), database.vendor, copy.server, copy.migrations, copy.tables, files,
        copy.wrapped_by,
    )  # fmt: skip
    manifest.write(into, made)
    telling.step(
        f"{part}: {made.rows()} rows in {len(made.tables)} tables, {len(files)} files,"
        f" {sum(held.size for held in files.values()) / 1e6:.1f} MB"
    )


def _media(into: Path, place: Path, telling: Telling) -> dict[str, Held]:
    """What the last backup has is linked: a name never means other bytes (docs/decisions/0013)."""
    last = list(keeping.backups(place).values())[-1:]
    known = manifest.read(last[0]).files if last else {}
    root = Path(settings.MEDIA_ROOT)
    found: dict[str, Held] = {}
    for file in sorted(one for one in root.rglob("*") if one.is_file() and not one.is_symlink()):
        name = f"{MEDIA}/{file.relative_to(root).as_posix()}"
        telling.meanwhile(f"  file {len(found) + 1}: {name}")
        target, held = into / name, known.get(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if held and held.size == file.stat().st_size:
            target.hardlink_to(last[0] / name)
        else:
            shutil.copyfile(file, target)
            held = Held(target.stat().st_size, of_file(target))
        found[name] = held
    return found


def _finished(place: Path, unfinished: Path, now: datetime) -> Path:
    """Under its name once the disk has all of it."""
    for file in unfinished.rglob("*"):
        _sync(file)
    _sync(unfinished)
    done = place / keeping.name_of(now)
    if done.exists():
        raise Failed(f"{done} is there already.")
    unfinished.rename(done)
    _sync(place)
    return done


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _code() -> str:
    """The commit that runs, where git is there to tell."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    said = subprocess.run(  # noqa: S603 -- a fixed question about our own folder.
        [git, "-C", str(settings.BASE_DIR), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"
