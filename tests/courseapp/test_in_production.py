"""What a stranger gets of the site as production has it: https, quiet errors, no file of ours."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from courseapp import logs
from courseapp import settings as ours
from courseapp.accounts.models import User
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.pages.opening import browser_of, tree

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
TOLD = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
# Nobody collected files for this process.
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
secure = Client(SERVER_NAME="cursus.example.org")
plain = secure.get("/hulp/")
api = secure.get("/api/v1/courses/")
static = secure.get("/nergens.txt", secure=True)
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location", "")],
    "api": [api.status_code, api.get("Location", "")],
    "hsts": static.get("Strict-Transport-Security", ""),
    "debug": settings.DEBUG,
    "session": [settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_HTTPONLY],
    "csrf": settings.CSRF_COOKIE_SAMESITE,
    "language": settings.LANGUAGE_COOKIE_SAMESITE,
    "proxy": settings.SECURE_PROXY_SSL_HEADER,
    "rooms": [str(one.pattern) for one in get_resolver().url_patterns],
}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What a process says that was started as production is."""
    variables = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "courseapp.settings", "PRODUCTION": "1",
        "DEBUG": "0", "SECRET_KEY": "x7" * 40, "SITE_URL": "https://cursus.example.org",
        "ALLOWED_HOSTS": "cursus.example.org", "SMTP_URL": "smtps://a:b@mail.example.org:465",
    }  # fmt: skip
    output = subprocess.run(
        [sys.executable, "-c", TOLD], cwd=ROOT, env=variables, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    found: dict[str, Any] = json.loads(output)
    return found


def test_production_speaks_https_for_a_year(told: dict[str, Any]) -> None:
    assert told["plain"] == [301, "https://cursus.example.org/hulp/"]
    assert told["api"][0] == 301
    rule = dict(part.strip().partition("=")[::2] for part in told["hsts"].split(";"))
    assert int(rule["max-age"]) >= 31_536_000
    assert {"includeSubDomains", "preload"} <= set(rule)
    assert told["debug"] is False
    assert not any("postvak" in room for room in told["rooms"])


@pytest.mark.slow
def test_cookies_say_same_site_and_that_of_the_session_is_no_script_s(
    told: dict[str, Any],
) -> None:
    assert told["session"] == ["Lax", True]
    assert (told["csrf"], told["language"]) == ("Lax", "Lax")


def test_no_answer_opens_itself_to_another_origin() -> None:
    elsewhere = {"Origin": "https://elders.example"}
    for address in ("/", "/api/v1/courses/", "/api/v1/schema/", "/_allauth/app/v1/config"):
        response = Client().get(address, headers=elsewhere)
        assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_every_form_of_a_page_wants_its_token() -> None:
    """Only letters' own links go without: they carry a right of their own, and no session."""
    reader = make_reader()
    course = make_course()
    make_enrolment(reader, course)
    client = browser_of(reader, checks_forms=True)
    for address in (
        reverse("account_logout"), reverse("set_language"), reverse("gift"),
        reverse("planning_pause", args=[course.pk]), reverse("mail_choices"),
        reverse("withdrawal"), reverse("my_data_file"),
    ):  # fmt: skip
        assert client.post(address, {}).status_code == 403, address
    pages = [client.get(address) for address in ("/mijn/", "/mijn/post/", "/account/instellingen/")]
    forms = [form for page in pages for form in tree(page).css("form[method=post]")]
    assert len(forms) >= 3
    assert all(form.css_first("[name=csrfmiddlewaretoken]") for form in forms)


def test_a_get_changes_nothing_that_counts() -> None:
    """Whoever is led to an address by another site has done nothing there."""
    reader, course = make_reader(), make_course()
    make_enrolment(reader, course)
    client = browser_of(reader)
    before = User.objects.values().get(pk=reader.pk)
    for name, arguments in (
        ("account_logout", []), ("set_language", []), ("planning_pause", [course.pk]),
        ("planning_open_all", [course.pk]), ("account_drop_password", []), ("gift", []),
        ("enrol", [course.slug]), ("withdrawal", []), ("my_data_file", []),
    ):  # fmt: skip
        assert client.get(reverse(name, args=arguments)).status_code in {200, 302, 405}
    assert client.get("/mijn/").status_code == 200
    assert User.objects.values().get(pk=reader.pk) == before


def test_every_answer_says_what_it_is() -> None:
    kinds = {
        "/": "text/html; charset=utf-8",
        "/nergens/": "text/html; charset=utf-8",
        "/api/v1/courses/": "application/json",
        "/api/v1/nergens/": "application/problem+json",
        "/sitemap.xml": "application/xml; charset=utf-8",
        "/robots.txt": "text/plain; charset=utf-8",
        "/ontbinden/modelformulier.pdf": "application/pdf",
    }
    found = {address: Client().get(address).headers["Content-Type"] for address in kinds}
    assert found == kinds


@pytest.mark.parametrize(
    "address",
    [
        "/.git/config", "/.env", "/var/db.sqlite3", "/media/", "/static/", "/static/../settings.py",
        "/static/..%2fsettings.py", "/media/..%2f..%2fdb.sqlite3", "/courseapp/settings.py",
        "/requirements.txt", "/docs/security.md", "/media/../secret_key",
    ],
)  # fmt: skip
def test_nothing_of_the_tree_is_served(address: str) -> None:
    assert Client().get(address).status_code in {400, 404}


def test_an_error_nobody_expected_is_logged_and_told_calmly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "wachtwoord-in-een-fout-8361"

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("lessons.pages.public.outline.public_courses", broken)
    with caplog.at_level(logging.ERROR, "django.request"):
        response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    page = response.content.decode()
    assert secret not in page
    assert "Traceback" not in page
    assert "RuntimeError" not in page
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_logs_go_to_one_place() -> None:
    """To standard error, whence the service manager takes them; to no file, mail or other site."""
    logs = ours.LOGGING
    handlers = {str(one["class"]) for one in logs["handlers"].values()}
    assert handlers == {"logging.StreamHandler"}
    assert not any("handlers" in one for one in logs["loggers"].values())


def test_a_line_of_the_log_says_its_moment_in_utc() -> None:
    record = logging.LogRecord("courseapp", logging.INFO, "", 0, "een regel", (), None)
    line = json.loads(logs.AsJson().format(record))
    assert line["time"].endswith("+00:00")
    assert {"time", "level", "logger", "message"} <= set(line)


def test_a_parameter_that_is_sent_twice_is_no_way_round(settings: Settings) -> None:
    """The last of two counts, everywhere, and where the choice is narrow neither is believed."""
    settings.ACCOUNT_RATE_LIMITS = False
    client = Client()
    sent = "language=en&next=/hulp/&next=https://elders.example/"
    form = "application/x-www-form-urlencoded"
    onward = client.post(reverse("set_language"), sent, content_type=form)
    assert onward.headers["Location"].startswith("/")
    last = client.post(reverse("set_language"), "language=en&language=xx", content_type=form)
    assert last.status_code in {302, 400}
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value in {"en", "nl"}
    answer = client.get("/api/v1/courses/?page_size=1&page_size=9999999")
    assert answer.status_code in {200, 400}


def test_the_description_of_the_api_bounds_every_text() -> None:
    """Each text that somebody sends has a longest length, a form or a list of what it may be."""
    described = Client().get("/api/v1/schema/").json()
    shapes = described["components"]["schemas"]
    bodies = [
        operation.get("requestBody", {})
        for path in described["paths"].values()
        for operation in path.values()
    ]
    asked = _named(bodies, shapes)
    loose = [
        f"{name}.{field}"
        for name in asked
        for field, shape in shapes[name].get("properties", {}).items()
        if shape.get("type") == "string"
        and not {"maxLength", "format", "enum", "const", "pattern"} & set(shape)
        and not shape.get("readOnly")
    ]
    assert len(asked) > 10
    assert sorted(loose) == []


def _named(node: object, shapes: dict[str, Any]) -> set[str]:
    """The shapes that are referred to here, and those that these refer to."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []
        name = str(one.get("$ref", "")).rpartition("/")[2] if isinstance(one, dict) else ""
        if name and name not in found:
            found.add(name)
            waiting.append(shapes[name])
    return found
