"""E-mail addresses: one spelling for one mailbox."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# What phones and web pages leave around a copied address; none of them is ever part of one.
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
LONGEST = 254  # RFC 5321: a path of 256 octets, less its two angle brackets.


def is_one(text: str) -> bool:
    """Whether this, tidied, can be an address."""
    try:
        validate_email(tidy(text))
    except ValidationError:
        return False
    return len(tidy(text)) <= LONGEST


def tidy(text: str) -> str:
    """The spelling an address is kept in: no white space around it, lower case, an ASCII domain.

    ``  Anna@Bücher.NL `` becomes ``anna@xn--bcher-kva.nl``. What is not an address is given back as
    tidy as can be; whether it is one, a form field decides (see ``accounts.forms.AddressField``).
    """
    text = unicodedata.normalize("NFKC", text).translate(INVISIBLE).strip().lower()
    name, at, domain = text.rpartition("@")
    if not at or domain.isascii():
        return text
    try:
        return f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return text
