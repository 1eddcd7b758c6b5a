"""The terms somebody agreed to, word for word, as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from lessons.content.richtext import reading, to_html
from lessons.content.richtext.shapes import Break, Listed, Mark, Quote
from payments.papers import dates, press
from payments.papers.practice import BRAND, lines_of

if TYPE_CHECKING:
    from lessons.content.richtext.shapes import Block, Piece
    from payments.models import Order, TermsText


def name_of(order: Order) -> str:
    """What the file is called, in the buyer's language."""
    with translation.override(order.language):
        return _("terms") + ".pdf"


def made(order: Order, text: TermsText) -> bytes:
    """The PDF of the text that this order names."""
    return press.pdf("terms", sheet(order, text))


def sheet(order: Order, text: TermsText) -> dict[str, Any]:
    """What stands on it, for the template."""
    words = text.content
    with translation.override(words["language"]):
        agreed = _("These terms belong to order %(number)s of %(when)s.") % {
            "number": order.number,
            "when": dates.minute(order.placed_at),
        }
        return {
            "language": words["language"],
            "brand": BRAND,
            "date": dates.parts(order.placed_at),
            "title": words["title"],
            "heading": words["title"],
            "foot": words["title"],
            "warning": "",
            "lead": words["lead"],
            "blocks": [_block(one) for one in reading.read(to_html(words["body"]))],
            "practice": lines_of(words["practice"]),
            "agreed": agreed,
        }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Quote):
        return {"kind": "quote", "inner": [_block(one) for one in block.inner]}
    if isinstance(block, Listed):
        items = [[_block(one) for one in item] for item in block.items]
        return {"kind": "list", "start": block.start, "items": items}
    return {"kind": block.kind[0], "inner": [_piece(one) for one in block.inner]}


def _piece(piece: Piece) -> str | dict[str, Any]:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Break):
        return {"kind": "br"}
    return _mark(piece)


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "kind": mark.kind,
        "inner": [_piece(one) for one in mark.inner],
        # On paper a link within the site would lead nowhere.
        "href": urljoin(settings.SITE_URL, mark.href) if mark.href else "",
    }
