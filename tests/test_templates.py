"""No template holds code or style: a page takes both from files, as its policy wants it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# A mail program knows no files of ours; its policy is browser.LETTER.
MAILS = ROOT / "templates" / "mail"
NOT_THERE = {
    "a script that stands in the page": r"<script(?![^>]*(?:\ssrc=|\stype=\"application/json\"))",
    "a style that stands in the page": r"<style",
    "a style attribute": r"\sstyle\s*=",
    "an attribute that is code": r"<[^>]*[\s\"']on[a-z]+\s*=",
    "an address that is code": r"(?:href|src|action)\s*=\s*[\"']?\s*(?:javascript|vbscript):",
    "code of htmx": r"\shx-(?:on|vals|vars|headers)\b|\shx-trigger=\"[^\"]*\[",
    "a page in an attribute": r"\ssrcdoc\s*=",
    "something from another host": r"<(?:script|link|img|iframe|audio|video|source)[^>]*"
    r"(?:src|href)=\"(?:https?:)?//",
}


def found_in(text: str) -> list[str]:
    page = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text)  # What stands in a tag is not in the page.
    return [what for what, form in NOT_THERE.items() if re.search(form, page, re.IGNORECASE)]


def test_no_page_of_ours_holds_code_or_style() -> None:
    pages = [file for file in TEMPLATES if MAILS not in file.parents]
    assert len(pages) > 150
    found = {str(file.relative_to(ROOT)): found_in(file.read_text("utf-8")) for file in pages}
    assert {name: what for name, what in found.items() if what} == {}


def test_every_whole_page_keeps_htmx_from_copying_it() -> None:
    """htmx would put a copy of private pages into the browser's storage."""
    whole = [file for file in TEMPLATES if "<body" in file.read_text("utf-8")]
    own = {
        file.relative_to(ROOT / "templates").as_posix(): 'hx-history="false"' in file.read_text()
        for file in whole
        if MAILS not in file.parents
    }
    without = {name for name, said in own.items() if not said}
    # The description of the API, the pages for when all else fails, and the one that is read from a
    # file know no htmx.
    assert without <= {"500.html", "503.html", "api/docs.html", "account/my_data_file.html"}
    assert {"base.html", "desk/base.html"} <= own.keys() - without


def test_htmx_comes_with_its_settings_only() -> None:
    takers = {
        file.relative_to(ROOT / "templates").as_posix()
        for file in TEMPLATES
        if "htmx-2.min.js" in file.read_text("utf-8")
    }
    assert takers == {"htmx.html"}
    source = (ROOT / "templates" / "htmx.html").read_text("utf-8")
    for setting in (
        '"allowEval":false',
        '"allowScriptTags":false',
        '"includeIndicatorStyles":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
    ):
        assert setting in source


@pytest.mark.parametrize(
    "text",
    [
        "<script>go()</script>",
        '<script nonce="{{ nonce }}">go()</script>',
        "<STYLE>p{}</STYLE>",
        '<p class="a" style="color:red">',
        '<a href="/" onclick="go()">',
        "<img onerror=go()>",
        '<a href="javascript:go()">',
        '<p hx-on:click="go()">',
        """<p hx-vals='js:{a: go()}'>""",
        '<p hx-trigger="click[go()]">',
        '<iframe srcdoc="">',
        '<img src="https://elders.example/p.png">',
        '<script src="//elders.example/p.js"></script>',
    ],
)
def test_code_in_a_page_is_noticed(text: str) -> None:
    assert found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script src=\"{% static 'site.js' %}\" defer></script>",
        '<script data-on type="application/json">{}</script>',
        '<a href="https://elders.example/" data-leave>Weg</a>',
        '<p class="block b-on" data-once="1">',
    ],
)
def test_what_a_policy_allows_is_not_complained_about(text: str) -> None:
    assert found_in(text) == []
