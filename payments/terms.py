"""The terms in force when somebody orders: kept word for word, named by their digest.

The page's words change, with an edition or with a new version of the site; what was agreed to does
not. So each wording that was ever agreed to is a row, and an order names its own (art. 6:234 BW:
the buyer must be able to keep and read them again).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content import identity, site_pages
from lessons.content.site_texts import IDENTITY, Plain
from payments.models import Order, TermsText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def in_force(*, language: str, now: datetime) -> TermsText:
    """The terms as their page says them now, with who the practice is; kept if they are new."""
    found = site_pages.live("terms", IDENTITY, language=language)
    words = cast("Plain", found["terms"])
    content = {
        "language": language,
        "title": words.title,
        "lead": words.lead,
        "body": words.body,
        "practice": dataclasses.asdict(identity.filled(found[IDENTITY])),
    }
    row, _made = TermsText.objects.get_or_create(
        digest=digest_of(content), defaults={"content": content, "kept_at": now}
    )
    return row


def of(order: Order) -> TermsText | None:
    """The text that was agreed to with this order; none for orders of before texts were kept."""
    return TermsText.objects.filter(digest=order.terms_version).first()


def required_of(order: Order) -> TermsText:
    """The same; raises ``NotFound``."""
    found = of(order)
    if found is None:
        raise NotFound(_("There is no such document."))
    return found


def digest_of(content: Mapping[str, object]) -> str:
    """The name of a wording: SHA-256 of its JSON, keys in order."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
