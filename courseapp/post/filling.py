"""Filling in a form: words with marks like ``{{opens}}``, and what each becomes for one reader.

A form is taken apart once per process and not once per mail. Its pieces lie ready as they go over
the wire, in quoted-printable: each piece and each value starts a line of its own, and the line ends
between them are soft ones, which a mail program takes out again (RFC 2045, 6.7).
"""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import Refused
from courseapp.post.letters import Words
from courseapp.post.models import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from courseapp.post.models import Letter

MARK = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
SOFT = b"=\r\n"
# Longer, and a value may need to be broken.
SHORT = 70
_PLAIN = re.compile(r"[ -<>-~]*[!-<>-~]|")


class WrongNames(Refused):
    """A value nobody asked for, or a mark that nothing was given for."""

    code = "wrong_names"


@dataclass(frozen=True)
class Pieces:
    """A text taken apart: words and names in turn, words first and last."""

    turns: tuple[str, ...]
    # The words of ``turns`` in quoted-printable; None where a name stands.
    ready: tuple[bytes | None, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.turns[1::2])

    def filled(self, values: Mapping[str, str]) -> str:
        turns = self.turns
        return "".join(values[turn] if place % 2 else turn for place, turn in enumerate(turns))

    def wire(self, values: Mapping[str, str]) -> bytes:
        """As it goes over the wire, without a line end after it."""
        return SOFT.join(
            quoted(values[turn]) if ready is None else ready
            for turn, ready in zip(self.turns, self.ready, strict=True)
        )


@dataclass(frozen=True)
class Compiled:
    """A form, taken apart."""

    subject: Pieces
    text: Pieces
    html: Pieces
    names: frozenset[str]


def keep(*, words: Words, now: datetime) -> Form:
    """The form of these words, kept once however often it is asked for."""
    digest = hashlib.sha256("\0".join((words.subject, words.text, words.html)).encode()).hexdigest()
    form = Form.objects.filter(digest=digest).first()
    if form is None:
        fresh = Form(
            digest=digest,
            subject=words.subject,
            text=words.text,
            html=words.html,
            created_at=now,
        )
        Form.objects.bulk_create([fresh], ignore_conflicts=True)
        form = Form.objects.get(digest=digest)
    return form


def fetch(letters: Sequence[Letter]) -> None:
    """Give letters their forms, in one query: many share a few."""
    forms = Form.objects.in_bulk({each.form_id for each in letters if each.form_id is not None})
    for letter in letters:
        if letter.form_id is not None:
            letter.form = forms[letter.form_id]


def compiled(form: Form) -> Compiled:
    """A form taken apart; the same words once."""
    return _compiled(form.subject, form.text, form.html)


def require_names(form: Form, values: Mapping[str, str]) -> None:
    """Each mark has a value and each value a mark. Raises ``WrongNames``."""
    odd = compiled(form).names ^ set(values)
    if odd:
        raise WrongNames(
            _("The form and the values differ in: %(names)s.") % {"names": ", ".join(sorted(odd))}
        )


def words_of(letter: Letter) -> Words:
    """What a letter says to its reader, filled in."""
    if letter.form is None:
        return Words(letter.subject, letter.text, letter.html)
    form = compiled(letter.form)
    return Words(
        subject=" ".join(form.subject.filled(letter.values).split()),
        text=form.text.filled(letter.values),
        html=form.html.filled(in_html(letter.values)),
    )


@dataclass(frozen=True)
class Ready:
    """What a letter says, ready for the wire but for its subject."""

    subject: str
    text: bytes
    html: bytes


def ready(letter: Letter) -> Ready:
    """What a letter says as it goes over the wire; ``html`` is empty when there is none."""
    if letter.form is None:
        return Ready(letter.subject, quoted(letter.text), quoted(letter.html))
    form, values = compiled(letter.form), letter.values
    return Ready(
        subject=" ".join(form.subject.filled(values).split()),
        text=form.text.wire(values),
        html=form.html.wire(in_html(values)),
    )


def in_html(values: Mapping[str, str]) -> dict[str, str]:
    """The values as HTML that shows them as they are: no value is markup, lines stay lines."""
    return {name: _escaped(value) for name, value in values.items()}


def quoted(text: str) -> bytes:
    """In quoted-printable, in lines of at most 76 that end with CR LF."""
    if len(text) < SHORT and _PLAIN.fullmatch(text):
        return text.encode("ascii")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return binascii.b2a_qp(lines.encode(errors="replace")).replace(b"\n", b"\r\n")


def _escaped(value: str) -> str:
    safe = escape(value)
    return "<br>".join(safe.splitlines()) if "\n" in safe or "\r" in safe else safe


@lru_cache(maxsize=256)
def _compiled(subject: str, text: str, html: str) -> Compiled:
    parts = _pieces(subject), _pieces(text), _pieces(html)
    return Compiled(*parts, names=frozenset().union(*(part.names for part in parts)))


def _pieces(text: str) -> Pieces:
    turns: Sequence[str] = MARK.split(text)
    return Pieces(
        turns=tuple(turns),
        ready=tuple(None if place % 2 else quoted(turn) for place, turn in enumerate(turns)),
    )
