"""The small Markdown: what an editor makes of it comes back as the same text."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from lessons.content import blocks, richtext
from lessons.content.folder.reading import read_folder

pytestmark = pytest.mark.once
# What Markdown is made of, so that chance makes lists, links and emphasis of it, and broken ones.
PIECES = (
    *("a", "b", " ", "  ", "    ", "\n", "\n\n", "\\\n", "*", "**", "_", "__", "- ", "+ ", "* "),
    *("1. ", "2) ", "10. ", "> ", "### ", "#", "[", "](", "x)", ")", "<", "&amp;", "&", "&#32;"),
    *("\\", "!", "![", "'", '"', ".", "~~", "`", "```", "é", "\u00a0", ":::", "=", "|", "&#10;"),
    "https://x.nl",
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(MARKDOWN)
@example("- a\n- b\n\n* c\n\n1. d\n2. e\n   - f")
@example("> a\n>\n> - b\n\n### c #")
@example("**a _b_ c**, *d***e**f [g *h*](https://i.nl/j_(k)?l=m&n) a\\\nb\\\n\\\nc")
def test_what_is_shown_is_read_back_as_a_text_that_shows_the_same(text: str) -> None:
    shown = richtext.to_html(text)
    read = richtext.from_html(shown)
    assert richtext.to_html(read) == shown
    assert richtext.from_html(richtext.to_html(read)) == read


@pytest.mark.slow
@given(MARKDOWN)
def test_a_text_nobody_touched_stays_as_it_is_byte_for_byte(text: str) -> None:
    shown = str(richtext.to_html(text))
    in_items = shown.replace("<li>", "<li><p>").replace("</li>", "</p></li>")
    assert richtext.edited(shown, text) == text
    if "<ul>" not in shown[4:] and "<p>" not in shown:
        assert richtext.edited(in_items, text) == text


@pytest.mark.slow
def test_every_text_of_the_shipped_courses_comes_through_the_editor_unchanged() -> None:
    texts = []
    for folder in (settings.BASE_DIR / "lessons/courses").iterdir():
        for module in read_folder(folder).modules:
            for block in (one for lesson in module.lessons for one in lesson.blocks):
                forms = blocks.fields_of(type(block))
                texts += [getattr(block, name) for name in forms if forms[name]["form"] == "rich"]
    assert len(texts) > 90
    assert [text for text in texts if richtext.from_html(richtext.to_html(text)) != text] == []


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Een <b>vet </b>woord en <i>schuin</i>.</p>", "Een **vet** woord en *schuin*."),
        ("<p>Een</p><p></p><p>twee<br></p>", "Een\n\ntwee"),
        ("<ul><li><p>een</p></li><li><p>twee</p><ul><li><p>drie</p></li></ul></li></ul>",
         "- een\n- twee\n  - drie"),
        ('<ol start="3"><li><p>een</p></li><li><p>twee</p></li></ol>', "3. een\n4. twee"),
        ("<h1>Kop</h1><div>een</div><div>twee</div>", "### Kop\n\neen\n\ntwee"),
        ('<p>Zie <a href="https://x.nl/?a=1&amp;b=2">hier</a>.</p>',
         "Zie [hier](<https://x.nl/?a=1\\&b=2>)."),
        ("<p>1. geen lijst, *geen* nadruk, # geen kop</p>",
         "1\\. geen lijst, \\*geen\\* nadruk, # geen kop"),
        ("<blockquote><p>een</p><p>twee</p></blockquote>", "> een\n>\n> twee"),
        ("<p>een<br>twee</p>", "een\\\ntwee"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_a_text_a_person_can_read(html: str, text: str) -> None:
    assert richtext.edited(html, "iets anders") == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script><p onclick=alert(1)>tekst</p>",
        "<style>p{display:none}</style><p style='position:fixed'>tekst</p>",
        "<p>tekst<img src='https://spy.example/1.gif' width=1 height=1></p>",
        "<p><a href='javascript:alert(1)'>tekst</a></p>",
        "<p><a href='http://spy.example'>tekst</a></p>",
        "<p><a href='data:text/html,x'>tekst</a></p>",
        "<iframe src='https://spy.example'></iframe><p>tekst</p>",
        "<svg><script>alert(1)</script></svg>tekst",
        "<p>te\x00k\x07st</p>",
    ],
)
def test_what_would_harm_is_left_out(html: str) -> None:
    assert richtext.from_html(html) == "tekst"


@pytest.mark.slow
@pytest.mark.parametrize(
    "html",
    [
        "<em>" * 250_000 + "tekst",
        "<ul><li>" * 120_000 + "tekst",
        "<blockquote>" * 80_000 + "tekst",
        "<div class=a>" * 90 + "tekst" + "</div>" * 90,
        "<" * 1_000_000 + "p>tekst",
        "<p>tekst</p>" * 80_000,
    ],
)
def test_a_megabyte_of_nesting_becomes_text_without_ado(html: str) -> None:
    began = time.monotonic()
    read = richtext.from_html(html)
    assert "tekst" in read
    assert time.monotonic() - began < 5


def test_what_is_nested_deeper_than_shown_keeps_its_words() -> None:
    deep = "<blockquote>" * 40 + "<p>tekst</p>" + "</blockquote>" * 40
    assert "tekst" in richtext.to_html(richtext.from_html(deep))


def test_a_link_that_may_not_be_followed_and_a_note_of_an_address_are_shown_as_text() -> None:
    assert richtext.to_html("[weg](http://x.nl)") == "<p>weg</p>"
    assert richtext.to_html("[x]: https://x.nl") == "<p>[x]: https://x.nl</p>"
    assert richtext.to_html("# a\n\n##### b") == "<h3>a</h3>\n<h3>b</h3>"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("een\\\ntwee", "een\ntwee"),
        ("een\\\\\\\ntwee", "een\\\ntwee"),
        ("een\\\\\ntwee", "een\\\ntwee"),
        ("1\\. een *twee*", "1. een twee"),
    ],
)
def test_in_plain_text_a_line_ends_without_a_mark_and_a_backslash_of_the_writers_stays(
    text: str, plain: str
) -> None:
    assert richtext.to_plain(text) == plain
