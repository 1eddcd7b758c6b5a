"""The mailbox of a developer's machine: mails become files, and pages to read them."""

from __future__ import annotations

import email
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext

from courseapp.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage as Parsed

    from django.core.mail import EmailMessage

NAME = re.compile(r"\d{19}-[0-9a-f]{8}")
SHOWN = 100


class Backend(BaseEmailBackend):
    """Writes each mail to ``MAIL_DIR`` under a name that sorts by time, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = f"{time.time_ns():019d}-{uuid.uuid4().hex[:8]}.eml"
            hidden = folder / f".{name}"
            hidden.write_bytes(message.message().as_bytes())
            hidden.rename(folder / name)
        return len(email_messages)


@dataclass(frozen=True)
class Mail:
    """One mail, taken apart for reading."""

    id: str
    at: datetime
    to: str
    subject: str
    headers: list[tuple[str, str]]
    text: str
    html: str


def newest() -> list[Mail]:
    """The last hundred mails, the newest first."""
    folder = Path(settings.MAIL_DIR)
    names = sorted((file.stem for file in folder.glob("[0-9]*.eml")), reverse=True)
    return [read(name) for name in names[:SHOWN] if NAME.fullmatch(name)]


def read(name: str) -> Mail:
    """The mail of this id; NotFound when there is none."""
    file = Path(settings.MAIL_DIR) / f"{name}.eml"
    if not NAME.fullmatch(name) or not file.is_file():
        raise NotFound(gettext("There is no such mail."))
    parsed: Parsed = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    return Mail(
        id=name,
        at=datetime.fromtimestamp(int(name[:10]), tz=UTC),
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        headers=[(key, str(value)) for key, value in parsed.items()],
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
    )


def _part(parsed: Parsed, kind: str) -> str:
    part: Any = parsed.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
