"""``docs/controls.md`` says what the code does: figures, addresses, keys and whom it speaks to."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.urls import get_resolver

from courseapp import environment
from courseapp.accounts import again, passwords
from courseapp.api import view
from lessons.content import blocks
from lessons.content.article import formats
from lessons.content.media import images, keeping
from payments import ordering
from tests.test_authorisation import addresses
from tests.test_dangerous import OUTSIDE

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[1]
DAY, HOUR, MEGABYTE = 86_400, 3_600, 1_000_000
# Where somebody comes in who was not in; asking again who it is and codes for addresses are not.
COMING_IN = re.compile(
    r"(^|:)(account_|mfa_)?(request_login_code|login|login_webauthn|authenticate)"
)


@cache
def page() -> str:
    return (ROOT / "docs" / "controls.md").read_text(encoding="utf-8")


@cache
def part(title: str) -> str:
    """What stands below a heading."""
    found = re.search(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page(), re.MULTILINE | re.DOTALL
    )
    assert found, title
    return " ".join(found[1].split())


def missing(title: str, *words: object) -> list[str]:
    return [str(word) for word in words if str(word) not in part(title)]


def test_the_page_names_every_limit_as_it_is_set() -> None:
    unit = keeping.MEGABYTE
    usual = {one.name: one.default for one in environment.limits.variables}
    account, network = usual["WRITES_PER_MINUTE"].split(",")
    assert not missing(
        "Input",
        f"{view.BODY_MAX} bytes", f"{view.DEPTH_MAX} deep",
        f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes",
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields",
        f"{formats.SIZE_MAX} bytes", f"{formats.UNPACKED_MAX} unpacked",
        f"{formats.PARTS_MAX} parts", f"{formats.PASTED_MAX} characters",
        f"{keeping.IMAGE_MAX // unit} MB", f"{images.PIXELS_MAX} pixels",
        f"{keeping.RECORDING_MAX // unit} MB", f"lesson | {blocks.BLOCKS_MAX}",
        f"day | {ordering.MOST}", f"{account} a minute, {network} a minute",
    )  # fmt: skip
    limits = settings.ACCOUNT_RATE_LIMITS
    asked = limits["request_login_code"].split(",")
    failed = limits["login_failed"].split(",")
    validators = cast("list[dict[str, Any]]", settings.AUTH_PASSWORD_VALIDATORS)
    least = next(one["OPTIONS"]["min_length"] for one in validators if "OPTIONS" in one)
    assert not missing(
        "Ways to sign in", *asked, *failed, limits["login"], f"{least} characters",
        f"{settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT} seconds",
    )  # fmt: skip
    readers, staff = settings.READER_SESSION, settings.STAFF_SESSION
    assert not missing(
        "Sign-ins", f"{readers[0] // DAY} days", f"{readers[1] // DAY} days",
        f"{staff[0] // HOUR} hours", f"{staff[1] // HOUR} hours", f"{again.MINUTES} minutes",
    )  # fmt: skip


def test_a_limit_that_changed_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "BODY_MAX", 70_000)
    with pytest.raises(AssertionError):
        test_the_page_names_every_limit_as_it_is_set()


def test_the_page_names_every_way_to_sign_in() -> None:
    ways = {one.name for one in addresses() if COMING_IN.search(one.name)}
    ways -= {name for name in ways if "authenticate_webauthn" in name}
    assert len(ways) >= 8
    assert not missing("Ways to sign in", *(f"`{name}`" for name in ways))
    assert get_resolver()  # Of the same addresses as the site's.


def test_the_page_names_the_words_that_belong_here() -> None:
    assert not missing("Ways to sign in", "`OUR_WORDS`", "`courseapp/accounts/passwords.py`")
    lengths = [len(word) for word in passwords.OUR_WORDS]
    assert len(lengths) > 10
    for at, word in enumerate(passwords.OUR_WORDS):
        assert not any(earlier in word for earlier in passwords.OUR_WORDS[:at]), word


def test_the_page_says_how_many_sign_ins_there_may_be() -> None:
    assert not missing("Sign-ins", "any number of them at once", "ends it there")


def test_the_page_names_every_key_and_primitive() -> None:
    assert not missing(
        "Keys and algorithms", "`VAULT_KEYS`", "`SECRET_KEY`", "`STRIPE_SECRET_KEY`",
        "`STRIPE_WEBHOOK_SECRETS`", "AES-256-GCM", "HMAC-SHA256", "PBKDF2-HMAC-SHA256", "SHA-256",
    )  # fmt: skip
    named = (one.name for part_ in environment.PARTS for one in part_.variables)
    secret = {name for name in named if "SECRET" in name or "KEY" in name}
    # Where the webhook of mail comes from, and a database; neither is a key of cryptography.
    others = {"MAIL_WEBHOOK_SECRET", "KEYS_DATABASE_URL"}
    assert len(secret) > len(others)
    assert not missing("Keys and algorithms", *(f"`{one}`" for one in secret - others))


def test_the_page_names_everybody_the_site_speaks_to() -> None:
    speaking = {
        file
        for file in OUTSIDE
        if not file.endswith(("serve.py", "public_addresses.py", "probe.py"))
    }
    speaking -= {"payments/account.py", "payments/listening.py"}
    assert not missing("Whom the site speaks to", *(f"`{file}`" for file in speaking))


def test_the_page_names_what_costs_much() -> None:
    assert part("What costs much").count(" | ") >= 6


def test_the_page_says_how_fast_libraries_are_renewed() -> None:
    assert not missing("Libraries", "within 2 days", "within 7", "within 30", "every month")


def test_every_library_is_pinned_with_its_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        rows = (ROOT / name).read_text(encoding="utf-8")
        wanted = re.findall(r"^[A-Za-z0-9][^\s#]*", rows, re.MULTILINE)
        assert len(wanted) > 20
        assert [one for one in wanted if "==" not in one] == []
        blocks_of = re.split(r"^(?=[A-Za-z0-9])", rows, flags=re.MULTILINE)[1:]
        assert [one.split()[0] for one in blocks_of if "--hash=sha256:" not in one] == []
        assert not re.search(r"--(extra-)?index-url|git\+|https?://", re.sub(r"#.*", "", rows))


def test_the_page_tells_what_is_logged() -> None:
    assert not missing("Logs", "standard error", "a week", "`AuditEntry`")


def test_signed_links_are_of_one_kind_each() -> None:
    """Each word of ours in a link has a salt of its own, so that it is good for one thing."""
    from lessons.drip import tokens  # noqa: PLC0415 -- of this test alone.

    salts = [tokens.STOP, tokens.VIEW, tokens.CHOOSE, tokens.AGREE]
    assert len(set(salts)) == len(salts)
    word = tokens.choose(7)
    assert tokens.read_choose(word) == 7
    for read in (tokens.read_stop, tokens.read_view, tokens.read_agree):
        with pytest.raises(tokens.BadToken):
            read(word)
    for forged in (word[:-1], word + "x", word.swapcase(), f"none:{word}", ""):
        with pytest.raises(tokens.BadToken):
            tokens.read_choose(forged)
