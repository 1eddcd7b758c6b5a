"""Secrets of second steps lie sealed in their table, and open for their owner alone."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from courseapp import logs, preparing, step_secrets
from courseapp.accounts import second_step
from courseapp.vault.rotation import Rewrapped
from tests.courseapp.accounts.coming_in import ask, enter, latest_code
from tests.courseapp.accounts.test_second_step import code_of, turn_on
from tests.courseapp.vault.test_keyring import A, B, word
from tests.databases import with_keys
from tests.factories import make_reader
from tests.passkeys import Passkey
from tests.signing import app_of, let_in, spare_codes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
EMAIL, OTHER = "anna@example.org", "bert@example.org"
OLD, NEW = word("2025", A), word("2026", B)
STEP = reverse("mfa_authenticate")


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    settings.VAULT_KEYS = [OLD]


def make_person(email: str = EMAIL) -> tuple[User, str]:
    """Somebody with an authenticator app, and its secret."""
    person, secret = make_reader(email=email), generate_totp_secret()
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    app_of(person, secret)
    return person, secret


def kept(person: User, kind: str = "totp") -> str:
    row = Authenticator.objects.get(user=person, type=kind)
    found: str = row.data[{"totp": "secret", "recovery_codes": "seed"}[kind]]
    return found


def put(person: User, text: str) -> None:
    Authenticator.objects.filter(user=person, type="totp").update(data={"secret": text})


def opened(person: User) -> str:
    with second_step.of(person):
        return str(decrypt(kept(person)))


def come_in(person: User, code: str) -> Client:
    """A browser after the code by mail and this code of the app."""
    cache.clear()
    client = Client()
    ask(client, person.email)
    enter(client, latest_code(person.email))
    answer = client.post(STEP, {"code": code})
    assert answer.status_code < HTTPStatus.BAD_REQUEST
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_table_holds_no_secret(client: Client) -> None:
    secret = turn_on(client)
    person = Authenticator.objects.get(type="totp").user
    codes = spare_codes_of(person)
    assert len(codes) >= 8
    held = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in held
    assert not step_secrets.IN_THE_CLEAR.search(held)
    for kind in ("totp", "recovery_codes"):
        assert kept(person, kind).startswith("sealed:2025:")
    assert opened(person) == secret


def test_sealed_they_let_their_owner_in(client: Client) -> None:
    secret = turn_on(client)
    person = Authenticator.objects.get(type="totp").user
    assert is_in(come_in(person, code_of(secret)))
    assert is_in(come_in(person, spare_codes_of(person)[0]))
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == HTTPStatus.OK


def test_the_same_secret_never_looks_the_same() -> None:
    person, secret = make_person()
    first = kept(person)
    Authenticator.objects.all().delete()
    app_of(person, secret)
    assert kept(person) != first


def flipped(text: str, at: int) -> str:
    """One bit of the sealed bytes, or one letter before them, is another."""
    head, sealed = text.rsplit(":", 1)
    if at < 0:
        return text[: -at - 1] + chr(ord(text[-at - 1]) ^ 1) + text[-at:]
    found = bytearray(base64.urlsafe_b64decode(sealed))
    found[at // 8] ^= 1 << at % 8
    return f"{head}:{base64.urlsafe_b64encode(bytes(found)).decode()}"


def test_no_bit_can_be_another() -> None:
    person, secret = make_person()
    good = kept(person)
    bits = len(base64.urlsafe_b64decode(good.rsplit(":", 1)[1])) * 8
    heads = [-at - 1 for at in range(len("sealed:2025:"))]
    for at in (*heads, *range(bits)):
        put(person, flipped(good, at))
        with pytest.raises(second_step.Unreadable):
            opened(person)
    put(person, good)
    assert opened(person) == secret


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: good[:-1],
        lambda good: good[: len(good) // 2],
        lambda good: good[8:],
        lambda good: good + "A",
        lambda good: good.replace("sealed:", ""),
        lambda good: good.replace("2025", "2019"),
        lambda _good: "",
        lambda _good: "sealed:",
        lambda _good: "sealed:2025:",
        lambda _good: "sealed:2025:é",
        lambda _good: "JBSWY3DPEHPK3PXP",
    ],
)
def test_what_is_damaged_lets_nobody_in_and_is_said(
    damage: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(logs, "tell", lambda event, **_more: told.append(event))
    person, secret = make_person()
    text = damage(kept(person))
    put(person, text)
    client = come_in(person, code_of(secret))
    assert not is_in(client)
    assert "second_step_unreadable" in told
    page = client.post(STEP, {"code": code_of(secret)}).content.decode()
    assert "errorlist" in page
    assert text not in page or not text


def test_pages_that_show_them_refuse_calmly(client: Client) -> None:
    turn_on(client)
    Authenticator.objects.filter(type="recovery_codes").update(
        data={"seed": "sealed:2025:AAAA", "used_mask": 0}
    )
    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        answer = client.get(reverse(name))
        assert answer.status_code == HTTPStatus.CONFLICT
        assert "AAAA" not in answer.content.decode()
    assert client.get(reverse("mfa_index")).status_code == HTTPStatus.OK


def test_one_copied_to_another_account_opens_nothing_there() -> None:
    anna, secret = make_person()
    bert, _his = make_person(OTHER)
    put(bert, kept(anna))
    assert not is_in(come_in(bert, code_of(secret)))
    with pytest.raises(second_step.Unreadable):
        opened(bert)
    assert is_in(come_in(anna, code_of(secret)))


def test_a_passkey_goes_on_working_beside_a_damaged_one() -> None:
    person, _secret = make_person()
    put(person, "sealed:2025:AAAA")
    passkey = Passkey(person)
    passkey.add()
    client = Client()
    ask(client, EMAIL)
    enter(client, latest_code(EMAIL))
    asked = client.get(STEP).context["js_data"]["request_options"]["publicKey"]["challenge"]
    client.post(STEP, {"credential": json.dumps(passkey.signed(asked))})
    assert is_in(client)


def test_nobody_s_secret_is_neither_sealed_nor_opened() -> None:
    with pytest.raises(second_step.NobodysSecret):
        step_secrets.SecondStep().encrypt("x")
    with pytest.raises(second_step.NobodysSecret):
        step_secrets.SecondStep().decrypt("x")


def test_those_from_before_work_and_are_sealed_at_the_next_start() -> None:
    person, secret = make_person()
    seed = "0123456789abcdef" * 5
    put(person, secret)
    Authenticator.objects.create(
        user=person, type="recovery_codes", data={"seed": seed, "used_mask": 1}
    )
    codes = spare_codes_of(person)
    assert is_in(come_in(person, code_of(secret)))
    step = next(step for step in preparing.STEPS if step.act is preparing._second_steps)
    assert step.act() == "2 sealed"
    assert kept(person).startswith("sealed:2025:")
    assert kept(person, "recovery_codes").startswith("sealed:2025:")
    assert step.act() == "sealed"
    assert is_in(come_in(person, code_of(secret)))
    assert spare_codes_of(person) == codes


@with_keys
def test_replacing_the_key_seals_them_anew(settings: Settings) -> None:
    people = [make_person(f"{number}@example.org") for number in range(5)]
    settings.VAULT_KEYS = [NEW, OLD]
    told = StringIO()
    call_command("rotate_keys", stdout=told)
    assert "5 secrets of second steps sealed anew." in told.getvalue()
    settings.VAULT_KEYS = [NEW]
    for person, secret in people:
        assert kept(person).startswith("sealed:2026:")
        assert opened(person) == secret


def test_a_rotation_goes_in_batches_and_does_nothing_twice(settings: Settings) -> None:
    people = [make_person(f"{number}@example.org") for number in range(5)]
    passkey = Passkey(people[0][0])
    passkey.add()
    settings.VAULT_KEYS = [NEW, OLD]
    assert step_secrets.reseal(batch=2) == Rewrapped(done=5, refused=0)
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    assert step_secrets.reseal(batch=2) == Rewrapped()
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before


@with_keys
def test_a_rotation_leaves_what_does_not_open_and_says_so(settings: Settings) -> None:
    (anna, _secret), (bert, _his) = make_person(), make_person(OTHER)
    foreign = kept(anna).replace("2025", "2019")
    put(anna, foreign)
    put(bert, foreign.replace("2019", "2025"))
    settings.VAULT_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="0 keys, 2 secrets of second steps and 0 texts"):
        call_command("rotate_keys", stdout=StringIO())
    assert kept(anna) == foreign
    assert "do not open" in preparing._second_steps()


def test_without_keys_it_is_said_and_nothing_fails(settings: Settings) -> None:
    person, secret = make_person()
    settings.VAULT_KEYS = []
    client = come_in(person, code_of(secret))
    assert not is_in(client)
    let_in(client, make_reader())
    assert client.get("/mijn/").status_code == HTTPStatus.OK
