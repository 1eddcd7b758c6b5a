"""What every test of backups stands on: copies made once, and databases to put them into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command

from courseapp import privacy
from courseapp.vault import ledger
from tests.courseapp.backup.places import empty_database, said
from tests.courseapp.mydata.everything import make_person
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django import DjangoDbBlocker

GONE, STAYS = "noor@example.org", "ander@example.org"
PICTURE = b"RIFF of a picture"


@dataclass(frozen=True)
class Copies:
    """Folders of backups: of before an erasure, and of the keys after it; and what was told."""

    site: Path
    keys: Path
    later_keys: Path
    # What `manage.py erasures` wrote after it.
    ledger: Path
    told: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def copies(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Copies:
    """Of two people with something everywhere, one of whom is erased afterwards.

    Made once: emptying all tables after each test would take longer than the tests.
    """
    folder = tmp_path_factory.mktemp("copies")
    found = Copies(folder / "site", folder / "keys", folder / "later", folder / "ledger")
    media, django_settings.MEDIA_ROOT = django_settings.MEDIA_ROOT, folder / "media"
    with django_db_blocker.unblock():
        try:
            # The suite makes the tables of keys without; a restore goes on from what was applied.
            said("migrate", "vault", "--database=keys", "--fake", "--verbosity=0")
            (folder / "media").mkdir()
            (folder / "media/foto.webp").write_bytes(PICTURE)
            gone, _stays = make_person(GONE), make_person(STAYS)
            found.told.append(said("backup", found.site, "--keys", found.keys))
            privacy.erase_person(gone, now=NOW)
            assert ledger.owners() == [gone.uuid]
            found.ledger.write_text(said("erasures"))
            said("backup", folder / "unused", "--keys", found.later_keys)
        finally:
            django_settings.MEDIA_ROOT = media
            for alias in ("default", "keys"):
                call_command("flush", database=alias, interactive=False, verbosity=0)
    return found


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database for the site."""
    with empty_database(tmp_path) as address:
        yield address


@pytest.fixture
def scratch_keys(tmp_path: Path) -> Iterator[str]:
    """Another, for the keys."""
    with empty_database(tmp_path) as address:
        yield address
