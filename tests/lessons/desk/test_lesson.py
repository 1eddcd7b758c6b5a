"""The editor: what the form sends is what is kept, and acts on blocks can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lessons.content import editing, richtext
from lessons.content.models import Lesson
from lessons.desk.block_names import NAMES, PURPOSES
from tests.counting import counting
from tests.factories import NOW, lessons_of, make_block, make_course, make_lesson, publish_all
from tests.lessons.desk.lesson_form import (
    JSON,
    a_lesson,
    address,
    block_ids,
    form_of,
    opened,
    staff_and_client,
    with_article,
)
from tests.lessons.pages.opening import the, tree
from tests.lessons.pages.test_rendering import KINDS

if TYPE_CHECKING:
    from django.test import Client

    from tests.lessons.desk.lesson_form import Form

pytestmark = pytest.mark.django_db
ARTICLE = "# Kop\n\nEen eerste alinea over stilte.\n\nEen tweede over een deur.\n\n> Een citaat."


def act(client: Client, lesson: Lesson, what: str, form: Form | None = None, **more: str) -> str:
    """Press a button of the form; the page that follows."""
    sent = {**(form or opened(client, lesson)), "act": [what], **{k: [v] for k, v in more.items()}}
    return client.post(address(lesson), sent, follow=True).content.decode()


def test_a_form_that_nobody_touched_changes_nothing_whatever_the_kinds_of_blocks() -> None:
    lesson = a_lesson(*(make_block(kind, **fields) for kind, fields in KINDS.items()))
    before = Lesson.objects.get(pk=lesson.pk)
    _person, client = staff_and_client()
    assert client.post(address(lesson), opened(client, lesson)).status_code == 302
    after = Lesson.objects.get(pk=lesson.pk)
    assert (after.version, after.blocks) == (before.version, before.blocks)


def test_what_every_editor_sends_back_untouched_changes_nothing_either() -> None:
    text = "Een *mooie* dag.\n\n- een\n- twee\n\n### Kop\n\n> citaat"
    lesson = a_lesson(
        make_block(body=text), make_block("cards", cards=[{"title": "A", "body": text}])
    )
    _person, client = staff_and_client()
    form = opened(client, lesson)
    for name in [one for one in form if one.endswith(".body")]:
        shown = str(richtext.to_html(form.pop(name)[0]))
        form[f"{name}.html"] = [shown.replace("<li>", "<li><p>").replace("</li>", "</p></li>")]
    client.post(address(lesson), form)
    assert Lesson.objects.get(pk=lesson.pk).version == lesson.version


def test_all_that_is_typed_is_kept() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    text, check, cards = block_ids(lesson)
    form = opened(client, lesson) | {
        "title": ["  Een  nieuwe titel "],
        "lead": ["Waar het over gaat."],
        "minutes": ["12"],
        "required": ["0"],
        "open_to_all": ["1"],
        f"b.{text}.body.html": ["<p>Heel <strong>anders</strong>.</p>"],
        f"b.{check}.statements": ["Ik blijf.\r\n\r\n  Ik ga. \r\nIk twijfel."],
        f"b.{cards}.cards.0.body.html": ["<p>Houdt <em>alles</em> tegen.</p>"],
    }
    answer = client.post(address(lesson), form | {"automatic": ["1"]}, headers=JSON).json()
    row = Lesson.objects.get(pk=lesson.pk)
    assert answer["version"] == row.version == lesson.version + 1
    assert set(answer["read"]) == {text, check, cards}
    assert "<strong>anders</strong>" in answer["read"][text]
    assert (row.title, row.lead, row.minutes) == ("Een nieuwe titel", "Waar het over gaat.", 12)
    assert (row.required, row.open_to_all) == (False, True)
    assert row.blocks[0]["body"] == "Heel **anders**."
    assert row.blocks[1]["statements"] == ["Ik blijf.", "Ik ga.", "Ik twijfel."]
    assert row.blocks[2]["cards"] == [{"title": "Muur", "body": "Houdt *alles* tegen."}]


def test_without_scripts_the_small_markdown_is_what_one_writes() -> None:
    lesson, (_person, client) = a_lesson(make_block(body="Oud.")), staff_and_client()
    form = opened(client, lesson) | {
        f"b.{block_ids(lesson)[0]}.body": ["Een **dag**.\r\n\r\nNog een."]
    }
    client.post(address(lesson), form)
    assert Lesson.objects.get(pk=lesson.pk).blocks[0]["body"] == "Een **dag**.\n\nNog een."


def test_the_order_of_the_blocks_is_that_of_the_form() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    form = opened(client, lesson)
    form["order"].reverse()
    before = block_ids(lesson)
    client.post(address(lesson), form)
    assert block_ids(lesson) == before[::-1]


def test_blocks_are_added_moved_doubled_and_removed() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    one, two, three = block_ids(lesson)
    act(client, lesson, f"add:quote:{one}")
    added = block_ids(lesson)[1]
    assert block_ids(lesson) == [one, added, two, three]
    act(client, lesson, "add:media:end")
    last = block_ids(lesson)[-1]
    act(client, lesson, f"up:{last}")
    act(client, lesson, f"down:{one}")
    assert block_ids(lesson) == [added, one, two, last, three]
    act(client, lesson, f"copy:{one}")
    copied = block_ids(lesson)[2]
    rows = Lesson.objects.get(pk=lesson.pk).blocks
    assert {**rows[2], "id": one} == rows[1]
    page = act(client, lesson, f"remove:{added}")
    assert block_ids(lesson) == [one, copied, two, last, three]
    assert "Blok verwijderd." in page


def test_an_act_saves_what_was_typed_with_it_and_undoing_takes_back_the_act_alone() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    first = block_ids(lesson)[0]
    page = act(client, lesson, f"remove:{first}", opened(client, lesson) | {"title": ["Getypt"]})
    undo = page.split('form="undo" formaction="')[1].split('"')[0].replace("&amp;", "&")
    assert first not in block_ids(lesson)
    client.post(undo)
    assert first in block_ids(lesson)
    assert Lesson.objects.get(pk=lesson.pk).title == "Getypt"


def test_a_browser_with_scripts_gets_the_columns_anew_and_the_way_back() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    one, two, _three = block_ids(lesson)
    sent = opened(client, lesson) | {"act": [f"remove:{one}"]}
    told = client.post(address(lesson), sent, headers=JSON).json()
    assert told["said"] == "Blok verwijderd."
    assert told["block"] == two
    assert f'id="b-{two}"' in told["blocks"]
    assert f'id="b-{one}"' not in told["blocks"]
    assert "/versies/?versie=" in told["undo"]


def test_cards_come_and_go() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    cards = block_ids(lesson)[2]
    act(client, lesson, f"card:{cards}")
    assert Lesson.objects.get(pk=lesson.pk).blocks[2]["cards"][1] == {"title": "", "body": ""}
    act(client, lesson, f"uncard:{cards}:0")
    assert Lesson.objects.get(pk=lesson.pk).blocks[2]["cards"] == [{"title": "", "body": ""}]


def test_a_passage_is_put_in_after_the_open_block_linked_and_let_go() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    _head, first, second, quote = with_article(lesson, ARTICLE)
    one, two, three = block_ids(lesson)
    act(client, lesson, f"insert:{first}", active=one)
    act(client, lesson, f"insert:{quote}", active="")
    rows = Lesson.objects.get(pk=lesson.pk).blocks
    assert [row["id"] for row in rows][0::2] == [one, two, rows[4]["id"]]
    assert (rows[1]["type"], rows[1]["passages"]) == ("text", [first])
    assert rows[1]["body"] == "Een eerste alinea over stilte."
    assert (rows[4]["type"], rows[4]["body"]) == ("quote", "Een citaat.")
    act(client, lesson, f"link:{second}", active=three)
    assert Lesson.objects.get(pk=lesson.pk).blocks[3]["passages"] == [second]
    act(client, lesson, f"unlink:{second}", active=three)
    assert Lesson.objects.get(pk=lesson.pk).blocks[3]["passages"] == []
    assert "Open eerst het blok" in act(client, lesson, f"link:{second}", active="")


def test_passages_say_whether_this_lesson_or_any_lesson_rests_on_them() -> None:
    lesson, (_person, client) = a_lesson(make_block(body="Hier.")), staff_and_client()
    other = make_lesson(lesson.module)
    _head, here, there, _quote = with_article(lesson, ARTICLE)
    for row, key in ((lesson, here), (other, there)):
        row.blocks = [{**row.blocks[0], "passages": [key]}]
        row.save()
    page = tree(client.get(address(lesson)))
    marks = {node.attributes["data-key"]: node.attributes["class"] for node in page.css(".pas")}
    assert "in" in (marks[here] or "").split()
    assert not {"in", "no"} & set((marks[there] or "").split())
    assert [key for key, mark in marks.items() if "no" in (mark or "").split()] == [_head, _quote]


def test_a_block_the_article_moved_away_from_shows_what_changed_and_is_taken_over() -> None:
    lesson, (_person, client) = (
        a_lesson(make_block(body="Een eerste alinea over stilte.")),
        staff_and_client(),
    )
    first = with_article(lesson, ARTICLE)[1]
    block = block_ids(lesson)[0]
    act(client, lesson, f"link:{first}", active=block)
    with_article(lesson, ARTICLE.replace("stilte", "rust"))
    page = client.get(address(lesson))
    assert the(tree(page), ".moved-on ins").text() == "rust"
    said = act(client, lesson, f"accept:{block}:{first}", form_of(page) | {"title": ["Getypt"]})
    row = Lesson.objects.get(pk=lesson.pk)
    assert (row.blocks[0]["body"], row.title) == ("Een eerste alinea over rust.", "Getypt")
    assert "Overgenomen uit het artikel." in said
    with_article(lesson, ARTICLE.replace("stilte", "zwijgen"))
    act(client, lesson, f"leave:{block}:{first}")
    assert Lesson.objects.get(pk=lesson.pk).blocks[0]["body"] == "Een eerste alinea over rust."
    assert not tree(client.get(address(lesson))).css(".moved-on")


def test_the_outline_marks_what_readers_do_not_see_like_this() -> None:
    course = make_course(modules=1, lessons=2)
    changed, _same = lessons_of(course)
    editing.switch(lesson=changed.pk, flag="required", by=None, now=NOW)
    make_lesson(course.modules.get())
    _person, client = staff_and_client()
    page = tree(client.get(address(changed)))
    rows = [" ".join(node.text().split()) for node in page.css(".outline li a")]
    assert [row.split()[-1] for row in rows] == ["veranderd", "gepubliceerd", "concept"]
    assert len(page.css(".outline [aria-current=page]")) == 1


@pytest.mark.parametrize(("lessons", "blocks", "passages"), [(1, 1, 1), (12, 50, 300)])
def test_the_page_takes_the_same_queries_however_much_there_is(
    lessons: int, blocks: int, passages: int
) -> None:
    course = make_course(modules=1, lessons=lessons, live=False)
    lesson = course.lessons.first()
    assert lesson is not None
    keys = with_article(
        lesson, "\n\n".join(f"Alinea nummer {n} gaat over {n} dingen." for n in range(passages))
    )
    lesson.blocks = [make_block(passages=[keys[n % len(keys)]]) for n in range(blocks)]
    lesson.save()
    publish_all(course)
    _person, client = staff_and_client()
    client.get(address(lesson))
    with counting() as count:
        page = client.get(address(lesson))
    assert len(tree(page).css(".pas")) == passages
    assert int(count) <= 12, count


def test_a_save_by_itself_says_which_blocks_are_not_finished_yet() -> None:
    lesson = a_lesson(make_block("quote", body=""), make_block(body="Klaar."))
    client = staff_and_client()[1]
    first, _second = block_ids(lesson)
    form = opened(client, lesson) | {"lead": ["Kort."], "automatic": ["1"]}
    told = client.post(address(lesson), form, headers=JSON).json()
    assert told["unfinished"] == [first]
    form |= {"version": [str(told["version"])], f"b.{first}.body": ["Een zin."]}
    assert client.post(address(lesson), form, headers=JSON).json()["unfinished"] == []


def test_what_each_kind_of_block_is_for_stands_where_one_adds_it() -> None:
    page = tree(staff_and_client()[1].get(address(a_lesson())))
    buttons = page.css("#blocks > .add button")
    assert len(buttons) == len(PURPOSES) == len(NAMES)
    for button in buttons:
        said = page.css_first(f"#{button.attributes['aria-describedby']}")
        assert said is not None
        assert said.text().endswith(".") or said.text().endswith("?")
