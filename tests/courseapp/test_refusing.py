"""Processes of production, started for real: each mistake is refused by the name of what to set."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError

from courseapp import preparing
from lessons.content import identity
from tests import bare
from tests.courseapp.vault.test_keyring import A, word

if TYPE_CHECKING:
    from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zk3v_9Qp-x7Kq2mZp9wRt4vLsB8nYcD1eF5gH6jU0iO2aS4dTq"
# What a sound installation has; nobody has to answer there to be checked.
SOUND = {
    "DJANGO_SETTINGS_MODULE": "courseapp.settings",
    "PRODUCTION": "1",
    "DEBUG": "0",
    "SECRET_KEY": SECRET,
    "VAULT_KEYS": word("2026", A),
    "SITE_URL": "https://cursus.example.org",
    "ALLOWED_HOSTS": "cursus.example.org",
    "DATABASE_URL": "postgres://courseapp@127.0.0.1:1/courseapp",
    "KEYS_DATABASE_URL": "postgres://courseapp@127.0.0.1:1/courseapp_keys",
    "BROKER_URL": "redis://127.0.0.1:1/0",
    "CACHE_URL": "redis://127.0.0.1:1/1",
    "SMTP_URL": "smtps://a:b@mail.example.org:465",
    "MAIL_FROM": "Ik kies jou <post@example.org>",
    "TRUSTED_PROXIES": "1",
}
DERIVED = word("2026", hashlib.sha256(SECRET.encode()).digest())
# What was set, each alone enough (test_checks.py), and what the refusals have to name.
MISTAKES = [
    (
        {
            "SECRET_KEY": "te-kort-8361", "DEBUG": "1", "KEYS_DATABASE_URL": "", "SMTP_URL": "",
            "VAULT_KEYS": word("2026", b"dit is een zin van gewone letter"),
            "MAIL_FROM": "post@localhost", "SITE_URL": "http://cursus.example.org",
            "ALLOWED_HOSTS": "*", "DATABASE_URL": "sqlite:///db.sqlite3",
            "STRIPE_SECRET_KEY": "rk_live_8361",
        },
        (
            "SECRET_KEY has 12 characters", "DEBUG is on", "KEYS_DATABASE_URL is empty",
            "SMTP_URL is empty", "VAULT_KEYS is not random: it is text", "MAIL_FROM is",
            "SITE_URL is", "ALLOWED_HOSTS names", "SQLite file has a relative path",
            "STRIPE_WEBHOOK_SECRETS is not",
        ),
    ),
    (
        {"SECRET_KEY": "geheim" * 10, "VAULT_KEYS": "", "SMTP_URL": "", "MAIL_PROVIDER": "brevo"},
        ("SECRET_KEY is no random text", "VAULT_KEYS is empty", "MAIL_WEBHOOK_SECRET is empty"),
    ),
    (
        {"VAULT_KEYS": DERIVED, "KEYS_DATABASE_URL": SOUND["DATABASE_URL"]},
        ("VAULT_KEYS is SECRET_KEY, or made of it", "KEYS_DATABASE_URL is DATABASE_URL"),
    ),
    ({"SECRET_KEY": "", "VAULT_KEYS": "2026:a29ydA=="}, ("SECRET_KEY has 0", "it takes 32")),
    ({"PRODUCTION": "ja"}, ("PRODUCTION is 'ja'",)),
]  # fmt: skip


def started(folder: Path, *how: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {**bare.environment(), **SOUND, "VAR_DIR": str(folder), **variables}
    return subprocess.run(
        [sys.executable, *how], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )


@pytest.mark.once
def test_a_sound_installation_starts(tmp_path: Path) -> None:
    done = started(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr
    assert started(tmp_path, "-c", "import courseapp.wsgi").returncode == 0


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(("mistakes", "named"), MISTAKES)
def test_mistakes_are_refused_by_their_names(
    tmp_path: Path, mistakes: dict[str, str], named: tuple[str, ...]
) -> None:
    done = started(tmp_path, "manage.py", "check", **mistakes)
    assert done.returncode != 0
    assert [one for one in named if one not in done.stderr] == []
    secrets = {SECRET, mistakes.get("SECRET_KEY"), mistakes.get("VAULT_KEYS")} - {"", None}
    assert not [one for one in secrets if str(one) in done.stderr]


@pytest.mark.slow
@pytest.mark.once
def test_the_web_server_refuses_too(tmp_path: Path) -> None:
    done = started(tmp_path, "-c", "import courseapp.wsgi", DEBUG="1", VAULT_KEYS=DERIVED)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert "DEBUG is on" in done.stderr
    assert "made of it" in done.stderr


@pytest.mark.slow
@pytest.mark.once
def test_a_folder_of_this_machine_is_warned_of(tmp_path: Path) -> None:
    """On one machine it holds, so it is no refusal."""
    plain = {"BROKER_URL": "spool://", "CACHE_URL": "", "TRUSTED_PROXIES": "0"}
    done = started(tmp_path, "manage.py", "check", "--deploy", **plain)
    assert done.returncode == 0
    for name in plain:
        assert name in done.stderr


def practice(**more: str) -> dict[str, str]:
    return {
        "name": "Praktijk Ik kies jou", "email": "post@example.org", "phone": "020 123 45 67",
        "address": "Dorpsstraat 1, 1234 AB Dorp", "register": "12345678",
        "vat": "NL123456789B01", **more,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"name": ""}, "PRACTICE_NAME."),
        ({"name": " "}, "PRACTICE_NAME."),
        ({"register": "123", "vat": ""}, "PRACTICE_REGISTER, PRACTICE_VAT."),
        (dict.fromkeys(practice(), ""), "PRACTICE_NAME, PRACTICE_ADDRESS, PRACTICE_REGISTER,"),
    ],
)
def test_nobody_runs_a_site_without_saying_who_they_are(
    settings: Settings, more: dict[str, str], named: str
) -> None:
    settings.PRODUCTION, settings.PRACTICE = True, practice(**more)
    with pytest.raises(CommandError) as refused:
        preparing.STEPS[-1].act()
    assert named in str(refused.value)
    settings.PRODUCTION = False
    assert "not said yet" in preparing.STEPS[-1].act()


@pytest.mark.django_db
def test_whoever_says_it_may_start(settings: Settings) -> None:
    settings.PRODUCTION, settings.PRACTICE = True, practice()
    assert identity.missing() == ()
    assert preparing.STEPS[-1].act() == "complete"
