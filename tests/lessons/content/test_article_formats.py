"""Which files are read, as what, and which are refused with a reason."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pytest

from lessons.content import article
from lessons.content.article import formats
from lessons.content.article.formats import (
    ArticleTooLarge,
    BinaryFile,
    BrokenDocx,
    DocxTooLarge,
    EmptyArticle,
    UnknownEncoding,
)

if TYPE_CHECKING:
    from pathlib import Path

    from courseapp.errors import Refused

pytestmark = pytest.mark.once


def make_docx(**parts: bytes) -> bytes:
    """A ZIP that calls itself a Word file, with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr({"document": "word/document.xml"}.get(name, name), data)
    return file.getvalue()


def make_word(*paragraphs: tuple[str, str]) -> bytes:
    """A Word file of (text, style) paragraphs."""
    document: Any = docx.Document()
    for text, style in paragraphs:
        document.add_paragraph(text, style=style)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("a.txt", "Een zin.", "text"),
        ("", "Een zin.", "text"),
        ("a.md", "Een zin.", "markdown"),
        ("A.MARKDOWN", "Een zin.", "markdown"),
        ("a.html", "Een zin.", "html"),
        ("a.txt", "<!DOCTYPE html><html><body><p>Een zin.</p>", "html"),
        ("a.md", "<!doctype html>\n<html><body><p>Een zin.</p>", "html"),
        ("a", "<p>Een zin.</p>", "html"),
        ("a.txt", "<3 is een hartje. Een zin.", "text"),
        ("a.txt", "# Kop\n\nEen **vette** zin.", "markdown"),
        ("a.txt", "# 1 in mijn hart\n\n• punt", "text"),
    ],
)
def test_the_form_is_told_by_content_and_name(name: str, text: str, form: str) -> None:
    assert article.read(text.encode(), name) == (text, form)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_read(encoding: str) -> None:
    text = "Eén zin met “krullen” – en een euro: €."
    assert article.read(text.encode(encoding), "a.txt")[0] == text


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.txt", EmptyArticle),
        (b"\xef\xbb\xbf \r\n\t ", "a.txt", EmptyArticle),
        (b" \n ", "a.docx", EmptyArticle),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.txt", BinaryFile),
        (b"%PDF-1.7 tekst", "a.txt", BinaryFile),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", BinaryFile),
        (b"een zin\0 met een gat", "a.txt", BinaryFile),
        (b"\0", "a.txt", BinaryFile),
        ("een\0zin".encode("utf-16"), "a.txt", BinaryFile),
        (bytes(range(256)) * 4, "a.txt", BinaryFile),
        (b"\xff\xfea", "a.txt", UnknownEncoding),
        (b"een zin met \x81 erin", "a.txt", UnknownEncoding),
        (b"gewone tekst", "a.docx", BrokenDocx),
        (b"PK\x03\x04 en dan niets", "a.docx", BrokenDocx),
        (make_docx(document=b"<w:document"), "a.docx", BrokenDocx),
        (make_docx(document=b"<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>"), "a.docx", BrokenDocx),
        (make_docx(readme=b"hallo"), "a.zip", BinaryFile),
        (make_docx(document=b" " * 30_000_000), "a.docx", DocxTooLarge),
        (make_docx(document=b"<x/>", picture=b"\0" * 120_000_000), "a.docx", DocxTooLarge),
        (make_word(("", "Normal")), "a.docx", EmptyArticle),
        (b"x" * (formats.SIZE_MAX + 1), "a.txt", ArticleTooLarge),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_no_article_is_refused(data: bytes, name: str, error: type[Refused]) -> None:
    with pytest.raises(error) as refused:
        article.read(data, name)
    assert type(refused.value) is error
    assert refused.value.code != "refused"


def test_a_truncated_word_file_is_broken() -> None:
    data = make_word(("Een zin.", "Normal"))
    with pytest.raises(BrokenDocx):
        article.read(data[: len(data) // 2], "a.docx")


def test_a_file_of_50_mb_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "groot.txt"
    with file.open("wb") as handle:
        handle.truncate(50 * 1024 * 1024)
    start = time.perf_counter()
    with pytest.raises(ArticleTooLarge):
        article.read_file(file)
    assert time.perf_counter() - start < 0.5


def test_a_word_file_keeps_its_headings_lists_and_quotes() -> None:
    source, form = article.read(
        make_word(
            ("Een lege stoel", "Title"),
            ("Ze schoof hem aan en ging er niet op zitten.", "Normal"),
            ("Wat er bleef", "Heading 1"),
            ("koffie", "List Bullet"),
            ("zwart", "List Bullet 2"),
            ("Wie wacht, hoort de klok.", "Quote"),
        ),
        "stuk.docx",
    )
    assert form == "html"
    parsed = article.parse(source, form)
    assert parsed.title == "Een lege stoel"
    assert [(p.kind, p.level) for p in parsed.passages] == [
        ("heading", 1), ("paragraph", 0), ("heading", 2), ("item", 1), ("item", 2), ("quote", 0),
    ]  # fmt: skip


def test_bold_lines_of_a_word_file_are_headings() -> None:
    document: Any = docx.Document()
    document.add_paragraph("Een zin vooraf.")
    document.add_paragraph().add_run("Wat er bleef").bold = True
    document.add_paragraph("Een zin erna, met een woord in vet.")
    file = io.BytesIO()
    document.save(file)
    parsed = article.parse(*article.read(file.getvalue(), "stuk.docx"))
    assert [p.kind for p in parsed.passages] == ["paragraph", "heading", "paragraph"]


@pytest.mark.slow
def test_a_word_file_without_any_marking_has_its_short_lines_as_headings() -> None:
    source, form = article.read(
        make_word(
            ("Een zin vooraf, met een punt.", "Normal"),
            ("Wat er bleef", "Normal"),
            ("Een zin erna, ook met een punt.", "Normal"),
        ),
        "stuk.docx",
    )
    kinds = [p.kind for p in article.parse(source, form).passages]
    assert kinds == ["paragraph", "heading", "paragraph"]
