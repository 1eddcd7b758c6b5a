"""What a browser may do is said with every answer: of each address, and to everybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from courseapp import browser
from lessons.content import blocks
from tests.databases import with_keys
from tests.factories import make_block, make_reader
from tests.lessons.desk.lesson_form import a_lesson
from tests.lessons.pages.opening import browser_of, make_course_of_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
YOUTUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
VIMEO = "https://vimeo.com/76979871"
# What an address of each kind of part may look like; mostly there is nothing there.
PARTS = {"uuid": UUID(int=7), "int": 7, "slug": "nergens", "str": "nergens", "path": "nergens"}


def addresses() -> Iterator[str]:
    """Every address of the site, with made-up parts."""

    def walk(resolver: URLResolver, before: str) -> Iterator[str]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from walk(one, before + str(one.pattern))
            elif isinstance(one, URLPattern):
                yield before + filled(str(one.pattern))

    yield from (f"/{address}" for address in walk(get_resolver(), ""))


def filled(pattern: str) -> str:
    for part in {f"<{kind}:" for kind in PARTS}:
        while part in pattern:
            start = pattern.index(part)
            end = pattern.index(">", start) + 1
            pattern = f"{pattern[:start]}{PARTS[part[1:-1]]}{pattern[end:]}"
    return pattern


def film_block(address: str) -> dict[str, Any]:
    data = {"id": str(uuid4()), "type": "media", "kind": "embed", "src": address, "alt": "Een film"}
    return blocks.from_json(data).as_json()


def policy_of(response: Response) -> dict[str, str]:
    rows = (row.partition(" ") for row in response.headers[browser.POLICY].split("; "))
    return {name: value for name, _, value in rows}


def amiss(response: Response) -> list[str]:
    """What a policy of ours never says, and what it always does."""
    policy = policy_of(response)
    found = [f"{name} is {policy.get(name)}" for name in browser.NOTHING if name not in policy]
    found += [
        name for name in ("default-src", "object-src", "base-uri") if policy[name] != "'none'"
    ]
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "blob:"}
    found += [
        f"{name} {value}"
        for name, value in policy.items()
        if loose & set(value.split()) or ("data:" in value and name != "img-src")
    ]
    if (
        policy.get("script-src", "'self'") != "'self'"
        or policy.get("style-src", "'self'") != "'self'"
    ):
        found.append("scripts or styles from elsewhere")
    expected = {**browser.ALWAYS, "Referrer-Policy": "same-origin"}
    found += [name for name, value in expected.items() if response.headers.get(name) != value]
    return found


def kept(response: Response, *, private: bool) -> list[str]:
    """Who might keep a page that nobody should."""
    if response.streaming or b"<main" not in response.content:
        return []
    found = [] if b'hx-history="false"' in response.content else ["htmx may keep it"]
    if private and "no-store" not in response.headers["Cache-Control"]:
        found.append("a cache may keep it")
    return found


@pytest.mark.slow
@with_keys
def test_every_address_says_its_policy_whoever_asks() -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    asked = sorted(set(addresses()))
    assert len(asked) > 200
    seen: set[object] = set()
    found: dict[str, list[str]] = {}
    for person in (None, make_reader(), owner):
        client = browser_of(person)
        client.raise_request_exception = False
        for address in asked:
            response = client.get(address)
            seen |= {response.status_code, response.headers.get("Content-Type", "").split(";")[0]}
            trouble = [*amiss(response), *kept(response, private=person is not None)]
            if trouble:
                found[f"{person} {address}"] = trouble
    assert found == {}
    assert {200, 302, 401, 403, 404, 405} <= seen  # Pages, ways on, and refusals of each kind.
    assert {"text/html", "application/json", "application/problem+json", "application/xml"} <= seen


def test_what_a_bad_policy_looks_like_is_known() -> None:
    response = browser_of().get("/")
    assert amiss(response) == []
    good = response.headers[browser.POLICY]
    for bad in (
        good.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        good.replace("style-src 'self'", "style-src 'self' data:"),
        good.replace("object-src 'none'", "object-src 'self'"),
        good.replace("frame-ancestors 'none'; ", ""),
        good.replace("script-src 'self'", "script-src 'self' https://elders.example"),
    ):
        assert bad != good
        response.headers[browser.POLICY] = bad
        assert amiss(response), bad


def test_files_errors_and_refusals_say_it_too(settings: Settings) -> None:
    client = browser_of()
    for address, status in (("/static/site.css", 200), ("/static/nergens.css", 404), ("/x", 404)):
        response = client.get(address)
        response.close()
        assert (response.status_code, amiss(response)) == (status, [])
    script = client.get("/static/site.js")
    script.close()
    assert policy_of(script) == dict(browser.ANSWER)
    assert amiss(client.get("/", headers={"Host": "elders.example"})) == []
    assert amiss(client.post("/", {})) == []  # Not allowed.
    strict = browser_of(checks_forms=True)
    refused = strict.post(reverse("account_logout"))
    assert (refused.status_code, amiss(refused)) == (403, [])
    settings.SECURE_SSL_REDIRECT = True
    moved = browser_of().get("/")
    assert (moved.status_code, moved.headers[browser.POLICY]) == (
        301,
        browser.written(browser.PAGE),
    )


def test_each_room_has_its_own() -> None:
    staff = browser_of(make_reader(is_staff=True, is_owner=True))
    assert policy_of(browser_of().get("/")) == dict(browser.PAGE)
    assert policy_of(staff.get("/beheer/cursussen/")) == dict(browser.DESK)
    assert policy_of(browser_of().get("/api/v1/docs/")) == dict(browser.API_DOCS)
    assert policy_of(browser_of().get("/api/v1/schema/")) == dict(browser.ANSWER)
    assert policy_of(browser_of().get("/ontbinden/modelformulier.pdf")) == dict(browser.ANSWER)


@pytest.mark.parametrize(
    ("films", "frames"),
    [
        ([], None),
        ([YOUTUBE], "https://www.youtube-nocookie.com"),
        ([VIMEO, VIMEO], "https://player.vimeo.com"),
        ([VIMEO, YOUTUBE], "https://player.vimeo.com https://www.youtube-nocookie.com"),
    ],
)
def test_only_a_lesson_with_a_film_may_frame_and_only_its_player(
    films: list[str], frames: str | None
) -> None:
    shown = [film_block(film) for film in films]
    course, lesson = make_course_of_blocks([make_block(), *shown])
    page = browser_of().get(reverse("open_lesson", args=[course.slug, lesson.slug]))
    preview = browser_of(make_reader(is_staff=True)).get(
        reverse("desk:preview_lesson", args=[lesson.pk])
    )
    for response in (page, preview):
        assert response.status_code == 200
        assert policy_of(response).get("frame-src", "'none'") == (frames or "'none'")
        assert amiss(response) == []


def test_signing_out_leaves_nothing_in_the_browser() -> None:
    client = browser_of(make_reader())
    response = client.post(reverse("account_logout"))
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/").headers


def test_while_developing_djangos_own_page_for_a_mistake_keeps_its_looks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("lessons.pages.public.outline.public_courses", broken)
    client = Client(raise_request_exception=False)
    policies = {}
    for debug in (False, True):
        settings.DEBUG = debug
        response = client.get("/")
        assert response.status_code == 500
        policies[debug] = response.headers.get(browser.POLICY)
    assert policies == {False: browser.written(browser.PAGE), True: None}


def test_in_production_every_cookie_belongs_to_this_host_alone() -> None:
    """Browsers take a ``__Host-`` one only over https, without a domain, for the whole site."""
    told = """
