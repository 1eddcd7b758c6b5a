from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from courseapp.accounts.models import User
from courseapp.post.models import Letter
from tests.counting import counting
from tests.courseapp.accounts.coming_in import ask, enter, latest_code, sign_in, wrong
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
NEWCOMER = "anna@example.org"


def test_a_newcomer_is_in_after_one_address_and_one_code(client: Client) -> None:
    asked = ask(client, NEWCOMER)
    assert asked.headers["Location"] == reverse("account_confirm_login_code")
    user = User.objects.get(email=NEWCOMER)
    assert user.confirmed_at is None
    entered = enter(client, latest_code(NEWCOMER))
    assert entered.headers["Location"] == "/mijn/"
    user.refresh_from_db()
    assert user.confirmed_at is not None
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_known_and_an_unknown_address_get_the_same_page_mail_and_statements(
    client: Client,
) -> None:
    known = make_reader()
    client.get(reverse("account_request_login_code"))
    with counting() as for_known:
        first = ask(client, known.email)
    first_page = client.get(first.headers["Location"]).content.decode()
    client.cookies.clear()
    client.get(reverse("account_request_login_code"))
    with counting() as for_unknown:
        second = ask(client, NEWCOMER)
    second_page = client.get(second.headers["Location"]).content.decode()
    assert (first.status_code, first.headers["Location"]) == (
        second.status_code,
        second.headers["Location"],
    )
    plain = [
        re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page).replace(email, "…")
        for page, email in ((first_page, known.email), (second_page, NEWCOMER))
    ]
    assert plain[0] == plain[1]
    one, other = Letter.objects.order_by("pk")
    assert one.subject == other.subject
    assert one.text.replace(latest_code(known.email), "…") == other.text.replace(
        latest_code(NEWCOMER), "…"
    )
    assert int(for_known) == int(for_unknown), f"{for_known}{for_unknown}"


def test_the_way_on_is_kept_through_both_steps(client: Client) -> None:
    asked = ask(client, NEWCOMER, onward="/cursus/vrij/begin/")
    assert asked.headers["Location"].endswith("?next=%2Fcursus%2Fvrij%2Fbegin%2F")
    page = client.get(asked.headers["Location"]).content.decode()
    assert 'name="next" value="/cursus/vrij/begin/"' in page
    entered = enter(client, latest_code(NEWCOMER), onward="/cursus/vrij/begin/")
    assert entered.headers["Location"] == "/cursus/vrij/begin/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_a_way_on_to_another_site_is_not_followed(client: Client, elsewhere: str) -> None:
    ask(client, NEWCOMER, onward=elsewhere)
    entered = enter(client, latest_code(NEWCOMER), onward=elsewhere)
    assert entered.headers["Location"] == "/mijn/"


def test_a_wrong_code_gets_a_sentence_and_another_try(client: Client) -> None:
    ask(client, NEWCOMER)
    code = latest_code(NEWCOMER)
    refused = enter(client, wrong(code))
    assert refused.status_code == HTTPStatus.OK
    assert "errorlist" in refused.content.decode()
    assert enter(client, code).headers["Location"] == "/mijn/"


def test_after_three_wrong_codes_the_right_one_is_of_no_use(client: Client) -> None:
    ask(client, NEWCOMER, onward="/mijn/")
    code = latest_code(NEWCOMER)
    for _ in range(3):
        last = enter(client, wrong(code), onward="/mijn/")
    assert last.headers["Location"] == f"{reverse('account_request_login_code')}?next=%2Fmijn%2F"
    enter(client, code)
    assert "_auth_user_id" not in client.session


def test_a_sign_in_that_is_never_finished_is_forgotten_within_minutes(client: Client) -> None:
    ask(client, NEWCOMER)
    assert client.session.get_expiry_age() <= 900
    enter(client, latest_code(NEWCOMER))
    assert client.session.get_expiry_age() > 29 * 24 * 3600


def test_a_code_works_once(client: Client) -> None:
    ask(client, NEWCOMER)
    code = latest_code(NEWCOMER)
    enter(client, code)
    client.post(reverse("account_logout"))
    again = enter(client, code)
    assert again.headers["Location"] == reverse("account_request_login_code")
    assert "_auth_user_id" not in client.session


def test_a_code_is_too_old_after_ten_minutes(client: Client) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        ask(client, NEWCOMER)
        code = latest_code(NEWCOMER)
        clock.move_to(start + timedelta(minutes=10, seconds=1))
        late = enter(client, code)
        assert late.headers["Location"] == reverse("account_request_login_code")
        page = client.get(late.headers["Location"])
    assert "messages" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_second_code_replaces_the_first(client: Client) -> None:
    ask(client, NEWCOMER)
    first = latest_code(NEWCOMER)
    ask(client, NEWCOMER)
    second = latest_code(NEWCOMER)
    if first != second:
        assert enter(client, first).status_code == HTTPStatus.OK
    assert enter(client, second).headers["Location"] == "/mijn/"


