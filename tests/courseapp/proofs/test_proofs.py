"""Who completed a course shows so to whom she likes, with no more on it than she wants."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from courseapp import privacy
from courseapp.proofs import paper
from lessons.reading import progress, proving
from lessons.reading.models import Proof
from tests.databases import with_keys
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.pages.opening import browser_of, links, the, tree

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from lessons.content.models import Course

pytestmark = with_keys
TITLE = "Over nabijheid en twijfel"


def make_completed() -> tuple[User, Course]:
    course, reader = make_course(modules=1, lessons=1, title=TITLE), make_reader()
    make_enrolment(reader, course)
    progress.finish(reader=reader, lesson=lessons_of(course)[0].uuid, now=NOW)
    return reader, course


def make_proof(name: str = "", *, names_course: bool = False) -> tuple[User, Course, Proof]:
    reader, course = make_completed()
    row = proving.make(
        reader=reader, course=course.pk, name=name, names_course=names_course, now=NOW
    )
    return reader, course, row


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_from_the_course_to_a_paper_and_the_page_that_checks_it() -> None:
    reader, course = make_completed()
    browser = browser_of(reader)
    own = reverse("proof", args=[course.pk])
    assert own in links(browser.get(reverse("outline", args=[course.pk])))
    the(tree(browser.get(own)), "form input[name=name]")
    assert not Proof.objects.exists(), "looking makes none"

    assert browser.post(own, {"name": " Noor  de Wit ", "names_course": "on"}).status_code == 302

    row = Proof.objects.get()
    answer = browser.get(reverse("proof_file", args=[course.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    said = text_of(answer.content)
    for word in ("Noor de Wit", TITLE, row.number, "22 november 2026", f"/bewijs/{row.number}/"):
        assert word in said.replace("\N{NO-BREAK SPACE}", " ").replace("\n", ""), word
    page = Client().get(reverse("proof_check", args=[row.number])).content.decode()
    for word in ("Noor de Wit", TITLE, row.number, "22 november 2026"):
        assert word in page


def test_nothing_shows_that_was_not_chosen() -> None:
    reader, course, row = make_proof()
    page = Client().get(reverse("proof_check", args=[row.number]))
    for content in (page.content.decode(), text_of(paper.made(row))):
        for word in (TITLE, course.slug, reader.email, str(reader.uuid), str(course.pk)):
            assert word not in content
    assert "noindex" in page.content.decode()


def test_made_again_it_keeps_its_number_and_says_the_new() -> None:
    reader, course, row = make_proof("Noor", names_course=True)
    browser_of(reader).post(reverse("proof", args=[course.pk]), {})
    again = Proof.objects.get()
    assert (again.number, again.name, again.names_course) == (row.number, "", False)
    assert "Noor" not in Client().get(reverse("proof_check", args=[row.number])).content.decode()


def test_taken_back_or_erased_nobody_can_check_it() -> None:
    reader, course, row = make_proof("Noor")
    address = reverse("proof_check", args=[row.number])
    browser_of(reader).post(reverse("proof_take_back", args=[course.pk]))
    assert Client().get(address).status_code == 404
    other, _course, kept = make_proof("Sam")
    address = reverse("proof_check", args=[kept.number])
    assert Client().get(address).status_code == 200
    privacy.erase_person(other, now=NOW)
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("number", ["AAAA-AAAA-AAAA", "a%00b", "'; --", "x" * 300, "é"])
def test_a_number_that_is_none_tells_nothing(number: str) -> None:
    make_proof()
    assert Client().get(f"/bewijs/{number}/").status_code == 404


def test_typed_in_small_letters_it_is_found() -> None:
    _reader, _course, row = make_proof()
    assert proving.find(f" {row.number.lower()} ") == row
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}", row.number)


def test_who_did_not_complete_the_course_gets_none_and_nobody_anothers() -> None:
    reader, course, _row = make_proof()
    half = make_reader()
    make_enrolment(half, make_course(modules=1, lessons=1))
    for person in (half, make_reader()):
        browser = browser_of(person)
        assert browser.get(reverse("proof", args=[course.pk])).status_code == 403
        assert browser.post(reverse("proof", args=[course.pk]), {}).status_code == 403
        assert browser.get(reverse("proof_file", args=[course.pk])).status_code == 404
    assert Client().get(reverse("proof", args=[course.pk])).status_code == 302
    assert [one.enrolment.reader for one in Proof.objects.all()] == [reader]


def test_a_name_with_signs_no_paper_shows_is_tidied_and_a_long_one_cut() -> None:
    _reader, _course, row = make_proof("No\u202eor\n\x00 de   Wit" + "x" * 200)
    assert row.name.startswith("Noor de Wit")
    assert len(row.name) == proving.LONGEST_NAME
    assert text_of(paper.made(row))


def test_it_is_there_in_english_too() -> None:
    _reader, _course, row = make_proof()
    with translation.override("en"):
        assert "Proof of participation" in text_of(paper.made(row))
        assert paper.name_of() == "proof.pdf"


def test_checking_takes_one_statement() -> None:
    _reader, _course, row = make_proof()
    with CaptureQueriesContext(connection) as asked:
        Client().get(reverse("proof_check", args=[row.number]))
    assert len(asked) == 1
