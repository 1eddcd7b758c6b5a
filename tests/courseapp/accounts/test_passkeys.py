"""Coming in with a passkey: what opens, what does not, and what the log tells of it."""

from __future__ import annotations

import copy
import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from courseapp.accounts import passkeys
from tests.courseapp.accounts.coming_in import ask, enter, latest_code
from tests.courseapp.accounts.test_headless import AUTH, call
from tests.factories import make_reader
from tests.passkeys import Passkey
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
EMAIL = "anna@example.org"
DOOR = reverse("mfa_login_webauthn")


def make_passkey(person: User) -> Passkey:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    made = Passkey(person)
    made.add()
    return made


@pytest.fixture
def passkey() -> Passkey:
    return make_passkey(make_reader(email=EMAIL))


def challenge(client: Client) -> str:
    """What the page of signing in asks a passkey to sign."""
    asked = client.get(DOOR, headers={"Accept": "application/json"}).json()
    found: str = asked["request_options"]["publicKey"]["challenge"]
    return found


def come_in(client: Client, passkey: Passkey) -> Any:
    return client.post(DOOR, {"credential": json.dumps(passkey.signed(challenge(client)))})


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Each event of security, and the way it was by."""
    seen = [record for record in caplog.records if record.name == "security"]
    ways = [vars(record)["told"] for record in seen]
    return [
        (record.getMessage(), str(way.get("way", way.get("ways", ""))))
        for record, way in zip(seen, ways, strict=True)
    ]


@pytest.fixture(autouse=True)
def _every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "security")


def test_a_passkey_alone_lets_in(
    client: Client, passkey: Passkey, caplog: pytest.LogCaptureFixture
) -> None:
    assert come_in(client, passkey).headers["Location"] == "/mijn/"
    assert client.session["_auth_user_id"] == str(passkey.person.pk)
    assert told(caplog) == [("signed_in", "passkey")]


def test_staff_need_nothing_else(client: Client) -> None:
    passkey = make_passkey(make_reader(is_staff=True))
    assert come_in(client, passkey).headers["Location"] == "/beheer/"
    assert client.get("/beheer/").status_code == HTTPStatus.OK


def another_s_name(sent: dict[str, Any]) -> None:
    sent["response"]["userHandle"] = "OTk5OTk5OTk5OTk5"


def another_signature(sent: dict[str, Any]) -> None:
    sent["response"]["signature"] = "MEUCIQ" + sent["response"]["signature"][6:][::-1]


def no_handle(sent: dict[str, Any]) -> None:
    del sent["response"]["userHandle"]


def another_key(sent: dict[str, Any]) -> None:
    sent["id"] = sent["rawId"] = "AAAAAAAAAAAAAAAAAAAAAA"


def half_of_it(sent: dict[str, Any]) -> None:
    sent["response"]["authenticatorData"] = sent["response"]["authenticatorData"][:20]


def words(sent: dict[str, Any]) -> None:
    sent["response"] = dict.fromkeys(sent["response"], "ñ")


@pytest.mark.parametrize(
    "spoil", [another_s_name, another_signature, no_handle, another_key, half_of_it, words]
)
def test_what_is_not_signed_lets_nobody_in_and_is_told(
    client: Client, passkey: Passkey, caplog: pytest.LogCaptureFixture, spoil: Any
) -> None:
    sent = copy.deepcopy(passkey.signed(challenge(client)))
    spoil(sent)
    answer = client.post(DOOR, {"credential": json.dumps(sent)}, follow=True)
    assert answer.redirect_chain == [(reverse("account_login"), HTTPStatus.FOUND)]
    assert str(passkeys.REFUSED) in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert told(caplog) == [("sign_in_failed", "passkey")]
    assert all(
        vars(record)["person"] == "" for record in caplog.records if record.name == "security"
    )


@pytest.mark.parametrize("sent", ["{", "\0", '{"\0": 1}', '"\\u0000"', '"x"'])
def test_one_answer_for_all_that_does_not_open(client: Client, sent: str) -> None:
    """A scanner that sends odd bytes must not learn where they are looked at."""
    answer = client.post(DOOR, {"credential": sent}, follow=True)
    assert [str(said) for said in answer.context["messages"]] == [str(passkeys.REFUSED)]


@pytest.mark.parametrize("sent", ["", "{", "[]", '"x"', "null"])
def test_what_is_no_passkey_at_all_is_told_too(
    client: Client, caplog: pytest.LogCaptureFixture, sent: str
) -> None:
    assert client.post(DOOR, {"credential": sent}).status_code == HTTPStatus.FOUND
    assert told(caplog) == [("sign_in_failed", "passkey")]


def broken(whole: Any) -> Iterator[Any]:
    """It without each of its parts in turn, and with something else in their place."""
    for name, part in whole.items():
        yield {other: kept for other, kept in whole.items() if other != name}
        for odd in (None, 1, -1, 1.5, True, "", "x", "AAAA", "\0", "ñ", [], [1], {}, {"a": 1}):
            yield {**whole, name: odd}
        if isinstance(part, dict):
            yield from ({**whole, name: inner} for inner in broken(part))


@pytest.mark.slow
def test_nothing_that_is_sent_as_a_passkey_is_an_error_of_ours(
    client: Client, passkey: Passkey
) -> None:
    whole = passkey.signed(challenge(client))
    made = Authenticator.objects.get(user=passkey.person).data["credential"]
    mine = Client()
    let_in(mine, passkey.person)
    add = reverse("mfa_add_webauthn")
    deep = "[" * 100_000
    for sent in (deep, *map(json.dumps, broken(whole))):
        cache.clear()  # Nobody may try this often.
        assert client.post(DOOR, {"credential": sent}).status_code == HTTPStatus.FOUND, sent
    for sent in (deep, *map(json.dumps, broken(made))):
        mine.get(add)
        cache.clear()
        assert mine.post(add, {"name": "x", "credential": sent}).status_code < 500, sent


def test_neither_is_it_for_an_app(client: Client, passkey: Passkey) -> None:
    whole = passkey.signed(challenge(client))
    for sent in broken(whole):
        cache.clear()
        assert call(client, "webauthn/login", {"credential": sent}).status_code < 500, sent


def test_a_signature_works_once(
    client: Client, passkey: Passkey, caplog: pytest.LogCaptureFixture
) -> None:
    sent = json.dumps(passkey.signed(challenge(client)))
    client.post(DOOR, {"credential": sent})
    thief = Client()
    challenge(thief)
    thief.post(DOOR, {"credential": sent})
    assert "_auth_user_id" not in thief.session
    assert told(caplog) == [("signed_in", "passkey"), ("sign_in_failed", "passkey")]


def test_one_taken_off_the_account_opens_nothing(client: Client, passkey: Passkey) -> None:
    Authenticator.objects.all().delete()
    come_in(client, passkey)
    assert "_auth_user_id" not in client.session


def test_after_a_code_by_mail_it_is_the_second_step(
    client: Client, passkey: Passkey, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, EMAIL)
    enter(client, latest_code(EMAIL))
    place = reverse("mfa_authenticate")
    client.post(place, {"credential": json.dumps(passkey.signed("AAAA"))})
    assert "_auth_user_id" not in client.session
    options = client.get(place).context["js_data"]["request_options"]["publicKey"]
    client.post(place, {"credential": json.dumps(passkey.signed(options["challenge"]))})
    assert "_auth_user_id" in client.session
    assert told(caplog) == [
        ("second_step_failed", "passkey"),
        ("second_step_shown", "passkey"),
        ("signed_in", "code+passkey"),
    ]


def test_asked_again_it_counts(
    client: Client, passkey: Passkey, caplog: pytest.LogCaptureFixture
) -> None:
    let_in(client, passkey.person)
    place = reverse("mfa_reauthenticate_webauthn")
    client.post(place, {"credential": json.dumps(passkey.signed("AAAA"))})
    options = client.get(place).context["js_data"]["request_options"]["publicKey"]
    client.post(place, {"credential": json.dumps(passkey.signed(options["challenge"]))})
    assert told(caplog) == [("asked_again_failed", "passkey"), ("asked_again", "passkey")]


def test_refused_when_asked_again_it_keeps_the_way_on(client: Client, passkey: Passkey) -> None:
    let_in(client, passkey.person)
    place = reverse("mfa_reauthenticate_webauthn")
    sent = {"credential": json.dumps(passkey.signed("AAAA")), "next": "/dagboek/"}
    answer = client.post(place, sent, follow=True)
    assert answer.redirect_chain == [(f"{place}?next=%2Fdagboek%2F", HTTPStatus.FOUND)]
    page = answer.content.decode()
    assert str(passkeys.REFUSED) in page
    assert '<input type="hidden" name="next" value="/dagboek/"' in page


def test_an_app_is_told_of_likewise(
    client: Client, passkey: Passkey, caplog: pytest.LogCaptureFixture
) -> None:
    asked = client.get(f"{AUTH}webauthn/login").json()
    token = asked["meta"]["session_token"]
    options = asked["data"]["request_options"]["publicKey"]
    wrong = {"credential": passkey.signed("AAAA")}
    assert call(client, "webauthn/login", wrong, token=token).status_code == HTTPStatus.BAD_REQUEST
    right = {"credential": passkey.signed(options["challenge"])}
    assert call(client, "webauthn/login", right, token=token).status_code == HTTPStatus.OK
    assert told(caplog) == [("sign_in_failed", "passkey"), ("signed_in", "passkey")]
