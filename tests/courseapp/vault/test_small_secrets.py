"""A short secret opens for whom and for what it was sealed, and says in a log why it does not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from courseapp.vault import keys, small_secrets
from tests.courseapp.vault.test_keyring import A, B, word

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.once

OWNER = uuid4()
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _ring(settings: Settings) -> None:
    settings.VAULT_KEYS = [word("2026", A), word("2025", B)]


def sealed(secret: str = SECRET) -> str:
    return small_secrets.seal(secret, purpose="totp", owner=OWNER)


def why_not(text: str, **more: object) -> str:
    asked = {"purpose": "totp", "owner": OWNER, **more}
    with pytest.raises(keys.Unreadable) as refused:
        small_secrets.unseal(text, **asked)  # type: ignore[arg-type]
    return refused.value.why


def test_it_says_by_which_key_it_is_sealed_and_nothing_of_what() -> None:
    text = sealed()

    assert text.startswith("sealed:2026:")
    assert SECRET not in text
    assert small_secrets.unseal(text, purpose="totp", owner=OWNER) == SECRET


def test_a_rotation_passes_by_what_the_current_key_sealed(settings: Settings) -> None:
    text = sealed()
    assert small_secrets.is_current(text)

    settings.VAULT_KEYS = [word("2025", B), word("2026", A)]
    assert not small_secrets.is_current(text)
    assert small_secrets.unseal(text, purpose="totp", owner=OWNER) == SECRET


def test_it_opens_for_nothing_and_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    assert why_not(sealed(), purpose="spare") == "damaged, or another's"
    assert why_not(sealed(), owner=uuid4()) == "damaged, or another's"
    assert caplog.messages == [
        "A secret for spare does not open: damaged, or another's.",
        "A secret for totp does not open: damaged, or another's.",
    ]


def test_a_key_that_is_gone_is_told_apart(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    text = sealed()
    settings.VAULT_KEYS = [word("2025", B)]

    assert why_not(text) == "unknown key"
    assert caplog.messages == ["A secret for totp does not open: unknown key."]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: "sealed",
        lambda text: "sealed:2026",
        lambda text: text.replace("sealed:", "open:"),
        lambda text: text.replace("2026:", "2026:!"),
        lambda text: f"{text}:",
        lambda text: text[:-1],
        lambda text: "sealed:2026:" + base64.urlsafe_b64encode(bytes(40)).decode(),
    ],
)
def test_what_is_not_whole_does_not_open(spoil: object) -> None:
    told = why_not(spoil(sealed()))  # type: ignore[operator]

    assert told in {"unknown key", "damaged, or another's"}
    assert (told == "unknown key") == (spoil(sealed()) == "sealed")  # type: ignore[operator]


def test_every_byte_of_a_sealed_secret_is_written_in_letters_that_an_address_may_hold() -> None:
    for _ in range(50):
        letters = sealed().removeprefix("sealed:2026:")
        assert not set(letters) & {"+", "/"}
        assert small_secrets.unseal(f"sealed:2026:{letters}", purpose="totp", owner=OWNER) == SECRET
