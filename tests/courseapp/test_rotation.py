"""What the project itself puts on a disk does not stay there: each folder has its end.

Files that somebody asked for of their own data have theirs in ``test_handing_over``, messages of a
broker in a folder in ``test_spool``; here are mails of a developer's machine, counters, and files
whose row is gone. The age of a file is the machine's own, so a test makes files old.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache, caches
from django.core.mail import EmailMessage
from django.utils import timezone

from courseapp import cache as counters
from courseapp import tasks
from courseapp.post import mailbox
from courseapp.post import tasks as post
from lessons import tasks as lessons
from lessons.content.media import keeping, shelf
from lessons.content.models import MediaFile
from tests.databases import with_keys
from tests.factories import NOW
from tests.lessons.content.pictures import make_media, photo

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings


def age(file: Path, days: float) -> None:
    written = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(file, (written, written))


@pytest.fixture
def mails(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_DIR = tmp_path / "mail"
    mailbox.Backend().send_messages(
        [EmailMessage(subject=name, to=[f"{name}@example.org"]) for name in ("oud", "jong")]
    )
    (settings.MAIL_DIR / ".1-half.eml").write_text("To: half@example.org")
    return tmp_path / "mail"


@pytest.mark.django_db
def test_mails_of_a_developers_machine_are_gone_after_a_week(mails: Path) -> None:
    old = next(file for file in mails.iterdir() if b"oud@" in file.read_bytes())
    age(old, 7.1)
    age(mails / ".1-half.eml", 7.1)
    for file in mails.iterdir():
        if b"jong@" in file.read_bytes():
            age(file, 6.9)

    post.forget_old()

    assert [mail.to for mail in mailbox.newest()] == ["jong@example.org"]
    assert len(list(mails.iterdir())) == 1


def test_a_folder_that_is_not_there_is_no_trouble(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_DIR = settings.MEDIA_ROOT = tmp_path / "nowhere"
    assert mailbox.forget_old(now=timezone.now()) == 0
    assert shelf.sweep(bool, now=timezone.now()) == 0


@with_keys
def test_counters_that_count_no_more_are_no_files_any_more() -> None:
    """A network that came by once is asked for never again, so its counter would lie there."""
    cache.clear()
    cache.set("a", 1, 3600)
    cache.set("b", 1, 3600)
    folder: Any = caches["default"]
    assert len(folder._list_cache_files()) == 2
    assert counters.sweep() == 0
    cache.set("b", 1, 0.01)
    time.sleep(0.05)

    tasks.scrub()

    assert len(folder._list_cache_files()) == 1
    assert cache.get("a") == 1


@pytest.mark.django_db
def test_a_file_without_a_row_goes_after_a_week_and_no_other_file(media_root: Path) -> None:
    stays, lost, young = (
        make_media(photo(width, 600), f"{width}.jpg") for width in (900, 901, 902)
    )
    (media_root / "van-een-ander.txt").write_text("x")
    MediaFile.objects.exclude(pk=stays.pk).delete()
    for file in media_root.iterdir():
        age(file, 1 if str(young.pk) in file.name else 8)
    names = {file.name for file in media_root.iterdir()}
    gone = {name for name in names if str(lost.pk) in name}
    assert len(gone) > 1, "with its smaller versions"

    lessons.forget_old()

    assert {file.name for file in media_root.iterdir()} == names - gone
    assert keeping.sweep(now=NOW) == 0
