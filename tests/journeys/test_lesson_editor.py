"""Writing a lesson in a real browser: what is typed is kept, without a button, come what may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lessons.content.models import Lesson
from tests.factories import lessons_of, make_reader
from tests.journeys.walking import carry_session, open_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(transaction=True)
WIDE = {"width": 1280, "height": 860}
# Nothing follows the caret in its text, after the page has drawn twice: the editor puts the caret
# where a block was opened only then.
AT_THE_END = """async () => {
  const drawn = () => new Promise(requestAnimationFrame);
  await drawn();
  await drawn();
  const caret = getSelection();
  const text = caret.focusNode?.parentElement?.closest(".ProseMirror");
  if (!text) return false;
  const rest = document.createRange();
  rest.selectNodeContents(text);
  rest.setStart(caret.focusNode, caret.focusOffset);
  return rest.toString() === "";
}"""
TRIES = 20
SAVED = re.compile(r"^Bewaard om \d\d:\d\d$")
# Whether the editor itself, not only the page, has these words selected.
SELECTED = """words => {
  const {doc, selection} = document.querySelector(".blk.open .ProseMirror").editor.state;
  return doc.textBetween(selection.from, selection.to) === words;
}"""


@pytest.fixture
def lesson(course: Course) -> Lesson:
    return lessons_of(course)[1]


@pytest.fixture
def staff() -> User:
    return make_reader(is_staff=True)


@pytest.fixture
def open_editor(
    open_page: Callable[..., Page], live_server: LiveServer, lesson: Lesson, staff: User
) -> Callable[..., Page]:
    def open_one(**options: object) -> Page:
        page = open_page(**{"viewport": WIDE, **options})
        carry_session(page, staff, live_server.url)
        page.goto(f"/beheer/les/{lesson.pk}/")
        return page

    return open_one


def state(page: Page) -> Locator:
    return page.locator("#state")


def opened(page: Page, block: int = 1) -> Locator:
    """Open a block; its text in the editor."""
    if not page.locator(".blk").nth(block).locator(".edit").is_visible():
        page.locator(".blk .opens").nth(block).click()
    text = page.locator(".blk.open .ProseMirror").last
    expect(text).to_be_visible()
    return text


def write(page: Page, words: str, *, block: int = 1) -> None:
    """Open a block and type at the end of its text."""
    text = opened(page, block)
    for _ in range(TRIES):
        # Not by a click: the editor takes over where it fell a moment later, and the caret with it.
        text.focus()
        page.keyboard.press("Control+End")
        if page.evaluate(AT_THE_END):
            break
    else:
        pytest.fail("The caret does not come to the end of the text.")
    page.keyboard.type(words)


def body(lesson: Lesson, block: int = 1) -> str:
    return str(Lesson.objects.get(pk=lesson.pk).blocks[block]["body"])


@pytest.mark.slow
def test_what_is_typed_is_there_after_loading_the_page_again(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    page, before = open_editor(), body(lesson)
    write(page, " Er komt 1 * 2 bij.")
    expect(state(page)).to_have_text(SAVED)
    assert body(lesson) == f"{before} Er komt 1 \\* 2 bij."
    page.reload()
    expect(page.locator(".blk .read").nth(1)).to_contain_text("Er komt 1 * 2 bij.")
    kept = page.evaluate("Object.keys(sessionStorage)")
    assert [name for name in kept if name.startswith("les:")] == []


@pytest.mark.slow
def test_what_was_typed_before_the_script_came_is_saved_too(
    open_page: Callable[..., Page], live_server: LiveServer, lesson: Lesson, staff: User
) -> None:
    page = open_page(viewport=WIDE)
    carry_session(page, staff, live_server.url)
    let_come = open_before(page, "**/desk/lesson*.js", f"/beheer/les/{lesson.pk}/")
    page.locator("#f-title").fill("Wat er al stond")
    let_come()
    expect(state(page)).to_have_text(SAVED)
    assert Lesson.objects.get(pk=lesson.pk).title == "Wat er al stond"


def test_layout_and_links_are_kept_and_nothing_else_changes(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    page = open_editor()
    others = Lesson.objects.get(pk=lesson.pk).blocks
    write(page, "\n")
    page.keyboard.press("Control+b")
    page.keyboard.type("Vet")
    page.keyboard.press("Control+b")
    page.keyboard.type(" en een ")
    page.keyboard.type("link")
    for _ in "link":
        page.keyboard.press("Shift+ArrowLeft")
    # The editor hears of a selection a moment later than the keyboard.
    page.wait_for_function(SELECTED, arg="link")
    page.keyboard.press("Control+k")
    expect(page.locator(".blk.open .rich-link input")).to_be_focused()
    page.keyboard.type("ikkiesjou.nl")
    page.keyboard.press("Enter")
    # What was saved while typing said "saved" too: wait until the link is part of the text.
    expect(page.locator("[contenteditable] a", has_text="link")).to_be_visible()
    expect(state(page)).to_have_text(SAVED)
    rows = Lesson.objects.get(pk=lesson.pk).blocks
    assert rows[1]["body"].endswith("\n\n**Vet** en een [link](https://ikkiesjou.nl)")
    assert [rows[0], *rows[2:]] == [others[0], *others[2:]]


def press(page: Page, button: Locator) -> None:
    """By keyboard."""
    button.focus()
    page.keyboard.press("Enter")


@pytest.mark.slow
def test_a_block_is_added_and_written_by_keyboard_alone(open_editor: Callable[..., Page]) -> None:
    page = open_editor()
    count = page.locator("[data-block]").count()
    press(page, page.locator(".add button", has_text="Reflectie"))
    expect(page.locator("[data-block]")).to_have_count(count + 1)
    expect(page.locator("#toast")).to_contain_text("Toegevoegd: Reflectie.")
    new = page.locator(".blk.open")
    expect(new.locator("input[type=text], .field > input").first).to_be_focused()
    page.keyboard.type("Om te onthouden")
    page.keyboard.press("Escape")
    expect(page.locator("[data-block]").last.locator(".opens")).to_be_focused()
    expect(page.locator("[data-block]").last.locator(".read")).to_contain_text("Om te onthouden")


@pytest.mark.slow
def test_blocks_are_moved_and_removed_by_keyboard_alone_and_removing_is_undone(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    page, before = open_editor(), [block["id"] for block in lesson.blocks]
    press(page, page.locator("[data-block]").last.locator("[value^='up:']"))
    expect(page.locator("#toast")).to_contain_text("Omhoog verplaatst.")
    moved = page.locator("[data-block]").nth(-2)
    expect(moved).to_have_attribute("data-block", before[-1])
    expect(moved.locator("[value^='up:']")).to_be_focused()
    press(page, moved.locator("summary"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Blok verwijderd.")
    expect(page.locator("[data-block]")).to_have_count(len(before) - 1)
    press(page, page.locator("#toast button"))
    expect(page.locator("[data-block]")).to_have_count(len(before))
    row = Lesson.objects.get(pk=lesson.pk).blocks
    assert [block["id"] for block in row] == [*before[:-2], before[-1], before[-2]]


@pytest.mark.slow
def test_a_passage_is_found_and_put_in_after_the_open_block(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    page = open_editor()
    page.locator(".blk .opens").first.click()
    expect(page.locator(".pas.lit")).to_have_count(1)
    page.locator("#find").fill("vrijheid hoog")
    found = page.locator(".pas:visible")
    expect(found).to_have_count(1)
    found.locator("summary").click()
    found.get_by_role("button", name="Invoegen").click()
    expect(page.locator("#toast")).to_contain_text("Ingevoegd: Tekst.")
    row = Lesson.objects.get(pk=lesson.pk).blocks[1]
    assert row["body"].startswith("Vrijheid staat bij ons hoog")
    assert len(row["passages"]) == 1
    expect(page.locator(".blk.open")).to_have_attribute("data-block", row["id"])


@pytest.mark.slow
def test_two_tabs_show_both_texts_and_neither_is_lost(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    one, other = open_editor(), open_editor()
    write(one, " Van het ene tabblad.")
    expect(state(one)).to_have_text(SAVED)
    write(other, " Van het andere tabblad.")
    expect(state(other)).to_contain_text("kies eerst")
    write(other, " En nog iets.")
    other.get_by_role("link", name="Bekijk beide teksten").click()
    mine = "Van het andere tabblad. En nog iets."
    expect(other.locator(".part.changed > div").first).to_contain_text(mine)
    expect(other.locator(".part.changed > div").last).to_contain_text("Van het ene tabblad.")
    other.get_by_role("button", name="Neem mijn tekst").click()
    expect(other.locator(".blk .read").nth(1)).to_contain_text(mine)
    assert lesson.saves.filter(state__icontains="Van het ene tabblad.").exists()


@pytest.mark.slow
def test_without_a_connection_the_text_stays_and_is_saved_once_there_is_one(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    page = open_editor()
    opened(page)  # The editor comes after the page.
    page.context.set_offline(True)
    write(page, " Zonder verbinding.")
    expect(state(page)).to_have_text("Niet bewaard: geen verbinding. Je tekst staat nog hier.")
    assert "Zonder verbinding" not in body(lesson)
    page.context.set_offline(False)
    expect(state(page)).to_have_text(SAVED)
    assert body(lesson).endswith("Zonder verbinding.")


@pytest.mark.slow
def test_a_page_that_went_away_gives_its_text_back(
    open_editor: Callable[..., Page], lesson: Lesson
) -> None:
    page = open_editor()
    opened(page)  # The editor comes after the page.
    page.context.set_offline(True)
    write(page, " Net voor het misging.")
    expect(state(page)).to_contain_text("geen verbinding")
    kept = page.evaluate("Object.entries(sessionStorage).find(([name]) => name.startsWith('les:'))")
    page.context.set_offline(False)
    page.on("dialog", lambda dialog: dialog.accept())
    expect(state(page)).to_have_text(SAVED)
    Lesson.objects.filter(pk=lesson.pk).update(blocks=lesson.blocks, version=lesson.version)
    page.evaluate("([name, value]) => sessionStorage.setItem(name, value)", kept)
    page.reload()
    page.get_by_role("button", name="Alsnog bewaren").click()
    expect(page.locator(".blk .read").nth(1)).to_contain_text("Net voor het misging.")
    assert body(lesson).endswith("Net voor het misging.")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_editor_and_beside_it(
    open_editor: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    lesson: Lesson,
    scheme: str,
) -> None:
    page = open_editor(color_scheme=scheme)
    found = axe(page)
    for block in range(page.locator("[data-block]").count()):
        page.locator(".blk .opens").nth(block).click()
        expect(page.locator(".blk.open .edit")).to_be_visible()
    page.locator(".blk.open .more summary").click()
    found += axe(page)
    page.keyboard.press("Escape")
    page.locator(".add button", has_text="Kaarten").click()
    expect(page.locator("#toast")).to_contain_text("Toegevoegd")
    page.locator(".pas summary").first.click()
    found += axe(page)
    page.goto(f"/beheer/les/{lesson.pk}/versies/?versie={lesson.version}")
    found += axe(page)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen(
    open_editor: Callable[..., Page], lesson: Lesson, width: int
) -> None:
    page = open_editor(viewport={"width": width, "height": 800})
    places = {"closed": page.evaluate("document.documentElement.scrollWidth - innerWidth")}
    for block in range(page.locator("[data-block]").count()):
        page.locator(".blk .opens").nth(block).click()
        expect(page.locator(".blk.open .edit")).to_be_visible()
        places[f"block {block}"] = page.evaluate(
            "document.documentElement.scrollWidth - innerWidth"
        )
    assert {place: more for place, more in places.items() if more > 0} == {}
