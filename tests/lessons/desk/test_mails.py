"""The room *Mails*: a sequence begun, its mails written, moved, taken out and had back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.drip.models import Place, Sequence
from tests.counting import counting
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.desk.mailing import (
    address,
    keys_of,
    make_mail,
    make_mails,
    staff,
)
from tests.lessons.pages.opening import the, tree

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db


def page(client: Client, sequence: Sequence, rest: str = "") -> Response:
    answer = client.get(address(sequence, rest))
    assert answer.status_code == 200, rest
    return answer


def text_of(answer: Response) -> str:
    return " ".join(answer.content.decode().split())


def errors_of(answer: Response, field: str) -> str:
    return the(tree(answer), f"[data-field={field}] .errorlist").text()


# --- The list, and a sequence as a whole ---------------------------------------------------------


def test_the_list_has_every_course_and_tells_no_group_under_five() -> None:
    sequence, client = make_mails(live=True), staff()
    empty = make_course()
    for _number in range(4):
        make_enrolment(make_reader(), sequence.course)
    Place.objects.bulk_create(
        Place(
            reader=make_reader(), sequence=sequence, started_at=NOW, planned_at=NOW,
            next_at=NOW,
        )
        for _number in range(7)
    )  # fmt: skip

    listed = text_of(client.get("/beheer/mails/"))

    assert sequence.title in listed
    assert empty.title in listed
    assert "<dd>5</dd>" in listed
    assert "<dd>7</dd>" not in listed
    assert "minder dan 5" in listed


def test_the_list_takes_the_same_queries_however_many_sequences() -> None:
    client = staff()

    def statements() -> int:
        with counting() as count:
            client.get("/beheer/mails/")
        return int(count)

    make_mails(live=True)
    few = statements()
    for _number in range(5):
        make_mails(live=True)

    assert statements() <= few + 1


def test_a_sequence_is_begun_with_its_training_and_its_goal() -> None:
    course, training, client = make_course(), make_course(access="granted"), staff()

    answer = client.post(
        f"/beheer/mails/nieuw/{course.pk}/",
        {"title": " Mails  van nu ", "sells": training.pk, "goal": "bought"},
    )

    made = Sequence.objects.get()
    assert answer["Location"] == address(made)
    assert (made.title, made.sells, made.goal, made.draft) == (
        "Mails van nu", training, "bought", [],
    )  # fmt: skip
    assert made.slug == "mails-van-nu"
    assert AuditEntry.objects.filter(act="sequence.begun").count() == 1
    assert "nog geen mail" in text_of(page(client, made)).lower()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "een\nregel\x07"}, "title"),
        ({"goal": "roem"}, "goal"),
        ({"sells": str(UUID(int=3))}, "sells"),
        ({"sells": "geen"}, "sells"),
        ({"goal": "bought"}, "sells"),
    ],
)
def test_what_cannot_be_of_a_sequence_is_told_and_nothing_is_begun(
    wrong: dict[str, str], field: str
) -> None:
    course = make_course()
    answer = staff().post(
        f"/beheer/mails/nieuw/{course.pk}/", {"title": "Mails", "goal": "none", **wrong}
    )
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer), field
    assert not Sequence.objects.exists()


def test_settings_hold_at_once_for_who_is_midway() -> None:
    sequence = make_mails(live=True)
    make_enrolment(make_reader(), sequence.course)
    Place.objects.create(
        reader=make_reader(), sequence=sequence, started_at=NOW, planned_at=NOW, next_at=None
    )

    staff().post(address(sequence, "instellingen/"), {"title": "Anders", "goal": "completed"})

    sequence.refresh_from_db()
    assert (sequence.title, sequence.goal) == ("Anders", "completed")
    assert not Place.objects.filter(next_at=None).exists()


def test_what_is_not_there_is_not_found() -> None:
    client, sequence = staff(), make_mails()
    for where in (
        f"/beheer/mails/{uuid4()}/", f"/beheer/mails/nieuw/{uuid4()}/",
        address(sequence, "mail/bestaat-niet/"), address(sequence, "mail/weg/voorbeeld/"),
        address(sequence, "versies/vergelijken/?a=1&b=x"),
    ):  # fmt: skip
        assert client.get(where).status_code == 404, where
    assert client.post("/beheer/mails/ongedaan/999/").status_code == 302


# --- Cards ----------------------------------------------------------------------------------------


def test_a_mail_is_a_card_that_says_when_it_goes_in_words() -> None:
    course = make_course()
    first = lessons_of(course)[0]
    sequence = make_mails(
        make_mail("a"),
        make_mail("b", days=3, at="19:30"),
        make_mail("c", trigger="lesson"),
        make_mail("d", trigger="lesson", lesson=str(first.pk)),
        make_mail("e", trigger="idle", kind="nudge", days=4, at="19:30"),
        make_mail("f", trigger="finished", lesson=str(first.pk), days=1, at="08:00",
                  conditions=[{"kind": "not_completed"}]),
        make_mail("g", trigger="completed", hours=12, weekdays=[1, 2, 3, 4, 5]),
        make_mail("h", trigger="date", date="2027-01-04"),
        make_mail("i", trigger="bought"),
        course=course,
    )  # fmt: skip

    cards = [node.text() for node in tree(page(staff(), sequence)).css(".mail-card .when")]

    assert cards == [
        "Meteen nadat iemand aan de cursus begint",
        "3 dagen nadat iemand aan de cursus begint, om 19:30",
        "Als een les opengaat",
        f"Als “{first.title}” opengaat",
        "Na 4 stille dagen, om 19:30",
        f"1 dag nadat “{first.title}” is afgerond, om 08:00",
        "12 uur nadat de hele cursus is afgerond, alleen van maandag tot en met vrijdag",
        "Op 4 januari 2027, om 09:00",
        "Meteen nadat iemand toegang tot deze cursus krijgt",
    ]


def test_cards_are_moved_taken_out_and_had_back() -> None:
    sequence = make_mails(make_mail("a"), make_mail("b"), make_mail("c"))
    client = staff()

    client.post(address(sequence, "doe/omlaag/"), {"thing": "a"})
    assert keys_of(sequence) == ["b", "a", "c"]
    client.post(address(sequence, "volgorde/"), {"order": ["lesson:c", "lesson:a", "lesson:b"]})
    assert keys_of(sequence) == ["c", "a", "b"]
    answer = client.post(address(sequence, "doe/eruit/"), {"thing": "a"}, follow=True)
    assert keys_of(sequence) == ["c", "b"]
    # The messages of all three acts stand there; each has its own way back.
    client.post(re.findall(r"/beheer/mails/ongedaan/\d+/", answer.content.decode())[-1])
    assert keys_of(sequence) == ["c", "a", "b"]


@pytest.mark.parametrize("what", ["omhoog", "eruit", "iets"])
@pytest.mark.parametrize("thing", ["", "bestaat-niet", "\0"])
def test_an_act_on_what_is_not_there_is_told_and_nothing_moves(what: str, thing: str) -> None:
    sequence = make_mails()
    answer = staff().post(address(sequence, f"doe/{what}/"), {"thing": thing}, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert keys_of(sequence) == ["welkom"]


def test_half_of_an_order_is_refused() -> None:
    sequence = make_mails(make_mail("a"), make_mail("b"))
    answer = staff().post(address(sequence, "volgorde/"), {"order": ["lesson:b"]}, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert keys_of(sequence) == ["a", "b"]


@pytest.mark.parametrize("mails", [1, 20])
def test_the_page_takes_the_same_queries_however_many_mails(mails: int) -> None:
    sequence = make_mails(*(make_mail(f"m{number}") for number in range(mails)), live=True)
    client = staff()
    client.get(address(sequence))
    with counting() as count:
        client.get(address(sequence))
    assert int(count) <= 9, count
