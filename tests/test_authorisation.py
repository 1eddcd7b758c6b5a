"""Who may what, at every address, by every method, with one's own things and with another's.

The rows stand in ``authorisation.py``; here each address is asked as everybody, and the answers are
held against them. Nothing is ever a server error, and an address without a row fails.
"""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import settings as site
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, clear_url_caches, get_resolver, path

from courseapp import urls
from courseapp.accounts import again
from tests.authorisation import BODIES, NAMED, ROWS
from tests.databases import BOTH, mostly, with_keys
from tests.population import ROLES, make_town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_django import DjangoDbBlocker, Settings

    from tests.population import Town, Visitor

pytestmark = with_keys
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MEANT = {
    "page": METHODS[:2],
    "form": METHODS[:3],
    "act": ("POST",),
    "any": METHODS,
}
PART = re.compile(r"<(\w+):(\w+)>")
# Of these there is nothing; they are asked for too.
NOTHING = {"uuid": UUID(int=7), "slug": "nergens", "int": 7_777_777, "str": "nergens"}
NO_ROW = "has no row: say in tests/authorisation.py who may"
PROGRAMS = ("program", "onlooker")
SCOPES = {"program": {"read", "edit", "publish", "money"}, "onlooker": {"read"}}
# Where one says who one is, or says it again; the second sends a visitor to the first.
SIGN_IN = ("/inloggen/", "/account/bevestigen/")
# What becomes of who is not known, where that is not the way to sign in.
UNKNOWN = {
    "everybody": {"in"},
    "anybody": {"in"},
    "nobody": {"nothing"},
    "text": {"refused"},
}
# And of another's things, where they are not everybody's.
OF_ANOTHER = {
    "nobody": {"nothing"},
    "own": {"nothing"},
    "follower": {"refused", "led away"},
    "text": {"refused"},
}
# Without a browser's session: at pages they are visitors.
NO_BROWSER = ("visitor", "closed", "app", *PROGRAMS)


@dataclass(frozen=True)
class Address:
    name: str
    route: str

    def filled(self, things: Mapping[str, Any] | None) -> str | None:
        """The address of these things, or of nothing there is; None where it names others."""
        called = NAMED.get(self.name, {})

        def put(part: re.Match[str]) -> str:
            kind, name = part.groups()
            return str(NOTHING[kind] if things is None else things[called.get(name, name)])

        try:
            return PART.sub(put, self.route)
        except KeyError:
            return None


@dataclass(frozen=True)
class Clause:
    """``lenient``: see the ``~`` in authorisation.py."""

    who: str
    scope: str
    lenient: bool


def addresses() -> list[Address]:
    """Every address of the site."""

    def walk(resolver: URLResolver, before: str, space: str) -> Iterator[Address]:
        for one in resolver.url_patterns:
            here = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one, here, f"{space}{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern):
                yield Address(f"{space}{one.name}" if one.name else here, f"/{here}")

    return list(walk(get_resolver(), "", ""))


def clauses(row: str) -> dict[str, Clause]:
    """Method to who may come in by it."""
    found = {}
    for clause in row.split(", "):
        who, *methods = clause.split()
        name, _, scope = who.rstrip("~").partition(":")
        for word in methods:
            for method in MEANT.get(word, (word,)):
                found[method] = Clause(name, scope, who.endswith("~"))
    return found


def expected(clause: Clause, role: str, whose: str, *, api: bool) -> set[str]:
    """What may become of this person's asking for something of this person's."""
    is_program = api and role in PROGRAMS
    signed_in = role not in NO_BROWSER or (api and role == "app")
    if clause.who in {"staff", "author", "owner"}:
        return _at_the_desk(clause, role, signed_in=signed_in, is_program=is_program)
    if is_program and clause.who not in {"everybody", "nobody"}:
        return {"sign in"}
    if not signed_in:
        return UNKNOWN.get(clause.who, {"sign in"})
    is_own = whose == ("reader" if role == "app" else role)
    return {"in"} if is_own and clause.who != "nobody" else OF_ANOTHER.get(clause.who, {"in"})


