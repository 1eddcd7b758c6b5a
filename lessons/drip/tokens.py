"""Signed words in the addresses of mails: they open without signing in, and say only one thing."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from courseapp.errors import NotFound

if TYPE_CHECKING:
    from lessons.drip.models import Place
    from lessons.drip.steps import Kind

STOP, VIEW, CHOOSE, AGREE = "drip.stop", "drip.view", "drip.choose", "drip.agree"
About = Literal["lessons", "nudges", "offers"]
# Stopping what a mail was about. A lesson's mail and a thank-you are one thing to a reader.
ABOUT: dict[str, About] = {
    "lesson": "lessons",
    "thanks": "lessons",
    "nudge": "nudges",
    "offer": "offers",
}


class BadToken(NotFound):
    """Cut off, forged, or of another kind."""

    code = "bad_token"


@dataclass(frozen=True)
class Stop:
    """Whose mails of which course to stop, and which of them."""

    reader: int
    course: UUID
    about: About


@dataclass(frozen=True)
class Agree:
    """Who asked for mails about trainings, where, when (seconds of Unix time), and in which words:
    their language, and the beginning of their SHA-256."""

    reader: int
    language: str
    wording: str
    place: str
    asked_at: float


def stop(place: Place, kind: Kind) -> str:
    """Never runs out: a mail may be read years later (RFC 8058 asks for at least sixty days)."""
    return signing.dumps(
        [place.reader_id, str(place.sequence.course_id), ABOUT[kind]], salt=STOP, compress=False
    )


def view(letter: str) -> str:
    """To read a letter in a browser."""
    return signing.dumps(letter, salt=VIEW)


def choose(reader: int) -> str:
    """To one person's page of what they want of our mails."""
    return signing.dumps(reader, salt=CHOOSE)


def agree(asked: Agree) -> str:
    """To the second yes."""
    return signing.dumps(astuple(asked), salt=AGREE)


def read_stop(token: str) -> Stop:
    """Raises ``BadToken``."""
    reader, course, about = _read(token, STOP)
    return Stop(reader=reader, course=UUID(course), about=about)


def read_view(token: str) -> str:
    """The letter's uuid; raises ``BadToken``."""
    return str(_read(token, VIEW))


def read_choose(token: str) -> int:
    """Whose page it is; raises ``BadToken``."""
    return int(_read(token, CHOOSE))


def read_agree(token: str) -> Agree:
    """Raises ``BadToken``; how old it is the caller judges."""
    return Agree(*_read(token, AGREE))


def _read(token: str, salt: str) -> Any:
    try:
        return signing.loads(token, salt=salt)
    except signing.BadSignature:
        raise BadToken(_("This address is not whole. Copy all of it from the mail.")) from None
