"""A backup that is put back is what it was, and nobody is in it who was erased since."""

from __future__ import annotations

import shutil
from http import HTTPStatus
from threading import Timer
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connection
from django.test import Client

from courseapp import closing
from courseapp.accounts.models import User
from courseapp.backup import databases, manifest
from courseapp.backup.telling import Telling
from courseapp.vault import ledger, sweeping
from lessons.reading import answers
from lessons.reading.models import Answer, Enrolment
from tests.courseapp.backup.conftest import GONE, PICTURE, STAYS
from tests.courseapp.backup.places import on, on_a_closed, said
from tests.courseapp.mydata.everything import WRITTEN
from tests.databases import with_keys
from tests.factories import make_reader

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.courseapp.backup.conftest import Copies


# They work on databases of their own; the suite's are only there.
pytestmark = with_keys


def texts_of(email: str) -> list[str | None]:
    """What is read of somebody's answers; None for one that does not open."""
    reader = User.objects.get(email=email)
    found = answers.opened(reader, Answer.objects.filter(enrolment__reader=reader))
    return [None if one.content is None else str(one.content) for one in found]


def test_everything_comes_back_rows_files_and_what_was_written(
    copies: Copies, scratch: str, scratch_keys: str, media_root: Path
) -> None:
    told = said(
        "restore", copies.site, "--keys", copies.keys, "--into", scratch, "--keys-into",
        scratch_keys,
    )  # fmt: skip

    assert told.endswith("Restored; 0 erased again. The site is open.\n")
    assert (media_root / "foto.webp").read_bytes() == PICTURE
    with on(scratch, scratch_keys):
        assert WRITTEN in str(texts_of(GONE)[0])
        assert WRITTEN in str(texts_of(STAYS)[0])
        assert Enrolment.objects.count() == 2
        assert Client().get("/").status_code == HTTPStatus.OK
        newest = User.objects.order_by("-pk").values_list("pk", flat=True)[0]
        assert make_reader().pk > newest, "numbers go on where they stopped"


def test_whoever_was_erased_since_is_not_readable_and_gone_before_the_site_opens(
    copies: Copies,
    scratch: str,
    scratch_keys: str,
    media_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping, "MOST", 0)

    with pytest.raises(CommandError, match=r"1 people are here .* stays closed"):
        said(
            "restore", copies.site, "--keys", copies.later_keys, "--into", scratch, "--keys-into",
            scratch_keys,
        )  # fmt: skip

    with on_a_closed(scratch, scratch_keys):
        assert texts_of(GONE) == [None], "the backup brings them back, and today's keys do not"
        assert WRITTEN in str(texts_of(STAYS)[0])
    with on(scratch, scratch_keys):
        client = Client(raise_request_exception=False)
        page, api = client.get("/"), client.get("/api/v1/courses/")
        health = client.get("/healthz")
        assert [page.status_code, api.status_code, health.status_code] == [503, 503, 503]
        assert page.headers["Retry-After"] == "30"
        assert "0800-0113" in page.content.decode()
        assert api.json()["code"] == "closed"
        assert health.json() == {"status": "down", "database": "closed"}
        with pytest.raises(closing.Closed, match=r"manage\.py prepare"):
            User.objects.count()

        assert said("replay_erasures", "--yes") == "1 erased again.\n"

        assert not User.objects.filter(email=GONE).exists()
        assert Answer.objects.count() == 1
        assert WRITTEN in str(texts_of(STAYS)[0])
        assert client.get("/").status_code == HTTPStatus.OK


def test_a_ledger_kept_elsewhere_counts_where_the_keys_are_as_old(
    copies: Copies, scratch: str, scratch_keys: str, media_root: Path
) -> None:
    told = said(
        "restore", copies.site, "--keys", copies.keys, "--into", scratch, "--keys-into",
        scratch_keys, "--erasures", copies.ledger,
    )  # fmt: skip

    assert "1 erased again" in told
    with on(scratch, scratch_keys):
        assert not User.objects.filter(email=GONE).exists()
        assert ledger.read(copies.ledger.read_text().splitlines()) == ledger.owners()


def test_a_restore_that_was_cut_off_is_closed_to_everybody_and_done_again(
    copies: Copies, scratch: str, scratch_keys: str, media_root: Path
) -> None:
    """Once halfway through the site, once between the keys and the site."""
    with on(scratch):
        connection.ensure_connection()
        closing.close(connection.connection, "unfinished")
        connection.connection.execute("CREATE TABLE accounts_user (half int)")
        connection.connection.commit()
        connection.close()
        for words in (["replay_erasures"], ["migrate"]):
            with pytest.raises(closing.Closed, match="cut off"):
                said(*words)
    place = ("--into", scratch, "--keys-into", scratch_keys)

    said("restore", copies.site, "--keys", copies.keys, *place)

    with on(scratch, scratch_keys):
        assert User.objects.filter(email=GONE).exists()
        connection.ensure_connection()
        closing.close(connection.connection, "unfinished")
        connection.connection.commit()
    assert "there already" in said("restore", copies.site, "--keys", copies.keys, *place)
    with on(scratch, scratch_keys):
        assert WRITTEN in str(texts_of(GONE)[0])


def test_only_empty_databases_that_nobody_uses_are_restored_into(
    copies: Copies, scratch: str, scratch_keys: str
) -> None:
    words = ("restore", copies.site, "--keys", copies.keys)
    with on(scratch, scratch_keys):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with pytest.raises(CommandError, match=r"Stop the web server and the worker"):
            said(*words)
        connection.connection.execute("CREATE TABLE something (there int)")
        connection.connection.commit()
        connection.close()
        with pytest.raises(CommandError, match="not empty"):
            said(*words)
        with connection.cursor() as cursor:
            assert connection.introspection.table_names(cursor) == ["something"]


@pytest.mark.postgresql
def test_a_connection_on_its_way_out_is_waited_for(
    copies: Copies, scratch: str, scratch_keys: str
) -> None:
    leaving = psycopg.connect(scratch.replace("postgres://", "postgresql://"))
    parting = Timer(0.5, leaving.close)
    parting.start()

    told = said(
        "restore", copies.site, "--keys", copies.keys, "--into", scratch, "--keys-into",
        scratch_keys,
    )  # fmt: skip

    parting.join()
    assert "The site is open." in told


def test_what_could_not_be_used_is_refused_before_anything_is_touched(
    copies: Copies, scratch: str, scratch_keys: str, settings: Settings, tmp_path: Path
) -> None:
    place = ("--into", scratch, "--keys-into", scratch_keys)
    with pytest.raises(CommandError, match="--keys FOLDER"):
        said("restore", copies.site, *place)
    with pytest.raises(CommandError, match="a backup of the keys, not of the site"):
        said("restore", copies.keys, "--keys", copies.keys, *place)
    word = settings.VAULT_KEYS[0].partition(":")[2]
    settings.VAULT_KEYS = [f"other:{word}"]
    with pytest.raises(CommandError, match="VAULT_KEYS does not hold"):
        said("restore", copies.site, "--keys", copies.keys, *place)
    later = shutil.copytree(copies.site, tmp_path / "later")
    (folder,) = (file.parent for file in later.glob("*/manifest.json"))
    made = manifest.read(folder)
    made.migrations.append("lessons.9999_from_tomorrow")
    manifest.write(folder, made)
    with pytest.raises(CommandError, match="later version"):
        said("restore", later, "--keys", copies.keys, *place)
    assert databases.at(scratch, tmp_path).tables(Telling(print)) == {}
