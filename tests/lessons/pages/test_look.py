"""The look keeps its promises: no other host, nothing inline, readable in both schemes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "courseapp" / "static"
# Mails have their own rules: programs that show them know style attributes alone.
PAGES = [file for file in TEMPLATES if "mail" not in file.parts]
GROUNDS = ("paper", "sheet", "teal-wash", "clay-wash", "sand")
INKS = ("ink", "soft", "teal", "clay")


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_no_page_carries_script_or_style_of_its_own(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]{3,}=", html)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_no_page_asks_another_host_for_anything(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|srcset|action|data)=["'](?:https?:)?//""", html)
    assert not re.search(r"<link[^>]*href=[\"'](?:https?:)?//", html)


def test_style_and_script_ask_no_other_host() -> None:
    for name in ("site.css", "site.js"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert "//" not in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def test_fonts_come_with_their_licences() -> None:
    for font in ("literata", "figtree"):
        assert list((STATIC / "fonts").glob(f"{font}-*.woff2"))
        licence = (STATIC / "fonts" / f"{font}-LICENSE.txt").read_text(encoding="utf-8")
        assert "SIL Open Font License" in licence


def test_the_shared_picture_is_light_enough_to_load() -> None:
    assert (STATIC / "social.png").stat().st_size <= 100_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_ink_is_readable_on_every_ground(scheme: str, ground: str, ink: str) -> None:
    colours = _colours(scheme)
    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_are_readable_and_borders_of_fields_can_be_seen(scheme: str) -> None:
    colours = _colours(scheme)
    assert _contrast(colours["on-teal"], colours["teal"]) >= 4.5
    assert _contrast(colours["on-teal"], colours["teal-strong"]) >= 4.5
    for ground in ("paper", "sheet"):
        assert _contrast(colours["edge"], colours[ground]) >= 3


def test_the_page_for_our_own_faults_needs_nothing_but_itself() -> None:
    html = render_to_string("500.html")
    assert "tel:112" in html
    assert "<h1>" in html


def _colours(scheme: str) -> dict[str, str]:
    css = (STATIC / "site.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{([^}]*)\}", css)[:2]
    source = light if scheme == "light" else light + dark
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", source))


def _contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
