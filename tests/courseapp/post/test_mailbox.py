from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from courseapp.errors import NotFound
from courseapp.post import mailbox, pages

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def own_mailbox(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_DIR = tmp_path / "mail"
    return tmp_path / "mail"


def send(subject: str = "Je inlogcode", html: str = "<p>Dag</p>") -> None:
    message = EmailMultiAlternatives(subject, "Dag €\n", "post@example.org", ["anna@example.org"])
    message.attach_alternative(html, "text/html")
    mailbox.Backend().send_messages([message])


def test_a_mail_is_read_back_as_it_was_sent() -> None:
    send()
    [mail] = mailbox.newest()
    assert (mail.to, mail.subject, mail.text, mail.html) == (
        "anna@example.org",
        "Je inlogcode",
        "Dag €\n",
        "<p>Dag</p>",
    )


def test_the_newest_mail_is_first_and_half_written_ones_are_not_there(own_mailbox: Path) -> None:
    for number in range(3):
        send(f"Nummer {number}")
    (own_mailbox / ".1234567890123456789-aaaaaaaa.eml").write_text("half")
    assert [mail.subject for mail in mailbox.newest()] == ["Nummer 2", "Nummer 1", "Nummer 0"]


@pytest.mark.parametrize("name", ["", "..", "../secret_key", "1" * 19, "x" * 28])
def test_what_is_no_mail_is_not_found(name: str) -> None:
    send()
    with pytest.raises(NotFound):
        mailbox.read(name)


def test_the_html_of_a_mail_can_run_nothing() -> None:
    send(html="<script>alert(1)</script>")
    [mail] = mailbox.newest()
    response = pages.mail_html(RequestFactory().get("/"), mail.id)
    assert response.status_code == HTTPStatus.OK
    policy = response["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= set(policy)
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_the_mailbox_has_no_address_outside_development() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("mailbox")


def test_what_is_attached_can_be_opened_and_only_a_pdf_in_the_browser() -> None:
    message = EmailMultiAlternatives("Bestelling", "Dag", "post@example.org", ["a@example.org"])
    message.attach("factuur.pdf", b"%PDF-1.7")
    message.attach("pagina.html", "<script>alert(1)</script>", "text/html")
    mailbox.Backend().send_messages([message])
    [mail] = mailbox.newest()

    pdf = pages.mail_file(RequestFactory().get("/"), mail.id, 0)
    page = pages.mail_file(RequestFactory().get("/"), mail.id, 1)

    assert [(file.name, file.size) for file in mail.attached] == [
        ("factuur.pdf", 8),
        ("pagina.html", 25),
    ]
    assert (pdf.content, pdf["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert pdf["Content-Disposition"] == 'inline; filename="factuur.pdf"'
    assert page["Content-Disposition"].startswith("attachment")
    with pytest.raises(NotFound):
        mailbox.attached_to(mail.id, 2)
