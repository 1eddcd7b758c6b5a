"""What a password must be, how it is kept, and what the codes are that come in its place."""

from __future__ import annotations

import inspect
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from courseapp.accounts.models import User
from courseapp.sessions import SessionStore
from tests.factories import make_reader
from tests.lessons.pages.opening import browser_of, tree

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ALL_SMALL = "vierwoordenzonderhoofdletter"


@pytest.mark.parametrize(
    "password",
    [
        ALL_SMALL,
        "1029384756201938",
        "          ab        ",
        "ÄÖÜ Straße 🌊 日本語",
        "x7" * 64,
        "correct horse battery staple" * 8,
    ],
)
def test_what_a_password_must_be(password: str) -> None:
    """Long enough and not one of the common ones; of whatever it is made, and however long."""
    validate_password(password, make_reader())


@pytest.mark.parametrize(
    "password",
    ["kort", "123456789", "password123", "qwertyuiop", "1234567890", "iloveyou12345"[:9]],
)
def test_what_everybody_would_guess_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, make_reader())


@pytest.mark.parametrize(
    "password",
    [
        "ikkiesjou2026", "Ik Kies Jou 1!", "Bindingsangst12", "kiezen-met-helderheid",
        "Wachtwoord2026", "cursuscursus1", "PraktijkDeLinde7",
    ],
)  # fmt: skip
def test_a_password_of_words_that_belong_here_is_refused(password: str, settings: Settings) -> None:
    settings.PRACTICE = {"name": "Praktijk De Linde"}
    with pytest.raises(ValidationError, match="bij deze site horen"):
        validate_password(password, make_reader())


@pytest.mark.parametrize(
    "password", ["kies drie grijze ganzen", "relatief onbekend", "lezerdan7mm"]
)
def test_such_a_word_among_one_s_own_is_fine(password: str) -> None:
    validate_password(password, make_reader())


def test_one_s_own_address_is_refused() -> None:
    with pytest.raises(ValidationError):
        validate_password("annadevries", make_reader(email="annadevries@example.org"))


@pytest.mark.parametrize(
    "password", ["  Twee Spaties voor en na  ", "HOOFDLETTERS en kleine", "é" * 40, "x" * 200]
)
def test_a_password_is_taken_exactly_as_it_was_typed(password: str) -> None:
    reader = make_reader(password=password)
    email = reader.email
    EmailAddress.objects.create(user=reader, email=email, verified=True, primary=True)
    for typed in (password, password.strip(), password.lower(), password[:72]):
        response = Client().post(reverse("account_login"), {"login": email, "password": typed})
        came_in = response.status_code == HTTPStatus.FOUND
        assert came_in == (typed == password), typed


def test_a_wrong_password_is_answered_alike_whatever_is_in_it() -> None:
    """A scanner that sends odd bytes must not learn where they are looked at."""
    reader = make_reader(password=ALL_SMALL)
    said = [
        Client()
        .post(reverse("account_login"), {"login": reader.email, "password": typed})
        .context["form"]
        .errors
        for typed in ("niet dit", "niet\0dit", "\0")
    ]
    assert said[0].get_json_data() == said[1].get_json_data() == said[2].get_json_data()


def test_fields_of_passwords_hide_and_take_what_is_pasted() -> None:
    reader = make_reader(password=ALL_SMALL)
    pages = [
        Client().get(reverse("account_login")),
        browser_of(reader).get(reverse("account_change_password")),
        browser_of(make_reader()).get(reverse("account_set_password")),
    ]
    fields = [field for page in pages for field in tree(page).css("input[name*=password]")]
    assert len(fields) >= 5
    for field in fields:
        assert field.attributes["type"] == "password"
        assert field.attributes["autocomplete"] in {"current-password", "new-password"}
        assert not {"onpaste", "maxlength", "readonly"} & set(field.attributes)


def test_no_password_runs_out() -> None:
    """Nothing of an account says since when its password holds."""
    names = {field.name for field in User._meta.get_fields()}
    assert not {name for name in names if "expir" in name or "password_" in name}


