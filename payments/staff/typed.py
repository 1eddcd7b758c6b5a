"""What staff type about money: amounts as people write them, days, pages of a list."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments import reasons

# "49", "49,50", "€ 1.249,00", "1249.00"; a point or comma before two digits at the end is decimal.
AMOUNT = re.compile(r"€?(\d{1,3}(?:[.]\d{3})+|\d{1,7})(?:[.,](\d{2}))?(?:,-)?", re.ASCII)
PAGES = 200


def cents(text: str) -> int | None:
    """The cents of an amount in euros as people write it; None for anything else."""
    found = AMOUNT.fullmatch("".join(text.split()))
    if found is None:
        return None
    return int(found[1].replace(".", "")) * 100 + int(found[2] or 0)


def day(text: str) -> date | None:
    """A day as a browser's date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def page(text: str) -> int:
    """The page of a list, from 1; anything else is the first."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1  # noqa: PLR2004
    return min(max(number, 1), PAGES)


class AmountField(forms.CharField):
    """Euros typed, cents given back."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, **options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        found = cents(super().clean(value))
        if not found:
            raise forms.ValidationError(_("Write an amount in euros, such as 49,50."))
        return found


class ReasonField(forms.CharField):
    """Why; asked wherever somebody will ask later."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=reasons.LONGEST, **options)
        self.widget.attrs["autocomplete"] = "off"