import json, django
django.setup()
from django.conf import settings
from courseapp.notices import OwnCookie
names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
print(json.dumps({
    "names": [*names, OwnCookie.cookie_name],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE,
               settings.LANGUAGE_COOKIE_SECURE],
    "domains": [settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN,
                settings.LANGUAGE_COOKIE_DOMAIN],
    "paths": [settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_PATH,
              settings.LANGUAGE_COOKIE_PATH],
    "httponly": [settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY,
                 settings.LANGUAGE_COOKIE_HTTPONLY],
}))
"""
    variables = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "courseapp.settings", "PRODUCTION": "1",
        "DEBUG": "0", "SECRET_KEY": "x7" * 40, "SITE_URL": "https://cursus.example.org",
        "ALLOWED_HOSTS": "cursus.example.org", "SMTP_URL": "smtps://a:b@mail.example.org:465",
    }  # fmt: skip
    output = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=variables, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    found = json.loads(output)
    assert len(set(found["names"])) == 4
    assert all(name.startswith("__Host-") for name in found["names"])
    assert found["secure"] == [True] * 3
    assert found["domains"] == [None] * 3
    assert found["paths"] == ["/"] * 3
    assert found["httponly"] == [True] * 3


def test_the_page_of_a_new_app_shows_its_picture_and_no_other_page_takes_data() -> None:
    assert "data:" not in policy_of(browser_of(make_reader()).get("/mijn/"))["img-src"]
    wider = browser.also(lambda: browser_of().get("/"), img_src=["data:"])
    assert policy_of(wider())["img-src"] == "'self' data:"  # type: ignore[arg-type]


def test_an_editor_is_given_nothing_that_its_readers_are_not() -> None:
    staff = browser_of(make_reader(is_staff=True))
    page = policy_of(staff.get(f"/beheer/les/{a_lesson().pk}/"))
    assert {name: value for name, value in page.items() if name != "frame-src"} == dict(
        browser.PAGE
    )