def test_passwords_are_kept_by_a_slow_function() -> None:
    """As the site has it; the tests themselves take a fast one, to be done today."""
    from django.conf import global_settings  # noqa: PLC0415 -- what holds where nothing is said.

    from courseapp import settings as ours  # noqa: PLC0415

    assert not hasattr(ours, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.iterations >= 600_000  # OWASP's figure for PBKDF2-HMAC-SHA256.
    kept = PBKDF2PasswordHasher().encode(ALL_SMALL, "zout1234", 1)
    assert kept.startswith("pbkdf2_sha256$")


def test_codes_are_random_and_of_twenty_bits() -> None:
    """Six digits, three guesses, ten minutes; from the system's own generator."""
    codes = {get_adapter().generate_login_code() for _ in range(200)}
    assert len(codes) > 195
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS == 3
    assert settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT <= 600
    assert settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT <= 600
    source = inspect.getsource(inspect.getmodule(type(get_adapter()).__mro__[1]))  # type: ignore[arg-type]
    assert "import random" not in source


def test_keys_of_sessions_are_long_and_random() -> None:
    keys = set()
    for _ in range(50):
        session = SessionStore()
        session.create()
        keys.add(str(session.session_key))
    assert len(keys) == 50
    assert all(len(key) >= 32 and key.isalnum() for key in keys)  # 36 signs: 165 bits.
    assert len({key[:8] for key in keys}) == 50
    assert secrets.compare_digest(settings.SESSION_ENGINE, "courseapp.sessions")


def test_a_session_that_was_ended_opens_nothing() -> None:
    client = browser_of(make_reader())
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/mijn/").status_code == HTTPStatus.OK
    client.post(reverse("account_logout"))
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert again.get("/mijn/").status_code == HTTPStatus.FOUND
    answer = Client().get("/api/v1/enrolments/", headers={"X-Session-Token": kept})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED


def test_looking_makes_no_session() -> None:
    client = Client()
    for address in ("/", "/inloggen/", "/inloggen/wachtwoord/", "/hulp/", "/ontbinden/"):
        client.get(address)
    assert settings.SESSION_COOKIE_NAME not in client.cookies


def test_every_private_page_has_the_way_out() -> None:
    reader, staff = make_reader(), make_reader(is_staff=True, is_owner=True)
    for person, address in (
        (reader, "/mijn/"), (reader, "/account/instellingen/"), (reader, "/bestellingen/"),
        (reader, "/account/gegevens/"), (staff, "/beheer/"), (staff, "/beheer/cursussen/"),
        (staff, "/beheer/mensen/"),
    ):  # fmt: skip
        page = browser_of(person).get(address)
        ways = {node.attributes.get("action") for node in tree(page).css("form")}
        ways |= {node.attributes.get("href") for node in tree(page).css("a")}
        assert {reverse("account_logout"), reverse("account_settings")} & ways, address


def test_no_account_comes_along() -> None:
    assert not User.objects.exists()


def test_no_page_asks_a_secret_question() -> None:
    """Nor keeps an answer to one, or a hint."""
    names = {field.name for field in User._meta.get_fields()}
    assert not {name for name in names if any(w in name for w in ("question", "hint", "secret"))}


def test_codes_and_passwords_are_sent_in_bodies() -> None:
    """No form that asks for one is sent as an address."""
    pages = [
        Client().get(reverse(name)) for name in ("account_login", "account_request_login_code")
    ]
    pages += [browser_of(make_reader()).get(reverse("account_set_password"))]
    asking = [form for page in pages for form in tree(page).css("form:has(input[name])")]
    assert len(asking) >= 3
    secret = ("password", "code", "email", "login", "token")
    for form in asking:
        named = {field.attributes.get("name") or "" for field in form.css("input")}
        if any(word in name for name in named for word in secret):
            assert (form.attributes.get("method") or "").lower() == "post"
