"""From a file's bytes to text in a known form, or a refusal that says what to do about it."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import zipfile
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal, cast

import mammoth
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = Literal["text", "markdown", "html"]

SIZE_MAX = 10 * 1024 * 1024
UNPACKED_MAX = 100 * 1024 * 1024
PART_MAX = 20 * 1024 * 1024
PARTS_MAX = 2_000
# Characters: a book of 500 pages. Whoever pastes more has something else in hand.
PASTED_MAX = 1_000_000
HTML_MAX = 3 * SIZE_MAX
BINARY_SHARE = 0.01
SNIFFED = 4_000

ZIP = b"PK\x03\x04"
WORD = "word/document.xml"
MAGIC: Mapping[bytes, str] = {
    b"%PDF": gettext_noop("a PDF"),
    b"\xd0\xcf\x11\xe0": gettext_noop("an old Word file (.doc)"),
    b"{\\rtf": gettext_noop("an RTF file"),
    b"\x89PNG": gettext_noop("a picture"),
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": gettext_noop("a compressed file"),
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
}
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27, 28, 29, 30, 31})
SUFFIXES: Mapping[str, Form] = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip
PAGE = re.compile(r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
ELEMENT = re.compile(r"^\s*<(p|div|h[1-6]|article|section|main|ul|ol|table|blockquote)\b", re.I)
MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+\S", re.M)
MARKDOWN_SIGN = re.compile(
    r"\*\*\S[^*\n]*\*\*|\]\([^)\s]+\)|^(?:[-*+]|\d+\.) \S|^> \S|^\|?\s*:?-{3,}:?\s*\||^```", re.M
)
# Word's own names of styles that stand for more than their looks.
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
"""


class EmptyArticle(Refused):
    code = "empty_article"


class ArticleTooLarge(Refused):
    code = "article_too_large"
    status = 413


class BinaryFile(Refused):
    code = "binary_file"
    status = 415


class UnknownEncoding(Refused):
    code = "unknown_encoding"
    status = 415


class NulCharacter(Refused):
    """A character that no database of ours can hold."""

    code = "nul_character"

    def __init__(self) -> None:
        super().__init__(_("The article holds a NUL character, which is no text."))


class BrokenDocx(Refused):
    code = "broken_docx"


class DocxTooLarge(BrokenDocx):
    """A small file that unpacks into a huge one."""

    code = "docx_too_large"
    status = 413


def read_file(path: Path) -> tuple[str, Form]:
    """The text of a file on disk; one that is too large is refused before it is read.

    Raises what ``read`` raises, and ``OSError``.
    """
    if path.stat().st_size > SIZE_MAX:
        raise too_large()
    with path.open("rb") as file:
        return read(file.read(SIZE_MAX + 1), path.name)


def read(data: bytes, name: str) -> tuple[str, Form]:
    """The text of an article and its form, by its content first and its name second.

    UTF-8 and UTF-16 are known by their byte order mark, UTF-8 without one by being valid; all else
    is read as Windows-1252. A Word file (DOCX) comes back as HTML.
    Raises ``EmptyArticle``, ``ArticleTooLarge``, ``BinaryFile``, ``UnknownEncoding``,
    ``BrokenDocx`` and ``DocxTooLarge``.
    """
    if len(data) > SIZE_MAX:
        raise too_large()
    if not data.strip(b"\0 \t\r\n") and b"\0" not in data:
        raise EmptyArticle(_("The file is empty."))
    _refuse_other_kinds(data)
    suffix = PurePath(name).suffix.lower()
    if data.startswith(ZIP) or suffix == ".docx":
        html = _docx(data)
        if not re.sub(r"<[^>]*>|\s", "", html):
            raise EmptyArticle(_("The Word file holds no text."))
        return html, "html"
    text = _decode(data)
    if not text.strip():
        raise EmptyArticle(_("The file is empty."))
    return text, _form(text, suffix)


def read_pasted(text: str) -> tuple[str, Form]:
    """The same for a text that somebody pasted. Raises what ``read`` raises."""
    if len(text) > PASTED_MAX:
        raise ArticleTooLarge(
            _(
                "This text has %(size)s characters; one that is pasted has at most %(limit)s."
                " Split it into several articles."
            )
            % {
                "size": number_format(len(text), force_grouping=True),
                "limit": number_format(PASTED_MAX, force_grouping=True),
            }
        )
    if "\0" in text:
        raise NulCharacter
    if not text.strip():
        raise EmptyArticle(_("There is no text yet. Paste the article, or choose its file."))
    return read(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass"), "")


def too_large() -> ArticleTooLarge:
    """What is said of an article past ``SIZE_MAX``."""
    return ArticleTooLarge(_("An article is at most %(size)s MB.") % {"size": SIZE_MAX // 1024**2})


def _refuse_other_kinds(data: bytes) -> None:
    """What its first bytes give away, whatever it is called: a picture named .docx, too."""
    for magic, what in MAGIC.items():
        if data.startswith(magic):
            raise BinaryFile(
                _("This is %(what)s, not an article. Save it as text, HTML or DOCX.")
                % {"what": _(what)}
            )


def _decode(data: bytes) -> str:
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _marked(data[len(bom) :], encoding)
    controls = len(data) - len(data.translate(None, CONTROL))
    if b"\0" in data or controls > BINARY_SHARE * len(data):
        raise BinaryFile(_("The file holds binary data, not text. Save it as text, HTML or DOCX."))
    for encoding in ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise UnknownEncoding(_("The text is in no known encoding. Save it as UTF-8."))


def _marked(data: bytes, encoding: str) -> str:
    """Text whose byte order mark told its encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise UnknownEncoding(_("The file starts as Unicode but is damaged.")) from None
    if "\0" in text:
        raise BinaryFile(_("The file holds NUL characters, which are no text."))
    return text


def _form(text: str, suffix: str) -> Form:
    if PAGE.match(text[:SNIFFED]):
        return "html"
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    element = ELEMENT.match(text[:SNIFFED])
    if element and f"</{element[1].lower()}>" in text.lower():
        return "html"
    if MARKDOWN_HEADING.search(text) and MARKDOWN_SIGN.search(text) and "•" not in text:
        return "markdown"
    return "text"


def _docx(data: bytes) -> str:
    """A Word file as HTML, without its pictures."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check_parts(parts)
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda _image: {"src": ""}),
        )
    except Refused:
        raise
    except Exception as error:  # The library raises whatever the broken part makes it trip over.
        raise BrokenDocx(
            _("The Word file is damaged. Open it in Word and save it again.")
        ) from error
    html = cast("str", result.value)
    if len(html) > HTML_MAX:
        raise DocxTooLarge(_("The Word file unpacks into far more text than an article holds."))
    return html


def _check_parts(parts: zipfile.ZipFile) -> None:
    """Refuses what is no Word file, and what was made to exhaust memory."""
    infos = parts.infolist()
    if all(info.filename != WORD for info in infos):
        raise BinaryFile(_("This is a compressed file, not a Word file (DOCX)."))
    texts = [info for info in infos if info.filename.endswith((".xml", ".rels"))]
    if (
        len(infos) > PARTS_MAX
        or sum(info.file_size for info in infos) > UNPACKED_MAX
        or sum(info.file_size for info in texts) > PART_MAX
    ):
        raise DocxTooLarge(_("The Word file unpacks into far more text than an article holds."))
    for info in texts:
        if b"<!DOCTYPE" in parts.read(info)[:SNIFFED]:
            raise BrokenDocx(_("The Word file holds a document type, which Word never writes."))