def _at_the_desk(clause: Clause, role: str, *, signed_in: bool, is_program: bool) -> set[str]:
    if is_program:
        # A program acts for the owner.
        return {"in"} if clause.scope in SCOPES[role] else {"refused"}
    if not signed_in:
        return {"sign in"}
    if role == "owner" or (role == "staff" and clause.who == "staff"):
        return {"in"}
    return {"nothing"} if role == "staff" and clause.who == "author" else {"refused"}


def became(response: Any) -> str:
    """What somebody was told, in one word."""
    status, to = response.status_code, response.headers.get("Location", "")
    if status == 401 or (status == 302 and to.startswith(SIGN_IN)):
        return "sign in"
    if status == 302 and to.startswith("/cursus/"):
        return "led away"
    return {403: "refused", 404: "nothing", 405: "not that way"}.get(
        status, "in" if status < 500 else "an error"
    )


def misses(row: str, role: str, whose: str, method: str, api: bool, response: Any) -> str:
    """How an answer is not what the row says; empty if it is."""
    told, by = became(response), clauses(row)
    if method == "OPTIONS" and response.status_code == 200 and not response.content:
        told = "not that way"  # Django says which methods there are, and nothing else.
    if told == "an error":
        return f"status {response.status_code}"
    clause = by.get(method)
    if clause is None:
        # Doors stand before or behind the question of the method; nobody comes in.
        closed = {"not that way", "nothing", *_shut(by, role, whose, api=api)}
        return "" if told in closed else f"{told}, but {method} is not in its row"
    wanted = expected(clause, role, whose, api=api)
    if wanted == {"in"} and (clause.lenient or whose == "nobody"):
        return ""
    if whose == "nobody":
        wanted |= {"nothing"}
    if clause.lenient:
        wanted |= {"not that way"}
    if wanted == {"in"} and told == "led away":
        told = "in"
    return "" if told in wanted else f"{told}, and not {' or '.join(sorted(wanted))}"


def _shut(by: Mapping[str, Clause], role: str, whose: str, *, api: bool) -> set[str]:
    return {
        word for clause in by.values() for word in expected(clause, role, whose, api=api) - {"in"}
    }


CLIENTS: dict[str, Client] = {}


def asked(visitor: Visitor, method: str, address: str, body: str = "") -> Any:
    """The answer; whatever it changed is as before."""
    client = CLIENTS.setdefault(visitor.role, Client(raise_request_exception=False))
    client.cookies.clear()
    client.cookies.load(dict(visitor.cookies))
    headers = dict(visitor.headers)
    if address.startswith("/_allauth/") and visitor.cookies:
        headers["X-Session-Token"] = visitor.cookies[site.SESSION_COOKIE_NAME]
    is_json = address.startswith(("/api/", "/_allauth/"))
    sent = {
        "data": body or ("{}" if is_json else ""),
        "content_type": "application/json" if is_json else "application/x-www-form-urlencoded",
    }
    if method in {"GET", "HEAD", "OPTIONS"}:
        sent = {}
    with undone():
        response = getattr(client, method.lower())(address, headers=headers, **sent)
        if response.streaming:  # Whose end would end the connection too.
            request_finished.disconnect(close_old_connections)
            response.close()
            request_finished.connect(close_old_connections)
    return response


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic(using="default"), transaction.atomic(using="keys"):
        try:
            yield
        finally:
            for alias in BOTH:
                transaction.set_rollback(True, alias)


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """Everybody, once for all tests of this file."""
    with django_db_blocker.unblock(), undone():
        yield make_town()


