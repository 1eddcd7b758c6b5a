"""Who the practice is, as documents say it: a line each, and nothing of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

BRAND = "Ik kies jou"


def lines_of(known: Mapping[str, str]) -> list[str]:
    """Name, address, register, VAT id and how to reach it, in the active language."""
    said = {name: known.get(name, "") for name in known}
    register, vat = said.get("register"), said.get("vat")
    found = [
        said.get("name"),
        said.get("address"),
        said.get("email"),
        said.get("phone"),
        _("Chamber of Commerce %(number)s") % {"number": register} if register else "",
        _("VAT id %(number)s") % {"number": vat} if vat else "",
    ]
    return [line for line in found if line]