def test_the_page_for_the_code_sends_another_with_one_press(client: Client) -> None:
    page = ask(client, NEWCOMER, onward="/mijn/").headers["Location"]
    form = LexborHTMLParser(client.get(page).content).css("main form")[1]
    sent = {one.attributes["name"]: one.attributes["value"] for one in form.css("input")}
    assert sent.items() >= {"email": NEWCOMER, "next": "/mijn/"}.items()
    client.post(form.attributes["action"] or "", sent)
    assert Letter.objects.filter(to=NEWCOMER).count() == 2
    assert enter(client, latest_code(NEWCOMER)).headers["Location"] == "/mijn/"


def test_a_code_belongs_to_the_browser_that_asked(client: Client) -> None:
    ask(client, NEWCOMER)
    code = latest_code(NEWCOMER)
    client.cookies.clear()
    enter(client, code)
    assert "_auth_user_id" not in client.session


def test_a_code_of_an_account_that_is_gone_asks_for_a_new_one(client: Client) -> None:
    ask(client, NEWCOMER)
    code = latest_code(NEWCOMER)
    User.objects.get(email=NEWCOMER).delete()
    gone = enter(client, code)
    assert gone.headers["Location"] == reverse("account_request_login_code")


@pytest.mark.parametrize("code", ["", "abc", "１２３４５６", "1" * 5000, "12\x0034", "12 34\r\n"])
def test_odd_codes_get_a_form_error(client: Client, code: str) -> None:
    ask(client, NEWCOMER)
    assert enter(client, code).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "email",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@example.org\nBcc: eve@example.org",
        "anna\x00@example.org",
        "a" * 300 + "@example.org",
        "anna@" + "b" * 300 + ".org",
        "anna@exa mple.org",
        "anna@example.org, eve@example.org",
        "<script>@example.org",
        "anna@bü" + "c" * 70 + ".org",
        "anna@ü..org",
    ],
)
def test_what_is_no_address_gets_a_form_error(client: Client, email: str) -> None:
    response = ask(client, email)
    assert response.status_code == HTTPStatus.OK
    assert "errorlist" in response.content.decode()
    assert not Letter.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "spelling", ["ANNA@Example.org", "  anna@example.org ", "\u200banna@example.org"]
)
def test_one_person_has_one_account_whatever_the_spelling(client: Client, spelling: str) -> None:
    make_reader(email=NEWCOMER)
    ask(client, spelling)
    assert User.objects.get().email == NEWCOMER
    assert Letter.objects.get().to == NEWCOMER


def test_a_domain_with_an_accent_is_the_same_in_both_spellings(client: Client) -> None:
    ask(client, "anna@Bücher.nl")
    ask(client, "anna@xn--bcher-kva.nl")
    assert User.objects.get().email == "anna@xn--bcher-kva.nl"


def test_twenty_codes_in_a_minute_end_in_a_calm_429(client: Client) -> None:
    answers = [ask(client, NEWCOMER).status_code for _ in range(20)]
    assert answers[:4] == [HTTPStatus.FOUND] * 4
    assert set(answers[4:]) == {HTTPStatus.TOO_MANY_REQUESTS}
    assert Letter.objects.count() == 4
    page = ask(client, NEWCOMER).content.decode()
    assert "<h1>" in page


def test_one_network_cannot_ask_for_everybody(client: Client) -> None:
    answers = [ask(client, f"reader{number}@example.org").status_code for number in range(25)]
    assert answers[:20] == [HTTPStatus.FOUND] * 20
    assert set(answers[20:]) == {HTTPStatus.TOO_MANY_REQUESTS}


def test_signing_up_elsewhere_leads_to_the_same_door(client: Client) -> None:
    response = client.get("/aanmelden/?next=/mijn/")
    assert response.headers["Location"] == "/inloggen/?next=/mijn/"


def test_a_closed_account_is_told_so_only_after_the_code(client: Client) -> None:
    make_reader(email=NEWCOMER, is_active=False)
    asked = ask(client, NEWCOMER)
    assert asked.headers["Location"] == reverse("account_confirm_login_code")
    entered = enter(client, latest_code(NEWCOMER))
    assert entered.headers["Location"] == reverse("account_inactive")
    assert client.get(entered.headers["Location"]).status_code == HTTPStatus.OK
    assert "_auth_user_id" not in client.session


def test_a_password_works_for_who_set_one(client: Client) -> None:
    sign_in(client, NEWCOMER)
    chosen = {"password1": "regenboog-in-mei", "password2": "regenboog-in-mei"}
    assert client.post(reverse("account_set_password"), chosen).status_code == HTTPStatus.FOUND
    client.post(reverse("account_logout"))
    data = {"login": " Anna@example.org", "password": "regenboog-in-mei"}
    assert client.post(reverse("account_login"), data).headers["Location"] == "/mijn/"


