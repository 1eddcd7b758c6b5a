"""What is taken from web pages and Markdown, and what around it is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lessons.content import article

if TYPE_CHECKING:
    from lessons.content.article import Parsed

pytestmark = pytest.mark.once

PAGE = """<!DOCTYPE html><html lang="nl"><head><title>Een lege stoel - De Kade</title>
<style>p{color:red}</style><script>var x = "<p>nee</p>";</script></head>
<body class="single has-sidebar comments-open">
<a class="skip-link" href="#c">Spring naar inhoud</a>
<div id="cookie-notice" class="cookie-notice"><span>Deze site gebruikt cookies.</span>
<button>Accepteren</button></div>
<header class="site-header"><p>De Kade</p><nav><ul><li>Home</li><li>Blog</li></ul></nav></header>
<div class="content-sidebar-wrap"><main><article>
<header class="entry-header"><h1>Een lege stoel</h1>
<div class="entry-meta">12 maart 2024</div></header>
<div class="entry-content">
<figure><img src="a.jpg"><figcaption>Foto: Kim</figcaption></figure>
<p>Ze schoof de stoel aan en bleef staan.<sup><a href="#fn1">1</a></sup> Er was soep.</p>
<h2>Wat er bleef<span aria-hidden="true">#</span></h2>
<blockquote><p>Een stoel wacht niet, dat doen wij.</p><cite>Oma Truus</cite></blockquote>
<p>• Je dekt voor twee.<br>• Je kookt voor twee.<br>• Je wast af voor een.</p>
<p><strong>Sanne (34)</strong> woont boven een bakker. Ze wordt wakker van brood.</p>
<p><a class="wp-block-button__link" href="/t">Ga verder met ons</a></p>
<table><tr><th>Dag</th><th>Wat</th></tr><tr><td>maandag</td><td>bellen</td></tr></table>
<dl><dt>Soep</dt><dd>Wat er overbleef van zondag.</dd></dl>
<details><summary>Moet dat elke dag?</summary><p>Nee, dat hoeft niet.</p></details>
<ol class="footnotes"><li id="fn1">Uit een schrift.</li></ol>
<div class="sharedaddy sd-sharing"><h3>Deel dit</h3><ul><li>WhatsApp</li></ul></div>
<div class="jp-relatedposts"><p>Tien andere stoelen</p></div>
</div><footer class="entry-footer">Keuken</footer></article>
<div class="author-box">Kim schrijft.</div>
<div id="comments" class="comments-area"><article><p>Mooi stuk, dank.</p></article></div>
</main><aside class="widget-area"><form><label>E-mail</label></form></aside></div>
<footer><p>© 2024 De Kade</p></footer>
<template><p>onzichtbaar</p></template><div hidden>onzichtbaar</div>
<div style="display: none">onzichtbaar</div><!-- onzichtbaar --><noscript>onzichtbaar</noscript>
</body></html>"""


def parse(source: str, form: article.Form = "html") -> Parsed:
    return article.parse(source, form)


def kinds(parsed: Parsed) -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in parsed.passages]


def reasons(parsed: Parsed) -> dict[str, str]:
    return {one.text: one.reason for one in parsed.left_out}


def test_of_a_blog_page_only_the_article_is_taken() -> None:
    assert kinds(parse(PAGE)) == [
        ("heading", "Een lege stoel"),
        ("paragraph", "Ze schoof de stoel aan en bleef staan. Er was soep."),
        ("heading", "Wat er bleef"),
        ("quote", "Een stoel wacht niet, dat doen wij.\nOma Truus"),
        ("item", "Je dekt voor twee."),
        ("item", "Je kookt voor twee."),
        ("item", "Je wast af voor een."),
        ("story", "Sanne (34) woont boven een bakker. Ze wordt wakker van brood."),
        ("call_to_action", "Ga verder met ons"),
        ("item", "Dag\tWat"),
        ("item", "maandag\tbellen"),
        ("item", "Soep\tWat er overbleef van zondag."),
        ("heading", "Moet dat elke dag?"),
        ("paragraph", "Nee, dat hoeft niet."),
    ]


def test_what_stands_around_an_article_is_left_out_with_a_reason() -> None:
    found = reasons(parse(PAGE))
    assert found["Spring naar inhoud"] == "navigation"
    assert found["Deze site gebruikt cookies. Accepteren"] == "cookie notice"
    assert found["De Kade Home Blog"] == "page header"
    assert found["12 maart 2024"] == "byline or date"
    assert found["Foto: Kim"] == "picture caption"
    assert found["#"] == "decoration"
    assert found["1"] == found["Uit een schrift."] == "footnote"
    assert found["Deel dit WhatsApp"] == "share buttons"
    assert found["Tien andere stoelen"] == "related articles"
    assert found["Kim schrijft."] == "author box"
    assert found["Mooi stuk, dank."] == "comments"
    assert found["E-mail"] == "aside"
    assert found["© 2024 De Kade"] == "page footer"


def test_what_nobody_sees_is_nowhere() -> None:
    parsed = parse(PAGE)
    shown = [text for _, text in kinds(parsed)] + list(reasons(parsed))
    assert not any("onzichtbaar" in text or "nee" in text for text in shown)


def test_a_page_is_titled_by_its_first_heading_or_else_by_its_head() -> None:
    assert parse(PAGE).title == "Een lege stoel"
    assert parse(PAGE.replace("h1>", "p>")).title == "Een lege stoel"


def test_the_only_first_heading_may_stand_in_the_pages_header() -> None:
    page = "<header><h1>De stoel</h1><nav>Menu</nav></header><main><p>Een zin.</p></main>"
    assert kinds(parse(page)) == [("heading", "De stoel"), ("paragraph", "Een zin.")]


def test_bold_lines_are_headings_where_no_others_are() -> None:
    page = "<p>Vooraf.</p><p><strong>Wat er bleef</strong></p><p>Een <b>vet</b> woord.</p>"
    assert [kind for kind, _ in kinds(parse(page))] == ["paragraph", "heading", "paragraph"]


def test_a_bold_first_line_heads_its_paragraph() -> None:
    page = "<p>Vooraf.</p><p><b>Wat er bleef</b><br>Er bleef soep over.</p>"
    assert kinds(parse(page))[1:] == [
        ("heading", "Wat er bleef"),
        ("paragraph", "Er bleef soep over."),
    ]


def test_text_wrapped_in_a_bold_that_is_not_bold_makes_no_headings() -> None:
    page = '<b style="font-weight:normal"><p>Een regel</p><h2>Kop</h2><p>Nog een zin.</p></b>'
    assert [kind for kind, _ in kinds(parse(page))] == ["paragraph", "heading", "paragraph"]


def test_two_line_breaks_part_paragraphs_and_one_parts_lines() -> None:
    page = "<div>Een roos<br>is een roos.<br><br>Een stoel is een stoel.</div>"
    assert [text for _, text in kinds(parse(page))] == [
        "Een roos\nis een roos.",
        "Een stoel is een stoel.",
    ]


def test_a_table_made_for_the_layout_is_running_text() -> None:
    page = "<table><tr><td><h2>Kop</h2><p>Een zin.</p></td><td><p>Nog een.</p></td></tr></table>"
    assert [kind for kind, _ in kinds(parse(page))] == ["heading", "paragraph", "paragraph"]


def test_comments_under_a_heading_are_left_out_to_the_end() -> None:
    page = "<h2>De stoel</h2><p>Een zin.</p><h2>2 reacties</h2><p>Mooi!</p><h3>Kim</h3><p>Ja!</p>"
    assert [text for _, text in kinds(parse(page))] == ["De stoel", "Een zin."]


@pytest.mark.parametrize("start", ["- ", "* ", "+ ", "1. ", "1) "])
def test_markdown_lists_are_items(start: str) -> None:
    parsed = parse(f"# De stoel\n\nVooraf.\n\n{start}koffie\n", "markdown")
    assert kinds(parsed)[-1] == ("item", "koffie")


def test_front_matter_is_left_out_and_gives_the_title() -> None:
    parsed = parse('---\ntitle: "De stoel"\ndate: 2024-01-01\n---\n\nEen zin.\n', "markdown")
    assert parsed.title == "De stoel"
    assert kinds(parsed) == [("paragraph", "Een zin.")]
    assert set(reasons(parsed).values()) == {"front matter"}


def test_markdown_tables_quotes_and_remarks_are_read() -> None:
    table = "| a | b |\n|---|---|\n| c | d |"
    source = f"> Wie wacht, hoort de klok.\n\n{table}\n\n1. Soep – erg warm.\n\n   Fijn.\n"
    assert kinds(parse(source, "markdown")) == [
        ("quote", "Wie wacht, hoort de klok."),
        ("item", "a\tb"),
        ("item", "c\td"),
        ("item", "Soep – erg warm."),
        ("paragraph", "Fijn."),
    ]


def test_scripts_in_markdown_are_not_seen() -> None:
    assert kinds(parse("Een zin.\n\n<script>alert(1)</script>\n", "markdown")) == [
        ("paragraph", "Een zin.")
    ]
