"""What to look at before a publication: what stops it, and what a second look may mend."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from lessons.content import checklist, outside, publishing
from lessons.content.asking_outside import Answer, Outcome
from lessons.content.checklist_words import SENTENCES
from lessons.content.models import OutsideLink
from tests.counting import counting
from tests.factories import (
    NOW,
    lessons_of,
    make_block,
    make_course,
    make_lesson,
    make_module,
    publish_all,
)

if TYPE_CHECKING:
    from datetime import datetime

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db


def course_of(*parts: dict[str, Any], **fields: Any) -> Course:
    """A draft with one lesson of these blocks and a question, so that nothing else is found."""
    course = make_course(modules=1, lessons=0, live=False)
    question = make_block("reflection", prompt="Wat merk je?")
    fields.setdefault("minutes", 1)
    make_lesson(course.modules.get(), blocks=[*parts, question], **fields)
    return course


def codes(course: Course) -> dict[str, tuple[str, ...]]:
    modules = set(course.modules.values_list("pk", flat=True))
    return {one.code: one.pieces for one in checklist.of(course, modules)}


def test_a_lesson_that_is_whole_has_nothing_to_look_at() -> None:
    assert codes(course_of(make_block())) == {}


def test_what_is_unfinished_stops_and_says_where() -> None:
    course = course_of(make_block(), make_block("quote"))
    make_lesson(course.modules.get(), title="Leeg", blocks=[])
    make_module(course, lessons=0, title="Nog niets")
    modules = set(course.modules.values_list("pk", flat=True))
    found = {one.code: one for one in checklist.of(course, modules) if one.level == "stops"}
    assert set(found) == {"block_unfinished", "lesson_empty", "module_empty"}
    unfinished = found["block_unfinished"]
    assert unfinished.lesson == lessons_of(course)[0].pk
    assert str(unfinished.block) == lessons_of(course)[0].blocks[1]["id"]
    assert found["module_empty"].pieces == ("Nog niets",)
    with pytest.raises((publishing.EmptyModule, publishing.UnfinishedLesson)):
        publishing.publish(course=course, modules=modules, by=None, now=NOW)


@pytest.mark.parametrize("alt", ["", "   ", "\n\t "])
def test_an_alternative_text_of_blanks_is_none(alt: str) -> None:
    picture = make_block("media", src="/media/x.webp", alt=alt)
    assert {"alt_missing", "media_missing"} == set(codes(course_of(picture)))


def test_a_course_without_any_lesson_is_named() -> None:
    assert "course_empty" in codes(make_course(modules=1, lessons=0, live=False))


def test_two_lessons_with_one_title_or_one_address_are_named() -> None:
    course = course_of(make_block(), title="Stil", slug="stil")
    other = make_lesson(make_module(course, lessons=0), title="stil", blocks=[make_block()])
    found = codes(course)
    assert "title_twice" in found
    assert "address_twice" not in found
    modules = set(course.modules.values_list("pk", flat=True))
    publishing.publish(course=course, modules=modules, by=None, now=NOW)
    course.refresh_from_db()
    first = lessons_of(course)[0]
    first.slug, other.slug = "anders", first.slug
    first.save()
    other.save()
    one = {other.module_id}
    assert "address_twice" in {finding.code for finding in checklist.of(course, one)}


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("/cursus/weg/", "link_nowhere"),
        ("http://example.org", "link_insecure"),
        ("https://nergens", "link_malformed"),
    ],
)
def test_a_dead_link_is_named_with_its_block(link: str, code: str) -> None:
    course = course_of(make_block(body=f"Lees [dit]({link})."))
    assert codes(course) == {code: (link,)}


def told(page: str, outcome: str, at: datetime) -> None:
    """Ask about all pages, and hear this of one; all others are fine."""
    outside.notice(now=at)
    OutsideLink.objects.update(next_check_at=at)
    outside.check_due(
        now=at,
        limit=9,
        ask=lambda url: Answer(Outcome(outcome if url == page else "fine"), "said"),
    )


def test_a_page_of_another_site_that_is_gone_is_named_once_with_its_block_and_the_day() -> None:
    page, fine = "https://weg.example/les", "https://er.example/"
    body = f"[Hier]({page}), [daar]({page}#onder), [anders]({fine})."
    course = course_of(make_block(body=body))
    assert codes(course) == {}
    told(page, "gone", NOW)
    modules = set(course.modules.values_list("pk", flat=True))
    with translation.override("nl"):
        (found,) = checklist.of(course, modules)
        assert found.sentence == (
            "Deze pagina bestaat niet meer: https://weg.example/les (nagekeken op 22 november 2026)"
        )
    assert (found.code, found.level, found.soft) == ("link_gone", "look", False)
    assert (found.lesson, str(found.block)) == (
        lessons_of(course)[0].pk,
        lessons_of(course)[0].blocks[0]["id"],
    )


def test_a_page_that_fails_for_days_is_named_and_one_that_failed_once_is_not() -> None:
    page = "https://weg.example/les"
    course = course_of(make_block(body=f"[Hier]({page}) en <https://er.example/>."))
    for days in range(3):
        assert codes(course) == {}
        told(page, "failing", NOW + timedelta(days=days))
    with translation.override("nl"):
        assert codes(course) == {"link_failing": (page, "22 november 2026")}
    told(page, "fine", NOW + timedelta(days=3))
    assert codes(course) == {}


def test_a_film_that_was_taken_away_is_named() -> None:
    film = {**make_block("media", src="vimeo.com/123", alt="Een film."), "kind": "embed"}
    course = course_of(film)
    told("https://vimeo.com/123", "gone", NOW)
    assert set(codes(course)) == {"link_gone"}


def test_a_course_may_link_to_itself_before_it_is_live() -> None:
    course = course_of(make_block())
    lesson = lessons_of(course)[0]
    lesson.blocks[0]["body"] = f"[De cursus](/cursus/{course.slug}/)"
    lesson.save()
    assert codes(course) == {}


def test_an_offer_names_a_course_that_is_there_and_live() -> None:
    draft = make_course(live=False)
    offers = [make_block("offer", title="Verder", body="Ga verder.", course="weg")]
    assert codes(course_of(*offers)) == {"offer_unknown": ("weg",)}
    offers[0]["course"] = draft.slug
    assert codes(course_of(*offers)) == {"offer_not_live": (draft.slug,)}
    offers[0]["course"] = make_course().slug
    assert codes(course_of(*offers)) == {}


def test_claims_and_words_that_hurt_are_named_strongly() -> None:
    course = course_of(make_block(body="Deze behandeling geneest. Stel je voor: een wond."))
    modules = set(course.modules.values_list("pk", flat=True))
    found = {one.code: one for one in checklist.of(course, modules)}
    assert found["claim"].pieces == ("behandeling", "geneest")
    assert set(found["never"].pieces) == {"wond", "Stel je voor"}
    assert not found["claim"].soft
    assert found["claim"].level == "look"
    assert codes(course_of(make_block(body="Dit is geen diagnose."))) == {}


def test_style_is_soft_and_short() -> None:
    long = "Ik " + "loop en " * 12 + "zit stil."
    text = " ".join([long, long.replace("stil", "op"), long.replace("zit", "lig"), f"Nu {long}"])
    course = course_of(make_block(body=f"{text} Eigenlijk is het cruciaal. Altijd."))
    modules = set(course.modules.values_list("pk", flat=True))
    found = [one for one in checklist.of(course, modules) if one.soft]
    assert {one.code for one in found} == {"long_sentences", "tics"}
    assert all(len(one.pieces) <= checklist.SHOWN + 1 for one in found)


def test_a_hard_text_is_named_by_its_figure() -> None:
    body = "Verantwoordelijkheidsgevoelens onderdrukken relatieontwikkelingsmogelijkheden. " * 20
    assert "hard_to_read" in codes(course_of(make_block(body=body)))


def test_a_lesson_asks_something() -> None:
    course = make_course(modules=1, lessons=0, live=False)
    lesson = make_lesson(course.modules.get(), blocks=[make_block()], minutes=1)
    assert set(codes(course)) == {"no_reflection"}
    lesson.blocks.append(make_block("exercise", title="Doen", steps=["Kijk."]))
    lesson.save()
    assert set(codes(course)) == {"only_exercise"}


def test_the_reading_time_is_held_against_the_words() -> None:
    assert codes(course_of(make_block(), minutes=0)) == {"no_minutes": ("1",)}
    assert codes(course_of(make_block(), minutes=20)) == {"minutes_far": ("20", "1")}


def test_a_course_in_another_language_is_not_held_against_dutch() -> None:
    course = course_of(make_block(body="Eigenlijk een wond en altijd."))
    course.language = "en"
    course.save()
    assert codes(course) == {}


def test_only_what_would_be_published_is_looked_at() -> None:
    course = make_course(modules=2, lessons=1, live=False)
    one, other = course.modules.all()
    lesson = other.lessons.get()
    lesson.blocks = []
    lesson.save()
    assert [one.level for one in checklist.of(course, {one.pk})].count("stops") == 0


def test_every_finding_has_a_sentence() -> None:
    for code in SENTENCES:
        finding = checklist.Finding(code, pieces=("een", "twee"))
        assert finding.sentence
        assert "%" not in finding.sentence
    assert set(SENTENCES) >= checklist.STOPS | checklist.SOFT


@pytest.mark.parametrize("lessons", [1, 20])
@pytest.mark.parametrize(("body", "most"), [("Niets.", 5), ("<https://er.example/>", 6)])
def test_the_queries_do_not_grow(lessons: int, body: str, most: int) -> None:
    course = make_course(modules=2, lessons=0, live=False)
    for module in course.modules.all():
        for _ in range(lessons):
            make_lesson(module, blocks=[make_block(body=body)])
    publish_all(course)
    modules = set(course.modules.values_list("pk", flat=True))
    with counting() as count:
        checklist.of(course, modules)
    assert int(count) == most, count
