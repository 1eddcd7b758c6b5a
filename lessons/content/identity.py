"""Who the practice is: said by its owner, or else by the server's settings; never made up.

A trader on the internet has to give name, address, e-mail address, KvK number and VAT id in a place
that is easily found and always there (art. 3:15d BW), and a telephone number before a contract at a
distance (art. 6:230m BW).
"""

from __future__ import annotations

import dataclasses
from typing import cast

from django.conf import settings
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import site_pages, site_texts
from lessons.content.site_texts import IDENTITY, Identity, InvalidPage, Words

__all__ = [
    "Identity", "IdentityIncomplete", "current", "filled", "installed", "mail_address", "missing",
    "require_complete",
]  # fmt: skip


class IdentityIncomplete(Refused):
    """Nothing can be sold by somebody who is not known."""

    code = "identity_incomplete"
    status = 409


def current() -> Identity:
    """Who the practice is now, in one query."""
    return filled(site_pages.live(IDENTITY, language="")[IDENTITY])


def mail_address() -> str:
    """Where the practice reads its mail; who answers one of ours writes there."""
    return current().email


def filled(said: Words) -> Identity:
    """What the owner said, and where that is empty what the server's settings say."""
    practice: dict[str, str] = settings.PRACTICE
    values = {name: getattr(said, name, "") or practice.get(name, "") for name in _names()}
    return Identity(**values)


def installed(said: Words) -> list[tuple[str, str]]:
    """What comes from the server's settings because the owner left it empty: label and value."""
    known = filled(said)
    return [
        (site_texts.label(Identity, name), value)
        for name in _names()
        if (value := getattr(known, name)) and not getattr(said, name)
    ]


def missing(known: Identity | None = None) -> tuple[str, ...]:
    """The fields that are empty, or whose value (from the settings) is not of its form."""
    known = known or current()
    return tuple(name for name in _names() if not _is_good(name, getattr(known, name)))


def require_complete() -> Identity:
    """Who the practice is, all of it. Raises ``IdentityIncomplete``: it names what is missing."""
    known = current()
    lacking = [site_texts.label(Identity, name) for name in missing(known)]
    if lacking:
        raise IdentityIncomplete(
            _("Nothing can be sold before the practice's details are complete. Missing: %(it)s.")
            % {"it": ", ".join(lacking)}
        )
    return known


def _names() -> list[str]:
    return [field.name for field in dataclasses.fields(Identity)]


def _is_good(name: str, value: str) -> bool:
    try:
        words = site_texts.from_json(Identity, {name: value})
    except InvalidPage:
        return False
    return bool(getattr(cast("Identity", words), name))
