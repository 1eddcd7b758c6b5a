"""Reading documents as a person, or a machine, would."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from pypdf import PdfReader

from payments.models import Invoice, Order

AT = datetime(2026, 11, 26, 19, 16, tzinfo=UTC)
SELLER = {
    "name": "Praktijk Ik kies jou", "address": "Kerkstraat 12, 3511 AB Utrecht",
    "register": "12345678", "vat": "NL123456789B01", "email": "hallo@example.org",
    "phone": "030 123 4567",
}  # fmt: skip


def text_of(pdf: bytes) -> str:
    """All words, with every white space one space."""
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


def fonts_of(pdf: bytes) -> set[str]:
    """The cuts that are embedded, without the mark that says they are cut down."""
    found: set[str] = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        found |= {font.get_object()["/BaseFont"].partition("+")[2] for font in fonts.values()}
    return found


def a_bill(*, language: str = "nl", kind: str = "invoice", **content: Any) -> Invoice:
    """An invoice of € 149 that is in no table."""
    order = Order(number="K7MXQ2PW9D", language=language, email="lezer@example.org", placed_at=AT)
    told = {
        "seller": SELLER, "order": order.number, "language": language,
        "description": "Online training", "total": 14_900, "net": 12_314, "vat": 2_586,
        "vat_rate": 2_100, "vat_mode": "nl21", "currency": "eur", "is_test": False,
        "price": 14_900, "discount": 0, "paid_at": AT.isoformat(), "supplied_at": AT.isoformat(),
        "method": "ideal", **content,
    }  # fmt: skip
    number = "F2026-0001" if kind == "invoice" else "C2026-0001"
    return Invoice(number=number, kind=kind, order=order, content=told, issued_at=AT)
