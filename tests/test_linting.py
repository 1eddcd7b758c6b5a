"""A migration that the running release could not stand is found out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests import linting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[1]
APP = "shelves"
FIRST = """
from django.db import migrations, models
class Migration(migrations.Migration):
    initial = True
    operations = [migrations.CreateModel("Book", [
        ("id", models.BigAutoField(primary_key=True)), ("title", models.TextField()),
    ])]
"""
SECOND = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("shelves", "0001_books")]
    operations = [{}]
"""
FIELD = 'migrations.AddField("book", "pages", models.IntegerField({}))'


@pytest.fixture
def shelves(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An app of its own, with a first migration; returns the folder for the next."""
    if connection.vendor != "postgresql":
        pytest.skip("It is PostgreSQL whose statements are read.")
    folder = tmp_path / APP / "migrations"
    folder.mkdir(parents=True)
    for file in (folder.parent / "__init__.py", folder / "__init__.py"):
        file.write_text("", encoding="utf-8")
    (folder / "0001_books.py").write_text(FIRST, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, APP]
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == APP]:
        del sys.modules[name]


def found(folder: Path, operation: str) -> list[str]:
    (folder / "0002_more.py").write_text(SECOND.format(operation), encoding="utf-8")
    return list(linting.faults(connection, after={APP: "0001_books"}))


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (FIELD.format("default=0"), "NOT_NULL"),
        ('migrations.RemoveField("book", "title")', "DROP_COLUMN"),
        ('migrations.RenameField("book", "title", "name")', "RENAME_COLUMN"),
        ('migrations.AlterField("book", "title", models.IntegerField())', "ALTER_COLUMN"),
        ('migrations.DeleteModel("Book")', "DROP_TABLE"),
        ('migrations.RenameModel("Book", "Volume")', "RENAME_TABLE"),
        ('migrations.AddIndex("book", models.Index(fields=["title"], name="t"))', "CREATE_INDEX"),
    ],
)
def test_what_the_running_release_cannot_stand_is_found(
    shelves: Path, operation: str, code: str
) -> None:
    told = found(shelves, operation)

    assert any(line.startswith("shelves.0002_more: ") and code in line for line in told)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "operation",
    [
        FIELD.format("null=True"),
        FIELD.format("db_default=0"),
        'migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))])',
    ],
)
def test_what_it_does_not_notice_is_let_through(shelves: Path, operation: str) -> None:
    assert found(shelves, operation) == []


@pytest.mark.postgresql
def test_what_is_known_to_be_harmless_is_let_through(shelves: Path) -> None:
    assert found(shelves, 'migrations.DeleteModel("Book")')
    after = {APP: "0001_books"}
    assert [*linting.faults(connection, after=after, harmless=["shelves.0002_more"])] == []


def test_the_first_release_names_apps_and_migrations_that_are_there() -> None:
    nodes = MigrationLoader(None).graph.nodes
    ours = {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT) and any(node[0] == config.label for node in nodes)
        and ".venv" not in config.path
    }  # fmt: skip

    assert set(linting.FIRST_RELEASE) == ours
    assert [one for one in linting.FIRST_RELEASE.items() if one not in nodes] == []
    named = {f"{app}.{name}" for app, name in nodes}
    assert set(linting.HARMLESS) <= named
    assert all(linting.HARMLESS.values())


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_without_postgresql_it_is_left_out_but_not_in_ci(ci: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.linting"],
        env={**os.environ, "CI": ci, "TEST_DATABASE_URL": "postgres://postgres@127.0.0.1:1/x"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == status
    assert "not read" in done.stderr
