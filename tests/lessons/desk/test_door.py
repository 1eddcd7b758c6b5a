"""Every address of the staff's pages asks who is there; a new one without a door fails here."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import make_reader
from tests.signing import let_in

pytestmark = pytest.mark.django_db
FILLED = {"uuid": UUID(int=7), "slug": "iets", "int": 7, "str": "iets"}


def patterns() -> list[URLPattern]:
    """Every address below ``/beheer/``, whichever app it comes from."""
    found: list[URLPattern] = []

    def walk(resolver: URLResolver, prefix: str) -> None:
        for one in resolver.url_patterns:
            here = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one, here)
            elif here.startswith("beheer/"):
                one.full = here  # type: ignore[attr-defined]
                found.append(one)

    walk(get_resolver(), "")
    return found


def address(pattern: URLPattern) -> str:
    path = str(pattern.full)  # type: ignore[attr-defined]
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = FILLED["str" if kind == "string" else kind]
        path = path.replace(f"<{kind}:{name}>", str(value)).replace(f"<str:{name}>", str(value))
    return f"/{path}"


def test_there_are_pages_and_each_says_whom_it_lets_in() -> None:
    doors = {str(one.pattern): getattr(one.callback, "door", None) for one in patterns()}
    assert len(doors) > 10
    assert {name: door for name, door in doors.items() if door not in {"staff", "owner"}} == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_visitors_are_sent_to_sign_in_and_readers_refused(method: str) -> None:
    visitor, reader = Client(), Client()
    let_in(reader, make_reader())
    open_to: list[str] = []
    for one in patterns():
        for client, refusals in ((visitor, {302, 405}), (reader, {403, 405})):
            answer = getattr(client, method)(address(one))
            to_sign_in = answer.status_code != 302 or "/inloggen/" in answer["Location"]
            if answer.status_code not in refusals or not to_sign_in:
                open_to.append(f"{method} {address(one)}: {answer.status_code}")
    assert open_to == []


def test_what_is_the_owner_s_refuses_other_staff() -> None:
    staff = Client()
    let_in(staff, make_reader(is_staff=True))
    owners = [one for one in patterns() if getattr(one.callback, "door", "") == "owner"]
    assert owners
    for one in owners:
        assert staff.get(address(one)).status_code in {403, 405}
        assert staff.post(address(one)).status_code in {403, 405}
