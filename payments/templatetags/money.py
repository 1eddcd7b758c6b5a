"""Amounts as people write them."""

from __future__ import annotations

from django import template
from django.utils import translation

register = template.Library()


@register.filter
def money(cents: int) -> str:
    """``€ 149,00`` in Dutch, ``€149.00`` in English, from cents; ``-`` in front of what is less."""
    sign, whole, rest = "-" if cents < 0 else "", *divmod(abs(cents), 100)
    if (translation.get_language() or "nl").startswith("nl"):
        return f"{sign}€\N{NO-BREAK SPACE}{whole:,}".replace(",", ".") + f",{rest:02}"
    return f"{sign}€{whole:,}.{rest:02}"
