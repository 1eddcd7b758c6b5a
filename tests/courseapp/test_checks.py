"""An installation that cannot work, or is not safe, says so before it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings

from courseapp import checks

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.once


@pytest.fixture
def good(settings: Settings) -> Settings:
    """The settings of a sound installation."""
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = "x7Kq2mZp9wRt4vLs" * 5
    settings.SITE_URL = "https://cursus.example.org"
    settings.ALLOWED_HOSTS = ["cursus.example.org"]
    settings.SMTP_URL = "smtps://mail.example.org:465"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.DEFAULT_FROM_EMAIL = "Ik kies jou <post@example.org>"
    settings.BROKER_URL = "redis://127.0.0.1:6379/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    settings.DATABASE_URL = "postgres://courseapp@127.0.0.1/courseapp"
    return settings


def found() -> list[str]:
    messages = [*checks.production(), *checks.database_path(), *checks.own_folder()]
    return sorted(str(message.id).removeprefix("courseapp.") for message in messages)


def test_a_sound_installation_is_not_complained_about(good: Settings) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("SECRET_KEY", "", "E001"),
        ("SECRET_KEY", "x" * 49, "E001"),
        ("SECRET_KEY", "x7" * 40, "E011"),
        ("SECRET_KEY", "django-insecure-x7Kq2mZp9wRt4vLs" * 2, "E011"),
        ("DEBUG", True, "E002"),
        ("SITE_URL", "http://cursus.example.org", "E003"),
        ("SMTP_URL", "", "E004"),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 0, "W003"),
        ("DEFAULT_FROM_EMAIL", "Ik kies jou <post@localhost>", "E005"),
        ("DEFAULT_FROM_EMAIL", "post@server.local", "E005"),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "E006"),
        ("VAR_DIR", Path("var"), "E013"),
        ("MAIL_PROVIDER", "brevo", "E008"),
        ("ALLOWED_HOSTS", [], "E007"),
        ("ALLOWED_HOSTS", ["*"], "E007"),
        ("BROKER_URL", "spool://", "W001"),
        ("CACHES", {"default": {"BACKEND": "x.FileBasedCache"}}, "W002"),
    ],
)
def test_each_unsound_setting_is_named(
    good: Settings, name: str, value: object, finding: str
) -> None:
    setattr(good, name, value)

    assert found() == [finding]


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_a_cache_of_each_process_own_is_refused(good: Settings, backend: str) -> None:
    good.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}

    assert "E010" in found()


def test_outside_production_nothing_is_asked(good: Settings) -> None:
    good.PRODUCTION = False
    good.SMTP_URL = ""
    good.SITE_URL = "http://localhost:8000"
    good.DATABASE_URL = "sqlite:///db.sqlite3"

    assert found() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("PRODUCTION", True), ("SANDBOX", False), ("KEEPS_MAIL", False), ("DEBUG", False)],
)
def test_a_clock_that_can_be_moved_is_refused_beside_anything_real(
    settings: Settings, tmp_path: Path, name: str, value: bool
) -> None:
    settings.CLOCK_FILE = tmp_path / "clock"
    settings.PRODUCTION = False
    settings.DEBUG = settings.SANDBOX = settings.KEEPS_MAIL = True
    assert checks.movable_clock() == []

    setattr(settings, name, value)

    assert [message.id for message in checks.movable_clock()] == ["courseapp.E009"]


@pytest.mark.slow
def test_production_without_a_secret_does_not_start() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=django_settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "courseapp.settings",
            "PRODUCTION": "1",
            "SECRET_KEY": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "SECRET_KEY" in done.stderr
