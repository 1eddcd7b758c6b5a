"""Every form of every page, filled with hostile texts, and the page that comes back; as anybody.

The forms are found on the pages themselves, so that a new one is filled too. Nothing is left of
what they did: each is sent, its answer followed, and the database set back.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests import hostile
from tests.test_authorisation import addresses, places, undone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest
    from selectolax.lexbor import LexborNode as Node

    from tests.population import Town, Visitor

# Inputs in which no text is typed.
NO_TEXT = {"hidden", "checkbox", "radio", "submit", "button", "file", "image", "reset"}
WHOLE = " ".join(hostile.texts())
# What in an address names one thing of many.
THING = re.compile(r"[0-9a-f-]{36}|(?<=/)\d+(?=/)")


@dataclass(frozen=True)
class Shown:
    """A page that somebody was shown, with a hostile text on it."""

    who: str
    place: str
    sent: tuple[str, ...]
    headers: Mapping[str, str]
    html: str

    def __str__(self) -> str:
        return f"{self.who} {self.place} {' '.join(self.sent)}".strip()


@dataclass(frozen=True)
class Filling:
    """A form as a page has it: where it goes, and what it would send as it stands."""

    place: str
    method: str
    values: Mapping[str, list[str]]
    # Fields that somebody types into, and how much they may hold (0: no limit is told).
    typed: Mapping[str, int]

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """The same for the same form about another thing."""
        return THING.sub("*", self.place), self.method, tuple(sorted(self.values))

    def fitting(self) -> dict[str, list[str]]:
        """With a hostile text in each field, as long as it may be."""
        line = hostile.packed(90)
        texts = {
            name: " ".join(line[number % len(line)])[: most or None]
            for number, (name, most) in enumerate(self.typed.items())
        }
        return {**self.values, **{name: [text] for name, text in texts.items()}}

    def too_long(self) -> dict[str, list[str]]:
        """With all of them in each field: who refuses that shows what was typed."""
        return {**self.values, **{name: [WHOLE] for name in self.typed}}

    def tampered(self) -> dict[str, list[str]]:
        """With all of them in what nobody types as well: boxes, choices, what is hidden."""
        return {name: [WHOLE] for name in self.values}


def forms_on(html: str, place: str) -> Iterator[Filling]:
    """The forms of a page."""
    for form in HTMLParser(html).css("form"):
        values: dict[str, list[str]] = {}
        typed: dict[str, int] = {}
        for node in form.css("input, textarea, select, button"):
            name = node.attributes.get("name")
            if not name or name == "csrfmiddlewaretoken":
                continue
            values.setdefault(name, []).extend(_values(node))
            kind = node.attributes.get("type") or "text"
            if node.tag == "textarea" or (node.tag == "input" and kind not in NO_TEXT):
                typed[name] = int(node.attributes.get("maxlength") or 0)
        yield Filling(
            place=form.attributes.get("action") or place,
            method=(form.attributes.get("method") or "get").lower(),
            values=values,
            typed=typed,
        )


def _values(node: Node) -> list[str]:
    if node.tag == "textarea":
        return [node.text()]
    if node.tag == "select":
        chosen = node.css_first("option[selected]") or node.css_first("option")
        return [chosen.attributes.get("value") or ""] if chosen else []
    if node.attributes.get("type") in {"checkbox", "radio"} and "checked" not in node.attributes:
        return []
    return [node.attributes.get("value") or ""]


def browser_of(visitor: Visitor) -> Client:
    """A browser with this visitor's session, in which no server error is raised: it is a page."""
    client = Client(raise_request_exception=False)
    client.cookies.load(dict(visitor.cookies))
    return client


def pages(town: Town, visitor: Visitor, *, once: bool = False) -> Iterator[Shown]:
    """Every page that this visitor is shown, whoever's it is; ``once``: one of each address."""
    for address in addresses():
        if address.route.startswith(("/api/", "/_allauth/")):
            continue
        for place in places(address, town).values():
            with undone():
                answer = browser_of(visitor).get(place)
                shown = _shown(visitor.role, place, (), answer)
            if shown:
                yield shown
                if once and answer.status_code == HTTPStatus.OK:
                    break


def answers(town: Town, visitor: Visitor) -> Iterator[Shown]:
    """What comes of each form on those pages, where a hostile text stands on it."""
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for page in list(pages(town, visitor, once=True)):
        for form in forms_on(page.html, page.place):
            if form.key in seen or not form.values:
                continue
            seen.add(form.key)
            for values in (form.fitting(), form.too_long(), form.tampered()):
                with undone():
                    send = getattr(browser_of(visitor), form.method)
                    answer = send(form.place, values, follow=True)
                    shown = _shown(visitor.role, form.place, tuple(form.typed), answer)
                if shown and "__xss" in shown.html:
                    yield shown


def _shown(who: str, place: str, sent: tuple[str, ...], answer: Any) -> Shown | None:
    assert answer.status_code < 500, (who, place, sent)
    kind = answer.headers.get("Content-Type", "")
    if answer.streaming:
        # The end of the file would end the connection too, and what is undone hangs on it.
        request_finished.disconnect(close_old_connections)
        answer.close()
        request_finished.connect(close_old_connections)
        return None
    # A mail, which is shown in a frame only and runs nothing, is looked at in that frame.
    is_framed = answer.headers.get("X-Frame-Options") == "SAMEORIGIN"
    if is_framed or not kind.startswith("text/html") or not answer.content:
        return None
    return Shown(who, place, sent, dict(answer.headers), answer.content.decode())


@contextmanager
def watching_forms(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Which fields of which of our form classes were given a hostile text: ``Form.field``."""
    given: set[str] = set()
    clean = forms.BaseForm.full_clean

    def noting(form: Any) -> None:
        for name in form.fields if form.is_bound else ():
            if "__xss" in str(form.data.get(form.add_prefix(name), "")):
                given.update(f"{one.__name__}.{name}" for one in type(form).__mro__)
        clean(form)

    monkeypatch.setattr(forms.BaseForm, "full_clean", noting)
    yield given
    monkeypatch.setattr(forms.BaseForm, "full_clean", clean)


def text_fields() -> set[str]:
    """The fields of text of our form classes: ``Form.field``."""
    found: set[str] = set()
    left: list[Any] = forms.BaseForm.__subclasses__()
    while left:
        one = left.pop()
        left += one.__subclasses__()
        if one.__module__.partition(".")[0] in {"courseapp", "lessons", "payments"}:
            found |= {
                f"{one.__name__}.{name}"
                for name, field in one.base_fields.items()
                if isinstance(field.widget, forms.TextInput | forms.Textarea)
            }
    return found
