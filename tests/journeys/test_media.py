"""A picture put into a block by its field; a film elsewhere that waits for the reader's click."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import expect

from lessons.content import media
from lessons.content.models import MediaFile
from tests.factories import make_reader
from tests.journeys.walking import carry_session
from tests.lessons.content.pictures import MP3, SOUNDS, block_of, make_media, photo
from tests.lessons.pages.opening import address, make_course_of_blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("media_root"),
]
FILM = "https://youtu.be/dQw4w9WgXcQ"


def staff_page(page: Page, live_server: LiveServer) -> Page:
    carry_session(page, make_reader(is_staff=True), live_server.url)
    page.goto("/beheer/media/")
    return page


def put_field(page: Page, kind: str, value: str = "") -> None:
    """The field as an editor that adds a block puts it into its page; it counts what it hears."""
    context = {"name": "src", "value": value, "kind": kind, "block": kind}
    html = render_to_string("desk/media/field.html", context, RequestFactory().get("/"))
    page.evaluate(
        """html => {
          const form = document.createElement("form");
          form.className = "editor";
          form.innerHTML = html;
          form.heard = [];
          for (const name of ["input", "change"])
            form.addEventListener(name, (event) => {
              if (event.target.name === "src") form.heard.push(name);
            });
          document.querySelector("main").prepend(form);
        }""",
        html,
    )


@pytest.mark.slow
def test_a_chosen_picture_is_there_at_once_and_the_form_hears_of_it(
    open_page: Callable[..., Page], live_server: LiveServer, tmp_path: Path
) -> None:
    (tmp_path / "zee.jpg").write_bytes(photo())
    (tmp_path / "brief.jpg").write_text("Lieve oma")
    page = staff_page(open_page(), live_server)
    put_field(page, "image")
    field = page.locator(".editor")
    field.locator("input[type=file]").set_input_files(tmp_path / "brief.jpg")
    expect(field.locator(".said.error")).not_to_be_empty()
    field.locator("input[type=file]").set_input_files(tmp_path / "zee.jpg")
    expect(field.locator("img.now")).to_be_visible()
    row = MediaFile.objects.get()
    expect(field.locator("[name=src]")).to_have_value(f"/media/{row.path}")
    expect(field.locator(".said.error")).to_have_count(0)
    expect(field.locator("progress")).to_be_hidden()
    assert page.evaluate("document.querySelector('.editor').heard") == ["input", "change"]
    width = "document.querySelector('img.now').naturalWidth"
    page.wait_for_function(f"{width} > 0")
    assert page.evaluate(width) == 480


@pytest.mark.slow
def test_what_is_here_already_can_be_chosen_with_the_keyboard(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    row, _sound = make_media(), make_media(MP3)
    page = staff_page(open_page(), live_server)
    put_field(page, "image")
    page.locator(".editor summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".editor [data-media-choose]")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".editor img.now")).to_be_visible()
    expect(page.locator(".editor [name=src]")).to_have_value(f"/media/{row.path}")
    expect(page.locator(".editor details")).not_to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.slow
def test_the_address_of_a_film_elsewhere_is_looked_at_when_it_is_written(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = staff_page(open_page(), live_server)
    put_field(page, "embed")
    for value, said in (("https://example.org/film", ".error"), (FILM, "a[href*=youtube]")):
        page.fill(".editor [name=src]", value)
        page.locator(".editor [name=src]").blur()
        expect(page.locator(f".editor .shown {said}")).to_be_visible()


@pytest.mark.slow
def test_without_scripts_a_file_is_added_by_the_list(
    open_page: Callable[..., Page], live_server: LiveServer, tmp_path: Path
) -> None:
    (tmp_path / "zee.jpg").write_bytes(photo())
    for scripts in (False, True):
        page = staff_page(open_page(java_script_enabled=scripts), live_server)
        page.locator("main input[type=file]").set_input_files(tmp_path / "zee.jpg")
        page.locator("main form .btn").click()
        expect(page.locator(".media-grid li img")).to_have_count(1)
        page.wait_for_url("**/beheer/media/")


@pytest.mark.slow
def test_a_file_that_is_too_large_gets_its_sentence(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media, "RECORDING_MAX", 2_000_000)
    (tmp_path / "film.mp4").write_bytes(SOUNDS["mp4"] + bytes(9_000_000))
    for scripts, place in ((True, ".said.error"), (False, ".messages .error")):
        page = staff_page(open_page(java_script_enabled=scripts), live_server)
        page.locator("main input[type=file]").set_input_files(tmp_path / "film.mp4")
        page.locator("main form .btn").click()
        expect(page.locator(place)).to_contain_text("2 MB")
    assert MediaFile.objects.count() == 0


@pytest.mark.slow
def test_a_film_elsewhere_asks_nothing_before_the_click(
    chromium: Browser, live_server: LiveServer
) -> None:
    course, lesson = make_course_of_blocks([block_of(FILM, "embed")])
    context = chromium.new_context(base_url=live_server.url)
    asked: list[str] = []
    here = urlsplit(live_server.url).netloc

    def outside(route: Route) -> None:
        if urlsplit(route.request.url).netloc == here:
            route.continue_()
            return
        asked.append(route.request.url)
        route.fulfill(body="<!doctype html><title>Film</title>", content_type="text/html")

    context.route("**/*", outside)
    page = context.new_page()
    page.goto(address("open_lesson", course.slug, lesson.slug))
    page.locator(".elsewhere").scroll_into_view_if_needed()
    page.locator(".elsewhere a").hover()
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.locator(".elsewhere button").click()
    player = page.locator(".b-media iframe")
    expect(player).to_have_attribute("title", "Een stoel")
    page.wait_for_function("document.activeElement.tagName === 'IFRAME'")
    address_ = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&rel=0"
    expect(player).to_have_attribute("src", address_)
    assert [one for one in asked if "favicon" not in one] == [address_]
    context.close()


@pytest.mark.slow
def test_a_film_elsewhere_is_a_link_without_scripts(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    course, lesson = make_course_of_blocks([block_of(FILM, "embed")])
    page = open_page(java_script_enabled=False)
    page.goto(address("open_lesson", course.slug, lesson.slug))
    expect(page.locator(".elsewhere a")).to_be_visible()
    expect(page.locator(".elsewhere button")).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody_and_fit_a_telephone(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    axe: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    picture, film = (
        make_media(name="een-heel-lange-naam-zonder-spaties" * 4),
        make_media(SOUNDS["mp4"]),
    )
    loose = make_media(photo(300, 700))
    shown = [
        block_of(f"/media/{picture.path}"),
        block_of(f"/media/{film.path}", "video"),
        block_of(FILM, "embed", caption="Een gesprek"),
    ]
    course, lesson = make_course_of_blocks(shown)
    page = staff_page(
        open_page(color_scheme=scheme, viewport={"width": 360, "height": 740}), live_server
    )
    found: dict[str, object] = {}
    for place in (
        "/beheer/media/",
        address("desk:media_remove", picture.pk),
        address("desk:media_remove", loose.pk),
        address("open_lesson", course.slug, lesson.slug),
    ):
        page.goto(place)
        if place == "/beheer/media/":
            for kind in ("image", "embed"):
                put_field(page, kind, f"/media/{picture.path}" if kind == "image" else "nergens")
            page.locator("[data-media-recent] summary").click()
            page.locator("[data-media-choose]").first.wait_for()
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong := [*axe(page), *([f"wider by {wider}"] if wider > 0 else [])]:
            found[place] = wrong
    assert found == {}
