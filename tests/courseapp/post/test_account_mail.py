from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from courseapp.post import account_mail, letters, marks, pump
from courseapp.post.models import Letter
from tests.courseapp.accounts.coming_in import ask, latest_code, sign_in

if TYPE_CHECKING:
    from django.test import Client

NEWCOMER = "anna@example.org"


@pytest.mark.django_db
def test_the_mail_with_a_code_is_neutral_outside_and_clear_inside(client: Client) -> None:
    ask(client, NEWCOMER)
    code = latest_code(NEWCOMER)
    pump.send_due(now=timezone.now())
    [message] = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    assert code not in message.subject
    assert message.from_email.startswith("Ik kies jou <")
    html = str(message.alternatives[0][0])
    for body in (str(message.body), html):
        assert code in body
        assert "10" in body
        assert "/hulp/" in body


@pytest.mark.django_db
def test_a_code_is_in_no_log_and_gone_from_the_table_when_sent(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        ask(client, NEWCOMER)
        code = latest_code(NEWCOMER)
        pump.send_due(now=timezone.now())
    assert code not in caplog.text
    letter = Letter.objects.get()
    assert code not in letter.subject + letter.text + letter.html


@pytest.mark.django_db
def test_a_code_that_was_never_sent_is_gone_after_ten_minutes(client: Client) -> None:
    ask(client, NEWCOMER)
    marks.forget_expired(now=timezone.now() + timedelta(minutes=10, seconds=1))
    assert Letter.objects.get().text == ""


@pytest.mark.django_db
def test_a_new_lock_on_the_account_is_told_by_mail(client: Client) -> None:
    sign_in(client, NEWCOMER)
    chosen = {"password1": "regenboog-in-mei", "password2": "regenboog-in-mei"}
    client.post(reverse("account_set_password"), chosen)
    letter = Letter.objects.get(stream="receipt")
    with translation.override("nl"):
        said = str(account_mail.CHANGES["account/email/password_set"])
    assert said in letter.text
    assert letter.expires_at is None


@pytest.mark.parametrize("template", ["code", "address_code", "address_in_use", "account_changed"])
def test_every_mail_loads_nothing_and_has_its_style_in_its_elements(template: str) -> None:
    words = letters.render(
        template=template, subject="Dag", context={"code": "123456", "minutes": 10, "what": "Iets."}
    )
    assert not re.search(r"<(img|link|script|iframe|video)\b|url\(|@import", words.html)
    assert 'style="' in words.html
    assert "prefers-color-scheme: dark" in words.html
    assert "<p" not in words.text
    assert len(words.html) < 10_000


def test_a_mail_about_something_nobody_wrote_is_an_error_and_not_silence() -> None:
    with pytest.raises(account_mail.UnknownOccasion):
        account_mail.Adapter()._words("account/email/unknown_account")


def test_every_text_of_a_mail_is_plain(client: Client) -> None:
    get_template("mail/code.txt")
    words = letters.render(
        template="account_changed", subject="Dag", context={"what": "Je & je <wachtwoord>"}
    )
    assert "Je & je <wachtwoord>" in words.text
    assert "Je &amp; je &lt;wachtwoord&gt;" in words.html
