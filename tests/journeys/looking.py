"""Looking at pages that show hostile texts: whether any of them runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.test import Client
    from playwright.sync_api import Page

# Opens what opens, waits until the page has noticed, and tells what there is.
LOOK = """async () => {
  document.querySelectorAll("details").forEach(one => { one.open = true });
  await new Promise(done => setTimeout(done, 50));
  return [document.documentElement.outerHTML.includes("__xss"), window.__xss || 0];
}"""


def look(page: Page) -> tuple[bool, int]:
    """Whether hostile texts stand on this page, and how many times one of them ran."""
    shows, ran = page.evaluate(LOOK)
    return bool(shows), int(ran)


def look_at(page: Page, places: Iterable[str]) -> list[str]:
    """Open each place, and everything on it that opens; the places where something ran.

    Each has hostile texts on it, or nothing was looked at.
    """
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", note)
    wrong: list[str] = []
    bare: list[str] = []
    for place in places:
        answer = page.goto(place)
        assert answer is not None
        assert answer.status < 400, place
        shows, ran = look(page)
        bare += [] if shows else [place]
        wrong += [place] if ran else []
    assert not bare, bare
    return wrong + dialogs


def showing(client: Client, places: Iterable[str]) -> list[str]:
    """The places that are pages with a hostile text in them: nothing can run on the others.

    A mail, which is shown in a frame only, is looked at where that frame is.
    """
    found: list[str] = []
    for place in places:
        answer = client.get(place)
        is_html = answer.headers.get("Content-Type", "").startswith("text/html")
        is_framed = answer.headers.get("X-Frame-Options") == "SAMEORIGIN"
        is_page = answer.status_code == 200 and is_html and not is_framed
        if is_page and b"__xss" in answer.content:
            found.append(place)
    return found
