"""What tests of "my data" share: a reader who just came in by a code, and a look into the file."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from courseapp.accounts.models import User
from tests.courseapp.accounts.coming_in import sign_in

if TYPE_CHECKING:
    from django.test import Client

EMAIL = "noor@example.org"


def come_in(client: Client, email: str = EMAIL) -> User:
    """As whoever asks has to: with a code entered just now."""
    sign_in(client, email)
    return User.objects.get(email=email)


def files_in(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        assert folder.testzip() is None
        return {name: folder.read(name).decode() for name in folder.namelist()}


def data_in(content: bytes) -> dict[str, Any]:
    (name,) = [name for name in files_in(content) if name.endswith(".json")]
    found: dict[str, Any] = json.loads(files_in(content)[name])
    return found
