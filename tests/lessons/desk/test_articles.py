"""*Artikelen* as a member of staff uses it: take in, correct, derive, merge, revise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from courseapp.accounts.models import AuditEntry
from lessons.content import recognised, revisions
from lessons.content.article import html as page_reader
from lessons.content.article import page
from lessons.content.models import Article
from lessons.desk.articles.words import KINDS, REASONS
from tests.factories import make_reader, publish_all
from tests.lessons.content.test_article_formats import make_word
from tests.lessons.content.test_drafting import FIRST
from tests.lessons.desk.articling import a_course, an_article, renew
from tests.lessons.pages.opening import address, browser_of, the, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def person() -> User:
    return make_reader(is_staff=True)


@pytest.fixture
def desk(person: User) -> Client:
    return browser_of(person)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


# --- Taking in ----------------------------------------------------------------------------------


def test_a_pasted_text_is_shown_with_what_was_recognised_and_what_was_left_out(
    desk: Client, person: User
) -> None:
    text = f"{FIRST}\n\nLees hier verder:\n\n© 2024 De Kade"
    answer = desk.post(address("desk:article_new"), {"text": text.replace("\n", "\r\n")})
    article = Article.objects.get()
    assert answer.headers["Location"] == f"{address('desk:article', article.pk)}?nieuw"
    assert article.title == "Wachten op bericht"
    assert "\r" not in article.revisions.get().source
    shown = tree(desk.get(answer.headers["Location"]))
    kinds = {node.attributes["value"] for node in shown.css(".pas option[selected]")}
    assert {"heading", "paragraph", "statement"} <= kinds
    assert [node.text().strip() for node in shown.css(".k-out .why")] == [
        "Weggelaten: link om verder te lezen",
        "Weggelaten: regel over auteursrecht",
    ]
    assert the(shown, "#title").attributes["value"] == article.title
    assert {node.text().split()[0] for node in shown.css(".legend li")} >= {"Kop", "Weggelaten"}
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.by) == ("article.added", person)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", FIRST.encode()),
        ("a.md", FIRST.encode("utf-16")),
        ("a.html", b"<!doctype html><h1>Kop</h1><p>Een alinea over de stilte in huis.</p>"),
        ("a.docx", make_word(("Een kop", "Heading 1"), ("Een alinea over de stilte.", "Normal"))),
    ],
)
def test_a_file_is_taken_in_whatever_it_is_made_with(desk: Client, name: str, data: bytes) -> None:
    answer = desk.post(address("desk:article_new"), {"file": upload(name, data), "text": "x"})
    assert answer.status_code == 302
    assert Article.objects.get().revisions.get().passages.count() > 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("foto.docx", b"\x89PNG\r\n\x1a\n\0\0", "een afbeelding"),
        ("leeg.txt", b"", "Het bestand is leeg"),
        ("kapot.docx", b"PK\x03\x04 en dan niets", "beschadigd"),
        ("leeg.docx", make_word(("", "Normal")), "geen tekst in dit Word-bestand"),
        ("nul.txt", b"een zin\0 met een gat", "geen tekst"),
        ("plan.pdf", b"%PDF-1.7 tekst", "een pdf"),
        ("diep.html", b"<div>" * 100_000, "lagen diep"),
    ],
)
@pytest.mark.parametrize("where", ["new", "version"])
def test_what_is_no_article_is_said_in_the_form_with_the_text_kept(
    desk: Client, name: str, data: bytes, sentence: str, where: str
) -> None:
    url = address("desk:article_new")
    if where == "version":
        url = address("desk:article_version", an_article().pk)
    before = Article.objects.count()
    answer = desk.post(url, {"file": upload(name, data), "text": "Mijn eigen woorden."})
    assert answer.status_code in {400, 413, 415}
    shown = tree(answer)
    assert sentence in the(shown, "[role=alert]").text()
    assert the(shown, "textarea").text() == "Mijn eigen woorden."
    assert Article.objects.count() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "nog geen tekst"),
        (" \n\t ", "nog geen tekst"),
        ("a\0b", "NUL"),
        ("© 2024 De Kade", "staat geen tekst"),
        ("<p>Zin.</p>" + "<b>" * 5_000 + "x", "lagen diep"),
    ],
)
def test_a_text_that_is_no_article_is_said_in_the_form(
    desk: Client, text: str, sentence: str
) -> None:
    answer = desk.post(address("desk:article_new"), {"text": text})
    assert answer.status_code in {400, 415}
    assert sentence in the(tree(answer), "[role=alert]").text()
    assert not Article.objects.exists()


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
def test_a_text_that_is_too_long_is_told_the_limit_and_kept(desk: Client, size: int) -> None:
    """In either of the two ways that browsers send a form."""
    text = "woord " * (size // 6 + 1)
    for kind in ("multipart", "urlencoded"):
        if kind == "multipart":
            answer = desk.post(address("desk:article_new"), {"text": text})
        else:
            answer = desk.post(
                address("desk:article_new"),
                f"text={text.replace(' ', '+')}",
                content_type="application/x-www-form-urlencoded",
            )
        assert answer.status_code == 413
        assert "1.000.000" in the(tree(answer), "[role=alert]").text()
        assert len(the(tree(answer), "textarea").text()) >= size
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE > 2 * 5_000_000


def test_scripts_and_tracking_pixels_never_come_through(desk: Client) -> None:
    hostile = (
        "<!doctype html><body><h1>Een kop</h1><script>alert(1)</script>"
        "<p onclick='alert(2)'>Een alinea over de stilte in huis.<img src='https://x.example/p.gif'"
        " width=1 height=1></p><iframe src='https://x.example'></iframe>"
        "<p>Nog een <a href='javascript:alert(3)'>alinea</a> over het licht.</p>"
        "<noscript><img src='https://x.example/t.gif'></noscript><style>p{}</style>"
    )
    answer = desk.post(address("desk:article_new"), {"text": hostile}, follow=True)
    shown = tree(answer)
    assert answer.status_code == 200
    body = the(shown, ".passages").html or ""
    assert "x.example" not in body
    assert "alert(" not in body
    assert not shown.css("main script, main iframe, main img, main style")
    texts = Article.objects.get().revisions.get().passages.values_list("text", flat=True)
    assert not any(word in text for text in texts for word in ("alert", "x.example", "<"))


def test_every_reason_for_leaving_out_is_said_in_words() -> None:
    known = {*page.BY_TAG.values(), *page.BY_ROLE.values(), *(r for _p, r in page.BY_NAME)}
    known |= {recognised.BY_HAND, *reasons_in_the_code()}
    assert known - set(REASONS) == set()
    assert set(KINDS) == set(recognised.KINDS)


def reasons_in_the_code() -> Iterator[str]:
    """The second arguments of ``out(...)`` and the reasons that the phrases give."""
    import ast  # noqa: PLC0415 -- for this one look at the source.
    from pathlib import Path  # noqa: PLC0415

    folder = Path(page_reader.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "out":
                yield from (str(a.value) for a in node.args[1:] if isinstance(a, ast.Constant))
    yield from ("copyright line", "navigation", "cookie notice", "byline or date")
    yield from ("picture caption", "page footer", "link to read on", "link to another page")
    yield from ("heading mark", "quote mark", "list marker", "outside the article")


# --- Correcting ---------------------------------------------------------------------------------


def test_a_kind_is_corrected_without_scripts_and_leads_back_to_the_passage(desk: Client) -> None:
    article = an_article()
    key = revisions.passages_of(article.revisions.get())[1].key
    answer = desk.post(address("desk:article_kind", article.pk, key), {"kind": "quote"})
    assert answer.headers["Location"].endswith(f"?passage={key}#p-{key}")
    passage = article.revisions.get().passages.get(key=key)
    assert (passage.kind, passage.recognised) == ("quote", "paragraph")


def test_with_htmx_only_the_passage_comes_back(desk: Client) -> None:
    article = an_article()
    key = revisions.passages_of(article.revisions.get())[1].key
    answer = desk.post(
        address("desk:article_kind", article.pk, key), {"kind": "quote"}, headers=HTMX
    )
    shown = tree(answer)
    assert the(shown, "li").attributes["id"] == f"p-{key}"
    assert "k-quote" in (the(shown, "li").attributes["class"] or "")
    assert shown.css_first("header") is None


@pytest.mark.parametrize("kind", ["", "gedicht", "\0", "x" * 10_000])
def test_what_is_no_kind_is_refused(desk: Client, kind: str) -> None:
    article = an_article()
    key = revisions.passages_of(article.revisions.get())[1].key
    answer = desk.post(address("desk:article_kind", article.pk, key), {"kind": kind})
    assert answer.status_code == 400
    answer = desk.post(address("desk:article_kind", article.pk, "weg"), {"kind": "quote"})
    assert answer.status_code == 404


def test_a_passage_is_left_out_and_comes_back_by_buttons_that_need_no_scripts(
    desk: Client, person: User
) -> None:
    article = an_article()
    key = revisions.passages_of(article.revisions.get())[1].key
    url = address("desk:article_kind", article.pk, key)
    page = desk.post(url, {"kind": "left_out"}, follow=True)
    line = the(tree(page), f"#p-{key}")
    assert "k-out" in (line.attributes["class"] or "")
    assert the(line, ".why").text() == "Weggelaten: met de hand"
    form = the(line, "form")
    assert form.attributes["action"] == url
    back = desk.post(url, {"kind": the(form, "[name=kind]").attributes["value"]}, follow=True)
    assert "k-paragraph" in (the(tree(back), f"#p-{key}").attributes["class"] or "")
    assert [row.by for row in AuditEntry.objects.filter(act="article.kind_corrected")] == [
        person, person,
    ]  # fmt: skip


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_reading_left_out_is_brought_back_and_can_be_left_out_again(
    desk: Client, headers: dict[str, str]
) -> None:
    article = an_article(f"{FIRST}\n\n© 2024 De Kade")
    page = tree(desk.get(address("desk:article", article.pk)))
    form = the(page, ".k-out form")
    url = form.attributes["action"] or ""
    said = {"version": the(form, "[name=version]").attributes["value"] or ""}
    answer = desk.post(url, said, headers=headers)
    passage = article.revisions.get().passages.get(text="© 2024 De Kade")
    assert (passage.kind, passage.recognised) == ("paragraph", "left_out")
    if headers:
        assert the(tree(answer), "li").attributes["id"] == f"p-{passage.key}"
    else:
        assert answer.headers["Location"].endswith(f"#p-{passage.key}")
    kind = address("desk:article_kind", article.pk, passage.key)
    answer = desk.post(kind, {"kind": "left_out"}, headers=headers)
    # Its line has no name any more: the page is loaded as a whole.
    whole = address("desk:article", article.pk)
    assert answer.headers["HX-Redirect" if headers else "Location"] == whole
    assert "regel over auteursrecht" in the(tree(desk.get(whole)), ".k-out .why").text()


def test_a_piece_of_an_older_version_does_not_come_back(desk: Client) -> None:
    article = an_article(f"{FIRST}\n\n© 2024 De Kade")
    renew(article)
    for number, version in (("0", "1"), ("7", "2"), ("0", "x"), ("0", "9" * 99)):
        url = address("desk:article_back", article.pk, number)
        assert desk.post(url, {"version": version}).status_code == 409
    assert desk.get(url).status_code == 405


@pytest.mark.slow
def test_a_book_is_shown_in_parts_and_a_passage_is_found_in_its_own(desk: Client) -> None:
    article = an_article(
        "\n\n".join(f"Alinea {n} gaat over de stilte in huis." for n in range(900))
    )
    keys = [one.key for one in revisions.passages_of(article.revisions.get())]
    first = tree(desk.get(address("desk:article", article.pk)))
    assert len(first.css(".pas")) == 400
    found = desk.get(f"{address('desk:article', article.pk)}?passage={keys[850]}")
    assert tree(found).css_first(f"#p-{keys[850]}") is not None
    for part in ("3", "99", "nul", "-1"):
        assert desk.get(f"{address('desk:article', article.pk)}?deel={part}").status_code == 200


# --- What is said of it -------------------------------------------------------------------------


def test_title_and_visibility_are_changed_and_readers_see_it_at_the_next_publication(
    desk: Client,
) -> None:
    article = an_article()
    course = a_course(article)
    url = address("desk:article_settings", article.pk)
    assert course.title in the(tree(desk.get(url)), "#public-help").text()
    desk.post(url, {"title": " Nieuw ", "description": "Kort.", "public": "1"})
    article.refresh_from_db()
    assert (article.title, article.description, article.public) == ("Nieuw", "Kort.", True)
    assert article.live_revision is None
    publish_all(course)
    article.refresh_from_db()
    assert article.live_revision is not None
    desk.post(url, {"title": "Nieuw", "description": "Kort."})
    publish_all(course)
    article.refresh_from_db()
    assert article.live_revision is None


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "\0"])
def test_an_article_keeps_a_title(desk: Client, title: str) -> None:
    article = an_article()
    answer = desk.post(
        address("desk:article_settings", article.pk), {"title": title, "description": "Getypt."}
    )
    assert answer.status_code == 400
    assert the(tree(answer), "textarea").text() == "Getypt."
    article.refresh_from_db()
    assert article.title == "Wachten op bericht"