def test_a_wrong_password_is_a_form_error_and_then_too_many(client: Client) -> None:
    make_reader(email=NEWCOMER, password="regenboog-in-mei")
    data = {"login": NEWCOMER, "password": "fout"}
    for _ in range(7):
        response = client.post(reverse("account_login"), data)
        assert response.status_code == HTTPStatus.OK
        assert "errorlist" in response.content.decode()
    right = {"login": NEWCOMER, "password": "regenboog-in-mei"}
    assert client.post(reverse("account_login"), right).status_code == HTTPStatus.OK
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_replaced_by_who_has_the_mailbox(client: Client) -> None:
    reader = make_reader(email=NEWCOMER, password="regenboog-in-mei")
    sign_in(client, NEWCOMER)
    dropped = client.post(reverse("account_drop_password"))
    assert dropped.headers["Location"] == reverse("account_set_password")
    assert client.get(reverse("account_set_password")).status_code == HTTPStatus.OK
    reader.refresh_from_db()
    assert not reader.has_usable_password()


def test_an_open_browser_is_not_enough_to_replace_a_password(client: Client) -> None:
    reader = make_reader(email=NEWCOMER, password="regenboog-in-mei")
    client.force_login(reader)
    asked = client.post(reverse("account_drop_password"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    reader.refresh_from_db()
    assert reader.has_usable_password()


def test_an_address_changes_only_with_the_code_sent_to_the_new_one(client: Client) -> None:
    sign_in(client, NEWCOMER)
    data = {"email": "Nieuw@Example.org", "action_add": "1"}
    asked = client.post(reverse("account_email"), data)
    page = client.get(asked.headers["Location"])
    assert page.status_code == HTTPStatus.OK
    assert User.objects.get().email == NEWCOMER
    code = latest_code("nieuw@example.org")
    client.post(reverse("account_email_verification_sent"), {"code": code})
    assert User.objects.get().email == "nieuw@example.org"
    assert Letter.objects.filter(to=NEWCOMER, stream="receipt").count() == 1


def test_an_address_of_another_account_is_not_given_away(client: Client) -> None:
    other = make_reader()
    sign_in(client, NEWCOMER)
    asked = client.post(reverse("account_email"), {"email": other.email, "action_add": "1"})
    assert asked.headers["Location"] == reverse("account_email_verification_sent")
    assert client.get(asked.headers["Location"]).status_code == HTTPStatus.OK
    confirmed = {"code": latest_code(other.email)}
    response = client.post(reverse("account_email_verification_sent"), confirmed)
    assert "errorlist" in response.content.decode()
    assert User.objects.filter(email=NEWCOMER).exists()


def test_language_and_time_zone_are_kept_on_the_account_and_in_the_browser(client: Client) -> None:
    sign_in(client, NEWCOMER)
    data = {"language": "en", "time_zone": "America/New_York"}
    saved = client.post(reverse("account_settings"), data)
    assert saved.cookies["django_language"].value == "en"
    user = User.objects.get()
    assert (user.language, user.time_zone) == ("en", "America/New_York")
    refused = client.post(reverse("account_settings"), {"language": "xx", "time_zone": "Mars/One"})
    assert "errorlist" in refused.content.decode()


def test_the_language_of_the_account_comes_along_to_another_browser(client: Client) -> None:
    make_reader(email=NEWCOMER, language="en")
    ask(client, NEWCOMER)
    entered = enter(client, latest_code(NEWCOMER))
    assert entered.cookies["django_language"].value == "en"


def test_a_visitor_chooses_a_language_and_a_reader_keeps_it(client: Client) -> None:
    chosen = client.post(reverse("set_language"), {"language": "en", "next": "/inloggen/"})
    assert chosen.headers["Location"] == "/inloggen/"
    assert client.get("/inloggen/").headers["Content-Language"] == "en"
    sign_in(client, NEWCOMER)
    assert User.objects.get().language == "en"
    client.post(reverse("set_language"), {"language": "nl", "next": "/"})
    client.post(reverse("set_language"), {"language": "xx\x00", "next": "//evil.example"})
    assert User.objects.get().language == "nl"


PLAIN = [
    "account_request_login_code",
    "account_login",
    "account_inactive",
]
PRIVATE = [
    "account_settings",
    "account_logout",
    "account_email",
    "account_set_password",
    "usersessions_list",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", PLAIN)
def test_every_open_page_can_be_read(client: Client, name: str, language: str) -> None:
    client.cookies["django_language"] = language
    response = client.get(reverse(name))
    assert response.status_code == HTTPStatus.OK
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("name", PRIVATE)
def test_every_private_page_can_be_read_and_asks_visitors_to_sign_in(
    client: Client, name: str
) -> None:
    assert client.get(reverse(name)).status_code == HTTPStatus.FOUND
    sign_in(client, NEWCOMER)
    response = client.get(reverse(name))
    assert response.status_code == HTTPStatus.OK
    assert "<h1>" in response.content.decode()


def test_the_devices_page_names_this_device_and_ends_the_others(client: Client) -> None:
    other = Client()
    sign_in(other, NEWCOMER)
    sign_in(client, NEWCOMER)
    assert client.get(reverse("usersessions_list")).content.decode().count("<li>") >= 2
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("account_settings")).status_code == HTTPStatus.FOUND
    assert client.get(reverse("account_settings")).status_code == HTTPStatus.OK
