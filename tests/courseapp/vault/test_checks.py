"""An installation that would lose keys, or keep them beside what they open, does not start."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

import pytest

from courseapp import env
from courseapp.vault import checks
from tests.courseapp.vault.test_keyring import A, B, word

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.once
HERE = "postgres://courseapp@127.0.0.1/courseapp"


class Installation:
    """Settings with two databases that nobody asks anything."""

    def __init__(self, settings: Settings, patch: pytest.MonkeyPatch, base: Path) -> None:
        self.settings, self.patch, self.base = settings, patch, base

    def use(self, url: str, keys_url: str) -> None:
        # Django warns of overriding DATABASES as a whole, for connections that are open.
        default = env.database(url, self.base, keep_plans=True)
        keys = env.database(keys_url, self.base, keep_plans=True)
        self.patch.setitem(self.settings.DATABASES, "default", default)
        self.patch.setitem(self.settings.DATABASES, "keys", keys)
        self.settings.KEYS_DATABASE_URL = keys_url


@pytest.fixture
def good(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Installation:
    settings.PRODUCTION = True
    settings.SECRET_KEY = "x7" * 40
    settings.VAULT_KEYS = [word("2026", A)]
    made = Installation(settings, monkeypatch, tmp_path)
    made.use(HERE, f"{HERE}_keys")
    return made


def found() -> list[str | None]:
    return [message.id for message in checks.vault()]


def test_a_sound_installation_is_not_complained_about(good: Installation) -> None:
    assert found() == []


@pytest.mark.parametrize("words", [[], ["2026:short"], [word("2026", A)] * 2])
def test_keys_that_cannot_be_used_are_refused(good: Installation, words: list[str]) -> None:
    good.settings.VAULT_KEYS = words
    assert found() == ["vault.E001"]
    good.settings.PRODUCTION = False
    assert found() == ["vault.E001"]


def test_the_site_s_own_secret_is_no_key(good: Installation) -> None:
    good.settings.SECRET_KEY = word("2026", A).partition(":")[2]
    assert found() == ["vault.E004"]


def test_a_secret_of_which_nothing_can_be_made_that_way_is_no_complaint(good: Installation) -> None:
    good.settings.SECRET_KEY = "five5"  # No base64 is one character longer than a multiple of four.
    assert found() == []


SECRET = "Zk3v_9Qp-x7Kq2mZp9wRt4vLsB8nYcD1eF5gH6jU0iO2aS4dT"


@pytest.mark.parametrize(
    "made",
    [
        lambda raw: raw[:32],
        lambda raw: raw[-32:],
        lambda raw: hashlib.sha256(raw).digest(),
        lambda raw: hashlib.blake2b(raw).digest()[:32],
        lambda raw: hmac.digest(raw, b"", "sha256"),
        lambda raw: base64.urlsafe_b64decode(raw[:43] + b"="),
        lambda raw: hashlib.sha256(raw).hexdigest()[:32].encode(),
    ],
)
def test_nor_is_anything_made_of_it(good: Installation, made: Callable[[bytes], bytes]) -> None:
    good.settings.SECRET_KEY = SECRET
    good.settings.VAULT_KEYS = [word("2026", B), word("2025", made(SECRET.encode()))]
    assert set(found()) & {"vault.E001", "vault.E004"}
    good.settings.VAULT_KEYS = [word("2026", B), word("2025", A)]
    assert found() == []


@pytest.mark.parametrize(
    ("url", "keys_url", "finding"),
    [
        (HERE, "", "vault.E002"),
        (HERE, HERE, "vault.E003"),
        ("sqlite:////a/db.sqlite3", "sqlite:////a/db.sqlite3", "vault.E003"),
        (HERE, "sqlite:///keys.sqlite3", "vault.E005"),
    ],
)
def test_keys_without_a_place_of_their_own_are_refused(
    good: Installation, url: str, keys_url: str, finding: str
) -> None:
    good.use(url, keys_url)
    assert found() == [finding]


def test_on_one_machine_two_files_will_do(good: Installation) -> None:
    good.use("sqlite:////a/db.sqlite3", "sqlite:////b/keys.sqlite3")
    assert found() == []