@pytest.fixture(autouse=True)
def in_peace(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody asks too often, and a refusal is no line in a log."""
    settings.ACCOUNT_RATE_LIMITS = False
    # However long all this takes, everybody showed just now who they are.
    monkeypatch.setattr(again, "_within", lambda _record, _minutes: True)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def places(address: Address, town: Town) -> dict[str, str]:
    """Whose it is, to where it is; each place once, and one of nothing there is."""
    found: dict[str, str] = {}
    for whose, things in [*town.things.items(), ("nobody", None)]:
        place = address.filled(things)
        if place and place not in found.values():
            found[whose] = place
    return found


def wrong(
    town: Town, role: str, *, rows: Mapping[str, str], only: Callable[[Address], bool] = bool
) -> list[str]:
    """Everything that this visitor is told otherwise than the rows say."""
    found, visitor = [], town.visitors[role]
    for address in filter(only, addresses()):
        if address.name not in rows:
            found.append(f"{address.name} ({address.route}) {NO_ROW}")
            continue
        row, api = rows[address.name], address.route.startswith(("/api/", "/_allauth/"))
        for whose, place in places(address, town).items():
            for method in clauses(row) if whose == "nobody" else METHODS:
                response = asked(visitor, method, place, BODIES.get(address.name, ""))
                miss = misses(row, role, whose, method, api, response)
                if miss:
                    found.append(f"{role} {method} {place} of {whose} ({row}): {miss}")
    return found


@pytest.mark.parametrize("role", mostly(ROLES, ("visitor", "buyer", "staff")))
def test_everybody_is_told_what_the_rows_say(town: Town, role: str) -> None:
    found = wrong(town, role, rows=ROWS)
    assert found == [], "\n".join(found)


def test_every_row_is_of_an_address_and_every_address_is_of_something(town: Town) -> None:
    """An address whose parts nobody has would only ever be asked for what is not there."""
    known = {address.name: address for address in addresses()}
    assert sorted(set(ROWS) - set(known)) == []
    assert sorted(set(NAMED) - set(known)) == []
    empty = [name for name, one in known.items() if set(places(one, town)) == {"nobody"}]
    assert empty == []


def test_nobody_is_told_what_came_in_by_trace(town: Town) -> None:
    for role in ("visitor", "owner"):
        for address in addresses():
            for place in places(address, town).values():
                response = asked(town.visitors[role], "TRACE", place)
                assert response.status_code in {302, 400, 401, 403, 404, 405, 409, 429}, place
                assert response.headers["Content-Type"] != "message/http"


@pytest.mark.parametrize(
    ("name", "row", "role"),
    [
        ("order_state", "readers page", "stranger"),
        ("order_state", "own act", "buyer"),
        ("desk:today", "owner page", "staff"),
        ("till:orders", "staff page", "staff"),
        ("api-publish", "staff:read act", "onlooker"),
        ("api-order", "everybody page", "visitor"),
        ("home", "readers page", "visitor"),
        ("lesson", "own page", "neighbour"),
        ("my_courses", "readers form", "reader"),
    ],
)
def test_a_wrong_row_is_found_out(town: Town, name: str, row: str, role: str) -> None:
    def this(address: Address) -> bool:
        return address.name == name

    assert wrong(town, role, rows=ROWS, only=this) == []
    assert wrong(town, role, rows={**ROWS, name: row}, only=this)


def test_an_address_that_nobody_thought_of_is_found_out(
    town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: object) -> HttpResponse:
        raise RuntimeError

    def everything(_request: object) -> HttpResponse:
        return HttpResponse("everything")

    monkeypatch.setattr(
        urls,
        "urlpatterns",
        [path("nieuw/", everything, name="new"), path("kapot/", broken, name="broken")],
    )
    with fresh_addresses():
        assert f"new (/nieuw/) {NO_ROW}" in wrong(town, "visitor", rows=ROWS)
        rows = {"new": "staff page", "broken": "staff page"}
        told = wrong(town, "visitor", rows=rows)
    assert "visitor GET /nieuw/ of reader (staff page): in, and not sign in" in told
    assert "visitor GET /kapot/ of reader (staff page): status 500" in told


@contextmanager
def fresh_addresses() -> Iterator[None]:
    clear_url_caches()
    yield
    clear_url_caches()
