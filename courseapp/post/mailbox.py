"""The mailbox of a developer's machine: mails become files, and pages to read them."""

from __future__ import annotations

import email
import re
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
# As long as logs: nobody reads an older one, and it is somebody's.
KEPT = timedelta(days=7)


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
class Attached:
    """A file that came with a mail; ``type`` as in HTTP, the size in bytes."""

    name: str
    type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Mail:
    """One mail, taken apart for reading; ``at`` is when it says it was written."""

    id: str
    at: datetime
    to: str
    subject: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    attached: list[Attached]


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
        at=_written_at(parsed) or datetime.fromtimestamp(int(name[:10]), tz=UTC),
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        headers=[(key, str(value)) for key, value in parsed.items()],
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
        attached=[_attached(part) for part in parsed.iter_attachments()],
    )


def attached_to(name: str, place: int) -> Attached:
    """The file at this place of a mail, from 0; NotFound when there is none."""
    files = read(name).attached
    if not place < len(files):
        raise NotFound(gettext("There is no such mail."))
    return files[place]


def forget(address: str) -> int:
    """Delete the mails to this address; how many. Somebody may empty the folder meanwhile."""
    gone = 0
    for file in Path(settings.MAIL_DIR).glob("*.eml"):
        with suppress(FileNotFoundError):
            parsed = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            if address.lower() in {one.lower() for one in _receivers(parsed)}:
                file.unlink()
                gone += 1
    return gone


def forget_old(*, now: datetime) -> int:
    """Delete mails of seven days ago by the machine's own clock, whole or half; how many."""
    gone = 0
    for file in Path(settings.MAIL_DIR).glob("*.eml"):  # Those with a hidden name, too.
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (now - KEPT).timestamp():
                file.unlink()
                gone += 1
    return gone


def _receivers(parsed: Any) -> list[str]:
    return [one.addr_spec for one in parsed["To"].addresses] if parsed["To"] else []


def _written_at(parsed: Parsed) -> datetime | None:
    """By the clock of who wrote it, which may be set ahead; None when it does not say."""
    found: datetime | None = getattr(parsed["Date"], "datetime", None)
    return found if found is not None and found.tzinfo else None


def _part(parsed: Parsed, kind: str) -> str:
    part: Any = parsed.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())


def _attached(part: Any) -> Attached:
    content: bytes = part.get_payload(decode=True) or b""
    return Attached(part.get_filename() or "?", part.get_content_type(), content)
