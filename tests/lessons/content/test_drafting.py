"""An article becomes a course, and comes again."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from lessons.content import drafting, revisions, staleness, transfer
from lessons.content.folder.reading import read_folder
from lessons.content.models import Article, Course, Revision
from lessons.management.commands.load_courses import SHIPPED
from tests.factories import NOW, publish_all

if TYPE_CHECKING:
    from pathlib import Path

    from lessons.content.drafting import Imported

pytestmark = pytest.mark.django_db

FIRST = """# Wachten op bericht

De telefoon ligt op tafel. Je kijkt er niet naar, en toch weet je precies waar hij ligt.

## Wat wachten doet

Wachten maakt een avond lang. Je hoort elk geluid op straat en denkt dat het de fiets van haar is.
Het licht in de keuken brandt nog, het eten is koud geworden en de film is zonder jou begonnen.
Je had je iets anders voorgenomen voor vanavond, iets met een boek en een warm bad. In plaats
daarvan zit je aan tafel en tel je de uren, alsof tellen de tijd sneller maakt.

## Herken je dit?

- Je leest een bericht drie keer voordat je antwoordt.
- Je legt je telefoon weg en pakt hem meteen weer op.
- Je zegt een afspraak af omdat er misschien nog iets komt.

Wie dit kent, weet hoe moe het maakt. Er is geen knop om het uit te zetten, en er is wel iets wat
je kunt doen: opstaan, een jas aantrekken en een blokje om lopen zonder telefoon. Vijf minuten is
genoeg om te merken dat de avond ook van jou is. Wat er daarna op het scherm staat, staat er dan
ook nog.
"""


def take_in(source: str, **fields: Any) -> Imported:
    return drafting.import_article(
        source=source, form="markdown", course="wachten", by=None, now=NOW, **fields
    )


def test_a_first_import_drafts_a_course_that_no_reader_sees() -> None:
    imported = take_in(FIRST)
    assert imported.course_created
    assert imported.course.live_edition is None
    kinds = {block["type"] for one in imported.course.lessons.all() for block in one.blocks}
    assert {"text", "selfcheck", "reflection"} <= kinds
    assert (list(imported.stale), list(imported.unused)) == ([], [])
    assert Article.objects.get().live_revision is None


def test_a_public_article_is_shown_from_the_publication_of_its_course_on() -> None:
    course = take_in(FIRST, public=True).course
    article = course.articles.get()
    assert article.live_revision is None
    publish_all(course)
    take_in(FIRST.replace("Wachten maakt", "Wachten rekt"))
    article.refresh_from_db()
    assert article.live_revision == article.revisions.get(number=1)
    publish_all(course)
    article.refresh_from_db()
    assert article.live_revision == article.revisions.get(number=2)


def test_importing_the_same_again_changes_nothing() -> None:
    take_in(FIRST)
    before = list(Course.objects.get().lessons.order_by("slug").values())
    again = take_in(FIRST)
    assert not again.revision_created
    assert Revision.objects.count() == 1
    assert list(Course.objects.get().lessons.order_by("slug").values()) == before


def test_a_revised_passage_makes_exactly_the_blocks_that_name_it_stale() -> None:
    course = take_in(FIRST).course
    hand = course.lessons.get(title="Wat wachten doet")
    hand.blocks[0]["body"] = "Met de hand geschreven."
    hand.save()
    revised = take_in(FIRST.replace("Wachten maakt een avond lang.", "Wachten rekt een avond."))
    key = Revision.objects.latest("number").passages.get(text__startswith="Wachten rekt").key
    naming = {
        (lesson.pk, block["id"])
        for lesson in course.lessons.all()
        for block in lesson.blocks
        if key in block["passages"]
    }
    assert {(one.lesson.pk, str(one.block)) for one in revised.stale} == naming
    assert revised.stale[0].before.startswith("Wachten maakt")
    assert (revised.stale[0].after or "").startswith("Wachten rekt")
    hand.refresh_from_db()
    assert hand.blocks[0]["body"] == "Met de hand geschreven."
    assert [one.block for one in take_in(FIRST).stale] == []


def test_a_passage_that_vanished_and_one_that_came() -> None:
    take_in(FIRST)
    added = FIRST.replace("## Herken", "De nacht is het langst tussen twee en vier.\n\n## Herken")
    assert len(take_in(added).unused) == 1
    gone = take_in(FIRST.replace("- Je legt je telefoon weg en pakt hem meteen weer op.\n", ""))
    assert [(one.kind, one.after) for one in gone.stale] == [("selfcheck", None)]


def test_a_course_that_cites_two_articles_asks_which_one_it_is() -> None:
    take_in(FIRST)
    second = take_in(FIRST.replace("Wachten op bericht", "Nog een"), article_slug="nog-een")
    assert second.course.articles.count() == 2
    with pytest.raises(drafting.WhichArticle):
        take_in(FIRST)


def test_each_passage_of_the_shipped_course_goes_stale_alone() -> None:
    file = read_folder(SHIPPED / "bindingsangst-ontmaskerd")
    course = transfer.take_in(file, by=None, now=NOW).course
    article = course.articles.get()
    source = article.revisions.get().source
    for passage in list(article.revisions.get().passages.filter(kind="paragraph"))[::7]:
        changed = source.replace(passage.text, f"{passage.text} Dit staat er nu bij.")
        assert changed != source
        revisions.revise(of=article, source=changed, form="markdown", by=None, now=NOW)
        named = {
            block["id"]
            for lesson in course.lessons.all()
            for block in lesson.blocks
            if passage.key in block["passages"]
        }
        assert {str(one.block) for one in staleness.of_course(course)} == named
        revisions.revise(of=article, source=source, form="markdown", by=None, now=NOW)
        assert staleness.of_course(course) == []


def test_the_shipped_course_uses_its_article_and_no_block_names_too_many_passages() -> None:
    file = read_folder(SHIPPED / "bindingsangst-ontmaskerd")
    course = transfer.take_in(file, by=None, now=NOW).course
    coverage = staleness.coverage(course)
    assert len(coverage.unused) <= coverage.passages / 10
    assert staleness.of_course(course) == []
    sizes = [len(block["passages"]) for one in course.lessons.all() for block in one.blocks]
    assert max(sizes) <= 6


def test_the_command_tells_what_it_did_and_refuses_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "artikel.md"
    file.write_text(FIRST)
    out = StringIO()
    call_command("import_article", str(file), course="wachten", stdout=out)
    assert "drafted with" in out.getvalue()
    file.write_text("")
    with pytest.raises(CommandError, match="empty"):
        call_command("import_article", str(file), course="wachten")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_article", str(tmp_path / "weg.md"), course="wachten")
    file.write_text(FIRST)
    with pytest.raises(CommandError, match="invalid_slug"):
        call_command("import_article", str(file), course="Geen Slug!")
    assert Course.objects.count() == 1


def test_a_title_of_any_length_names_the_course(tmp_path: Path) -> None:
    source = FIRST.replace("# Wachten op bericht", f"# {'Wachten op bericht ' * 30}")
    assert len(take_in(source).course.title) <= 200
