"""The words of a mail: a text part, and an HTML part whose CSS is written into its elements.

Mail programs drop style sheets; only what they understand of ``@media`` (dark, narrow) stays one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation


@dataclass(frozen=True)
class Words:
    """A mail before it has a receiver."""

    subject: str
    text: str
    html: str


def render(*, template: str, subject: str, context: dict[str, Any]) -> Words:
    """``mail/<template>.txt`` and ``.html`` in the language that is active now.

    The templates know ``site_url``; they load nothing from anywhere, so that opening a mail tells
    nobody that it was opened.
    """
    known = {
        "site_url": settings.SITE_URL,
        "subject": subject,
        "language": translation.get_language(),
        **context,
    }
    return Words(
        subject=subject,
        text=render_to_string(f"mail/{template}.txt", known).strip() + "\n",
        html=_inliner().inline(render_to_string(f"mail/{template}.html", known)),
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
