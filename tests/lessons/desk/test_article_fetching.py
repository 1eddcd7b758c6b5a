"""*Artikelen* by address: off unless sites are named, and then as any other article."""

from __future__ import annotations

import json
import logging
import socket
from typing import TYPE_CHECKING, Any

import certifi
import pytest
from django.conf import settings as site_settings

from courseapp import checks
from courseapp.accounts.models import AuditEntry
from lessons.content import going_outside
from lessons.content.models import Article
from tests.factories import make_reader
from tests.lessons.content import elsewhere
from tests.lessons.content.elsewhere import HERE, moved, page, site
from tests.lessons.content.test_drafting import FIRST
from tests.lessons.desk.articling import an_article
from tests.lessons.pages.opening import address, browser_of, the, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import Settings

    from courseapp.accounts.models import User
    from tests.lessons.content.elsewhere import Site

pytestmark = pytest.mark.django_db
URL = "https://page.example/artikel?van=mij#begin"
# Where the world's name servers say that page.example is.
PUBLIC = "93.184.215.14"


@pytest.fixture
def person() -> User:
    return make_reader(is_staff=True)


@pytest.fixture
def desk(person: User) -> Client:
    return browser_of(person)


@pytest.fixture
def named(settings: Settings) -> None:
    settings.ARTICLE_IMPORT_HOSTS = ["page.example", "binnen.example"]


@pytest.fixture
def world(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """The internet: its name servers, its roots of trust, and one site at port 443 of a public
    address, which is this machine's. The rules of the site are as they are."""
    certificate = elsewhere.certificate_for("page.example", tmp_path_factory.mktemp("tls"))
    asked, connect = socket.getaddrinfo, socket.create_connection

    def look_up(host: str, *args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
        where = {"page.example": PUBLIC, "binnen.example": str(HERE)}.get(host)
        if where is None:
            return asked(host, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, 443))]

    with site(certificate=certificate) as there:

        def routed(to: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
            assert to == (PUBLIC, 443)
            return connect((str(HERE), there.port), *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", routed)
        monkeypatch.setattr(certifi, "where", lambda: str(certificate))
        going_outside.trusted.cache_clear()
        there.pages["/artikel?van=mij"] = page(FIRST.encode(), "text/markdown; charset=utf-8")
        yield there
    going_outside.trusted.cache_clear()


def test_no_site_is_named_unless_somebody_names_it() -> None:
    assert site_settings.ARTICLE_IMPORT_HOSTS == []


@pytest.mark.parametrize("where", ["new", "version"])
def test_without_named_sites_there_is_no_field_and_nothing_is_fetched(
    desk: Client, world: Site, where: str
) -> None:
    url = address("desk:article_new")
    if where == "version":
        url = address("desk:article_version", an_article().pk)
    assert tree(desk.get(url)).css_first("[name=address]") is None
    before = Article.objects.count()
    answer = desk.post(url, {"address": URL, "text": "Mijn eigen woorden."})
    assert answer.status_code == 400
    shown = tree(answer)
    assert "staat uit" in the(shown, "[role=alert]").text()
    assert the(shown, "textarea").text() == "Mijn eigen woorden."
    assert Article.objects.count() == before
    assert world.names == []


@pytest.mark.usefixtures("named")
def test_the_field_says_which_sites_are_named(desk: Client) -> None:
    shown = tree(desk.get(address("desk:article_new")))
    assert the(shown, "label[for=address]").text() == "Adres van het artikel"
    assert "page.example, binnen.example" in the(shown, "#address-help").text()


@pytest.mark.usefixtures("named")
def test_an_article_is_fetched_and_its_act_names_the_site_alone(
    desk: Client, person: User, world: Site
) -> None:
    answer = desk.post(address("desk:article_new"), {"address": f" {URL} ", "text": "Iets anders."})
    article = Article.objects.get()
    assert answer.headers["Location"] == f"{address('desk:article', article.pk)}?nieuw"
    assert article.title == "Wachten op bericht"
    assert article.revisions.get().source == FIRST
    assert world.asked() == [("GET", "/artikel?van=mij")]
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.by) == ("article.added", person)
    assert entry.after == {"version": 1, "host": "page.example"}


@pytest.mark.usefixtures("named")
def test_a_new_version_is_fetched_and_the_same_text_changes_nothing(
    desk: Client, world: Site
) -> None:
    article = an_article()
    newer = FIRST.replace("Wachten maakt", "Wachten rekt")
    world.pages["/artikel?van=mij"] = page(newer.encode(), "text/markdown")
    url = address("desk:article_version", article.pk)
    for _ in range(2):
        assert desk.post(url, {"address": URL}).status_code == 302
    assert article.revisions.count() == 2
    entries = AuditEntry.objects.filter(act="article.revised")
    assert [entry.after for entry in entries] == [{"version": 2, "host": "page.example"}]


@pytest.mark.usefixtures("named", "world")
def test_a_pasted_text_and_a_file_are_as_they_were(desk: Client) -> None:
    assert (
        desk.post(address("desk:article_new"), {"address": " ", "text": FIRST}).status_code == 302
    )
    assert AuditEntry.objects.get().after == {"version": 1}


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://ander.example/", "alleen van page.example, binnen.example"),
        ("https://binnen.example/", "niet openbaar"),
        ("http://page.example/", "https://"),
        ("https://page.example/naar-binnen", "stuurt door"),
        ("https://page.example/weg", "geen pagina"),
        ("https://page.example/plaatje", "geen pagina met tekst"),
        ("https://page.example/leeg", "geen tekst"),
    ],
)
def test_a_refusal_is_said_in_the_form_with_all_that_was_typed(
    desk: Client, world: Site, url: str, sentence: str
) -> None:
    world.pages |= {
        "/naar-binnen": moved("https://127.0.0.1/"),
        "/plaatje": page(b"\x89PNG", "image/png"),
        "/leeg": page("© 2024 De Kade".encode(), "text/plain"),
    }
    answer = desk.post(address("desk:article_new"), {"address": url, "text": "Mijn woorden."})
    assert answer.status_code in {400, 415}
    shown = tree(answer)
    assert sentence in the(shown, "[role=alert]").text()
    assert the(shown, "#address").attributes["value"] == url
    assert the(shown, "#address").attributes["aria-invalid"] == "true"
    assert "aria-invalid" not in the(shown, "textarea").attributes
    assert the(shown, "textarea").text() == "Mijn woorden."
    assert not Article.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("named", "world")
def test_an_address_that_is_not_gone_to_is_an_event_without_the_address(
    desk: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="security"):
        desk.post(address("desk:article_new"), {"address": "https://binnen.example/geheim"})
    events = [one for one in caplog.records if one.name == "security"]
    assert [(one.getMessage(), one.told) for one in events] == [  # type: ignore[attr-defined]
        ("fetch_refused", {"why": "address"})
    ]
    assert "binnen" not in json.dumps([vars(one) for one in events], default=str)


@pytest.mark.parametrize(
    "host",
    ["https://page.example", "page.example/", "page.example:443", "*.example", "*", "Page.example",
     "127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1", "bücher.example", "a@b.example"],
)  # fmt: skip
def test_what_is_no_name_of_a_site_is_refused_before_the_start(
    settings: Settings, host: str
) -> None:
    settings.ARTICLE_IMPORT_HOSTS = ["page.example", "www.xn--bcher-kva.example"]
    assert checks.import_hosts() == []
    settings.ARTICLE_IMPORT_HOSTS += [host]
    assert [found.id for found in checks.import_hosts()] == ["courseapp.E012"]
