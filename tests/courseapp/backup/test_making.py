"""A backup is whole or not there, read by its owner alone, and told from one that was damaged."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from courseapp.backup import in_postgres, keeping
from tests.courseapp.backup.places import address_of, said
from tests.databases import with_keys

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.courseapp.backup.conftest import Copies

NOW = datetime(2026, 11, 22, 20, 15, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


def only(folder: Path) -> Path:
    (found,) = folder.glob("2*")
    return found


@with_keys
def test_it_says_what_it_holds_and_only_its_owner_reads_it(copies: Copies) -> None:
    assert f"Made {only(copies.site)}" in copies.told[0]
    assert f"Made {only(copies.keys)}" in copies.told[0]
    everything = [one for folder in (copies.site, copies.keys) for one in folder.rglob("*")]
    modes = {(one.is_dir(), oct(one.stat().st_mode & 0o777)) for one in everything}
    assert modes == {(True, "0o700"), (False, "0o600")}
    told = json.loads((only(copies.site) / "manifest.json").read_text())
    assert told["tables"]["accounts_user"]["rows"] == 2
    assert "media/foto.webp" in told["files"]
    assert "accounts.0001_people" in told["migrations"]
    assert datetime.fromisoformat(told["made_at"]).utcoffset() == timedelta()
    assert not any("vault" in table for table in told["tables"])
    keys = json.loads((only(copies.keys) / "manifest.json").read_text())
    assert set(keys["tables"]) - {"django_migrations"} == {"vault_datakey", "vault_erasure"}
    assert len(keys["wrapped_by"]) == 1


@pytest.mark.slow
@with_keys
def test_it_is_verified_by_putting_it_back_and_nothing_of_that_stays(copies: Copies) -> None:
    told = said("verify_backup", copies.site, "--keys", copies.keys)
    assert told.count(": good, ") == 2
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE '%%_verify_%%'")
            assert cursor.fetchall() == []


@with_keys
@pytest.mark.parametrize("wound", ["byte", "gone", "row", "manifest", "escape"])
def test_whatever_was_damaged_is_found(copies: Copies, tmp_path: Path, wound: str) -> None:
    folder = Path(shutil.copytree(only(copies.site), tmp_path / "damaged"))
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text())
    (file,) = folder.glob("database.*")
    if wound == "byte":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif wound == "gone":
        (folder / "media/foto.webp").unlink()
    elif wound == "row":
        told["tables"]["accounts_user"]["rows"] += 1
    elif wound == "manifest":
        del told["tables"]
    else:
        told["files"]["../../etc/passwd"] = told["files"]["media/foto.webp"]
    if wound in {"row", "manifest", "escape"}:
        manifest.write_text(json.dumps(told))
    with pytest.raises(CommandError, match=r"damaged|not whole|not what was copied"):
        said("verify_backup", folder)


@with_keys
def test_the_keys_never_go_where_the_rest_goes(tmp_path: Path) -> None:
    for keys in (tmp_path, tmp_path / "below", tmp_path.parent):
        with pytest.raises(CommandError, match="neither the other one nor within it"):
            said("backup", tmp_path, "--keys", keys)
    assert list(tmp_path.iterdir()) == []


@with_keys
def test_what_fails_leaves_nothing_behind_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    site, keys = tmp_path / "site", tmp_path / "file/keys"
    with pytest.raises(CommandError, match=r"Not a directory.*No backup was made"):
        said("backup", site, "--keys", keys)
    assert list(site.glob("[!.]*")) == []
    if connection.vendor == "postgresql":
        monkeypatch.setattr(in_postgres, "VERSION", re.compile(r"\) (\d)"))
        with pytest.raises(CommandError, match="apt-get install postgresql-client-"):
            said("backup", site)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match="pg_dump is not there"):
            said("backup", site)
        assert list(site.glob("[!.]*")) == []
    with pytest.raises(CommandError, match="1 to 7"):
        said("backup", site, "--keep-days", 8)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@with_keys
def test_a_full_disk_is_told_and_nothing_half_is_left(copies: Copies, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    act = (
        f"mount -t tmpfs -o size=100k none {small} && {sys.executable} manage.py backup {small};"
        f" echo status $?; ls -A {small}"
    )
    told = {"DATABASE_URL": address_of("default"), "KEYS_DATABASE_URL": address_of("keys")}
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", act],
        cwd=ROOT, env={**os.environ, **told, "DJANGO_SETTINGS_MODULE": "courseapp.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-2:] == ["status 1", ".lock"]
    assert "full" in done.stderr or "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@with_keys
def test_what_a_killed_one_left_is_cleared_away_and_files_are_kept_once(
    copies: Copies, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = only(copies.site) / "media"
    dead = tmp_path / "unfinished-2026-11-22T201500Z"
    dead.mkdir()
    (dead / "database.sqlite3").write_bytes(b"half")
    with pytest.raises(CommandError, match="no backup in"):
        said("verify_backup", tmp_path)

    said("backup", tmp_path)
    (first,) = keeping.backups(tmp_path).values()
    first = first.rename(tmp_path / keeping.name_of(NOW))
    said("backup", tmp_path)

    assert not dead.exists()
    assert len(keeping.backups(tmp_path)) == 2
    files = [one / "media/foto.webp" for one in keeping.backups(tmp_path).values()]
    assert files[0].samefile(files[1])


@pytest.mark.once
@given(some.lists(some.integers(0, 20 * 24 * 60), unique=True), some.integers(1, 7))
def test_all_of_an_hour_one_an_hour_of_a_day_and_one_a_day_before_stay(
    minutes: list[int], days: int
) -> None:
    moments = {NOW - timedelta(minutes=one) for one in minutes}
    stay = moments - keeping.superfluous(moments, now=NOW, days=days)
    assert {one for one in moments if NOW - one < keeping.HOUR} <= stay
    assert all(NOW - one < timedelta(days=days) for one in stay)
    young = {one for one in moments if NOW - one < timedelta(days=days)}
    assert {one.date() for one in stay} == {one.date() for one in young}
    hours = {one.replace(minute=0) for one in young if NOW - one < keeping.DAY}
    assert hours <= {one.replace(minute=0) for one in stay}
    assert len(stay) <= 60 + 25 + 8


@pytest.mark.once
def test_what_stays_today_is_there_tomorrow() -> None:
    """A backup every five minutes for a fortnight, thinned each time: a week is always there."""
    there: set[datetime] = set()
    start = NOW - timedelta(days=14)
    for number in range(14 * 24 * 12):
        now = start + timedelta(minutes=5 * number)
        there.add(now)
        if number % 7 == 0:
            there -= keeping.superfluous(there, now=now, days=7)
    ages = sorted(now - one for one in there)
    assert ages[-1] >= timedelta(days=6)
    assert len({one.date() for one in there}) >= 7
