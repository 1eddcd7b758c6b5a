"""How a test walks through the door: ask for a code, find it in the outbox, enter it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import reverse

from courseapp.post.models import Letter

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response


def ask(client: Client, email: str, *, onward: str = "") -> Response:
    data = {"email": email, **({"next": onward} if onward else {})}
    return client.post(reverse("account_request_login_code"), data)


def enter(client: Client, code: str, *, onward: str = "") -> Response:
    data = {"code": code, **({"next": onward} if onward else {})}
    return client.post(reverse("account_confirm_login_code"), data)


def latest_code(email: str) -> str:
    letter = Letter.objects.filter(to=email).latest("pk")
    found = re.search(r"^ {4}(\d{6})$", letter.text, re.MULTILINE)
    assert found, letter.text
    return found.group(1)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def sign_in(client: Client, email: str) -> None:
    ask(client, email)
    enter(client, latest_code(email))
