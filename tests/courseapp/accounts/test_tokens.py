"""Keys for programs: shown once, found by a digest, and dead with their maker's place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from courseapp.accounts import privacy, staff, tokens
from courseapp.accounts.models import AuditEntry, MachineToken
from tests.counting import counting
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db


def make_owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


def made(by: User, **more: object) -> tuple[MachineToken, str]:
    fields: dict[str, object] = {"name": "Weekbericht", "scopes": ["read"], "now": NOW, **more}
    return tokens.make(by=by, **fields)  # type: ignore[arg-type]


def test_the_secret_is_kept_nowhere_and_finds_its_token() -> None:
    owner = make_owner()
    token, secret = made(owner)
    assert tokens.FORM.fullmatch(secret)
    stored = MachineToken.objects.filter(pk=token.pk).values_list()[0]
    assert secret not in str(stored)
    assert secret.startswith(token.hint)
    assert tokens.find(secret=secret, now=NOW) == token


def test_making_and_revoking_is_written_down_once() -> None:
    owner = make_owner()
    token, _secret = made(owner, scopes=["publish", "read", "read"])
    for _ in range(2):
        assert tokens.revoke(token=token.pk, by=owner, now=NOW).revoked_at == NOW
    acts = AuditEntry.objects.order_by("pk").values_list("act", "target", "by", "after")
    assert list(acts) == [
        ("token.made", str(token.pk), owner.pk, {"scopes": ["read", "publish"]}),
        ("token.revoked", str(token.pk), owner.pk, None),
    ]


def test_the_first_revocation_counts() -> None:
    owner = make_owner()
    token, _secret = made(owner)
    tokens.revoke(token=token.pk, by=owner, now=NOW)
    later = tokens.revoke(token=token.pk, by=owner, now=NOW + timedelta(days=1))
    assert later.revoked_at == NOW


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b", "a\u202eb"])
def test_a_name_is_a_short_line_of_print(name: str) -> None:
    with pytest.raises(tokens.InvalidToken):
        made(make_owner(), name=name)
    assert not MachineToken.objects.exists()


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "everything"]])
def test_a_key_is_for_something_there_is(scopes: list[str]) -> None:
    with pytest.raises(tokens.InvalidToken):
        made(make_owner(), scopes=scopes)


@pytest.mark.parametrize(
    "secret",
    ["", "ikj_", "x", "ikj_" + "é" * 43, "ikj_" + "a" * 43, "ikj_" + "a" * 42 + "\x00", "a" * 9999],
)
def test_what_is_no_secret_finds_nothing(secret: str) -> None:
    made(make_owner())
    assert tokens.find(secret=secret, now=NOW) is None
    assert tokens.find(secret=secret.upper(), now=NOW) is None


def test_a_revoked_key_finds_nothing() -> None:
    owner = make_owner()
    token, secret = made(owner)
    tokens.revoke(token=token.pk, by=owner, now=NOW)
    assert tokens.find(secret=secret, now=NOW) is None


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_a_key_goes_with_its_maker_s_place(field: str) -> None:
    owner = make_owner()
    _token, secret = made(owner)
    owner.is_owner = False
    setattr(owner, field, False)
    owner.save()
    assert tokens.find(secret=secret, now=NOW) is None


def test_use_is_noted_at_most_once_a_minute() -> None:
    _token, secret = made(make_owner())
    noted = []
    for seconds in (0, 30, 59, 60, 61):
        with counting() as count:
            found = tokens.find(secret=secret, now=NOW + timedelta(seconds=seconds))
        assert found is not None
        noted.append((int(count), found.last_used_at))
    first, later = NOW, NOW + timedelta(seconds=60)
    assert noted == [(2, first), (1, first), (1, first), (2, later), (1, later)]


def test_erasing_its_maker_takes_the_key_along() -> None:
    owner = make_owner()
    make_owner()
    _token, secret = made(owner)
    privacy.erase(owner, NOW)
    assert tokens.find(secret=secret, now=NOW) is None
    assert not MachineToken.objects.exists()


def test_whoever_is_no_owner_any_more_has_no_key_that_works() -> None:
    owner, other = make_owner(), make_owner()
    token, secret = made(owner)
    _theirs, kept = made(other)
    staff.demote(person=owner.uuid, by=other, now=NOW)
    assert tokens.find(secret=secret, now=NOW) is None
    assert tokens.find(secret=kept, now=NOW) is not None
    token.refresh_from_db()
    assert token.revoked_at == NOW


def test_a_key_that_is_none_is_not_found() -> None:
    with pytest.raises(tokens.TokenNotFound):
        tokens.revoke(token=uuid4(), by=make_owner(), now=NOW)
