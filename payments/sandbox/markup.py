"""Small pieces of HTML; whatever comes from outside is escaped here and nowhere else."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from payments.sandbox.words import say

if TYPE_CHECKING:
    from payments.sandbox.words import Language

STYLE = Path(__file__).with_name("sandbox.css").read_text(encoding="utf-8")
# Nothing but this page and its own style. No form-action: browsers hold it against the redirect to
# the shop as well.
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Page:
    """What goes back for people: a status, text and headers."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


def page(
    title: str, body: str, *, language: Language, wide: bool = False, status: int = 200
) -> Page:
    """A whole page around markup that is ready."""
    body = (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body{' class=wide' if wide else ''}>\n"
        f'<header class="shop">{say("shop", language)}</header>\n'
        f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Page(status, body, headers)


def redirect(address: str) -> Page:
    """See there: what a browser does after a form."""
    return Page(303, "", {"Location": address})


def paragraph(text: str, *, look: str = "") -> str:
    named = f' class="{look}"' if look else ""
    return f"<p{named}>{escape(text)}</p>"


def alert(text: str) -> str:
    """Something that has to be read now."""
    return f'<p class="note" role="alert">{escape(text)}</p>' if text else ""


def link(address: str, text: str) -> str:
    return f'<a class="button" href="{escape(address)}">{escape(text)}</a>'


def field_of(
    name: str,
    label: str,
    value: str = "",
    *,
    kind: str = "text",
    more: str = "",
    ident: str = "",
) -> str:
    """A labelled field; ``more`` is further attributes, ready as they are.

    ``ident`` sets apart fields of one name on one page.
    """
    ident = ident or name
    return (
        f'<label for="{ident}">{escape(label)}</label>'
        f'<input id="{ident}" name="{name}" type="{kind}" value="{escape(value)}" {more}>'
    )


def tick(name: str, label: str, *, ticked: bool) -> str:
    told = " checked" if ticked else ""
    return f'<label><input type="checkbox" name="{name}" value="1"{told}>{escape(label)}</label>'


def choice(name: str, label: str, options: dict[str, str], chosen: str) -> str:
    """A labelled list to choose one from."""
    rows = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in options.items()
    )
    named = f'<label for="{name}">{escape(label)}</label>'
    return f'{named}<select id="{name}" name="{name}">{rows}</select>'


def button(name: str, value: str, text: str, *, good: bool = False) -> str:
    look = ' class="good"' if good else ""
    return f'<button{look} name="{name}" value="{escape(value)}">{escape(text)}</button>'


def form(address: str, body: str, *, look: str = "", **hidden: str) -> str:
    """A form that is posted; ``hidden`` are values that go along unseen."""
    named = f' class="{look}"' if look else ""
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(address)}"{named}>{kept}{body}</form>'


def cards(rows: list[str], *, empty: str) -> str:
    if not rows:
        return paragraph(empty, look="soft")
    return '<ul class="cards">' + "".join(f"<li>{row}</li>" for row in rows) + "</ul>"
