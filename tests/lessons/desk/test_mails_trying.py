"""Before and after sending: the timeline, the preview, a test to oneself, stopping, the figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from courseapp.post.models import Letter
from lessons.desk import attention
from lessons.drip import drafting
from lessons.drip.models import Mail, Place, Sequence
from lessons.reading import access, progress
from lessons.reading.models import Opened
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.desk.mailing import address, make_mail, make_mails, staff
from tests.lessons.pages.opening import the, tree

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from lessons.drip.models import SequenceVersion

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def text_of(answer: Response) -> str:
    return " ".join(answer.content.decode().split())


# --- Timeline -------------------------------------------------------------------------------------


def timeline(sequence: Sequence, **asked: Any) -> Response:
    given = {"enrolled": "2026-11-02T20:15", "zone": "Europe/Amsterdam", "version": "draft"}
    return staff().get(address(sequence, f"tijdlijn/?{urlencode({**given, **asked})}"))


def rows_of(answer: Response) -> list[list[str]]:
    return [
        [" ".join(cell.text().split()) for cell in row.css("td")]
        for row in tree(answer).css(".timeline tbody tr")
    ]


def test_the_timeline_says_day_and_hour_of_each_mail_or_why_it_does_not_go() -> None:
    course = make_course(pace={"every_days": 2, "at": "19:30"})
    sequence = make_mails(
        make_mail(), make_mail("les", trigger="lesson", subject="Je volgende les"),
        make_mail("aanbod", kind="offer", trigger="completed", subject="De training",
                  conditions=[{"kind": "not_bought"}]),
        course=course,
    )  # fmt: skip
    first, second = lessons_of(course)[:2]
    shown = timeline(sequence, finishes_every=2)
    rows = rows_of(shown)
    assert rows[0][:2] == ["0", "ma 2 nov 2026, 20:15"]
    assert [row[0] for row in rows if second.title in row[2]] == ["2"]
    assert [row[3] for row in rows if first.title in row[2]] == [
        "Gaat niet: de les ging bij het begin open, er valt niets te melden"
    ]
    assert [row[3] for row in rows if "De training" in row[2]] == [
        "Gaat niet: deze lezer wil dit soort mail niet"
    ]
    told = rows_of(timeline(sequence, finishes_every=2, offers="on"))
    assert [row[3] for row in told if "De training" in row[2]] == ["Gaat"]
    assert the(tree(shown), "svg.lanes desc").text()
    assert len(tree(shown).css("svg.lanes .mark.hollow")) == 2


def test_the_first_look_has_a_reader_already() -> None:
    sequence = make_mails()
    shown = staff().get(address(sequence, "tijdlijn/"))
    assert len(rows_of(shown)) == 1


def test_an_empty_sequence_and_an_unpublished_course_have_a_timeline_that_says_so() -> None:
    empty = make_mails()
    Sequence.objects.update(draft=[])
    assert "krijgt geen mail" in text_of(timeline(empty))
    draft = make_mails(course=make_course(live=False))
    assert "Publiceer eerst de cursus" in text_of(timeline(draft))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"), ({"zone": "../etc"}, "zone"), ({"zone": ""}, "zone"),
        ({"enrolled": "gisteren"}, "enrolled"), ({"enrolled": "0001-01-01T00:00"}, "enrolled"),
        ({"enrolled": "9999-12-31T23:59"}, "enrolled"),
        ({"finishes_every": "0"}, "finishes_every"), ({"finishes_every": "-3"}, "finishes_every"),
        ({"stops_after": "999"}, "stops_after"), ({"bought_on": "9999"}, "bought_on"),
        ({"pause_on": "x"}, "pause_on"), ({"pause_on": "3", "pause_days": "0"}, "pause_days"),
        ({"hour": "25:00"}, "hour"), ({"version": "iets"}, "version"),
    ],
)  # fmt: skip
def test_a_reader_who_cannot_be_is_told_at_the_field(wrong: dict[str, str], field: str) -> None:
    answer = timeline(make_mails(), **wrong)
    assert answer.status_code == 200
    assert the(tree(answer), f"[data-field={field}] .errorlist").text()


def test_a_clock_change_in_the_timeline_keeps_the_hour() -> None:
    sequence = make_mails(*(make_mail(f"d{n}", days=n, at="19:30") for n in (1, 2, 3)))
    rows = rows_of(timeline(sequence, enrolled="2027-03-26T12:00", zone="Europe/Amsterdam"))
    assert [row[1][-5:] for row in rows] == ["19:30"] * 3


# --- Preview and test -----------------------------------------------------------------------------


def test_a_mail_is_shown_as_html_and_as_text_for_who_is_at_a_lesson() -> None:
    course = make_course(pace={"every_days": 2, "at": "19:30"})
    third = lessons_of(course)[2]
    sequence = make_mails(
        make_mail("les", trigger="lesson", subject="Les {{ number }} van {{ total }}",
                  body="De volgende gaat open op {{ next }}.", link="lesson", label="Naar de les"),
        course=course,
    )  # fmt: skip
    client = staff()
    shown = client.get(address(sequence, f"mail/les/voorbeeld/?les={third.pk}"))
    assert "Les 3 van 4" in text_of(shown)
    assert "19:30" in the(tree(shown), ".as-text").text()
    framed = client.get(address(sequence, f"mail/les/voorbeeld/html/?les={third.pk}"))
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "Naar de les" in text_of(framed)
    for nonsense in ("", "?les=x", f"?les={uuid4()}"):
        assert client.get(address(sequence, f"mail/les/voorbeeld/{nonsense}")).status_code == 200


def test_a_test_goes_to_who_asked_marked_and_counts_nowhere() -> None:
    person = make_reader(is_staff=True)
    sequence = make_mails(live=True)
    answer = staff(person).post(address(sequence, "mail/welkom/voorbeeld/"))
    assert answer.status_code == 302
    letter = Letter.objects.get()
    assert (letter.to, letter.subject) == (person.email, "[TEST] Je kunt beginnen")
    assert not letter.key.startswith("drip:")
    assert "/post/stop/" not in letter.html + letter.text
    assert not Mail.objects.exists()
    assert not Place.objects.exists()


def test_nothing_can_be_tried_before_readers_can_begin_the_course() -> None:
    sequence = make_mails(course=make_course(live=False))
    assert staff().get(address(sequence, "mail/welkom/voorbeeld/")).status_code == 409
    assert staff().post(address(sequence, "mail/welkom/voorbeeld/")).status_code == 409
    assert not Letter.objects.exists()


# --- Stopping -------------------------------------------------------------------------------------


def test_stopping_says_what_it_comes_to_and_letting_go_on_too() -> None:
    sequence, client = make_mails(make_mail(late_days=4), live=True), staff()
    assert client.get(address(sequence, "stoppen/")).status_code == 200
    client.post(address(sequence, "stoppen/"), {"act": "stop"})
    sequence.refresh_from_db()
    assert sequence.state == "stopped"
    assert "meer dan 4 dagen" in text_of(client.get(address(sequence, "stoppen/")))
    assert "staan stil" in text_of(client.get(address(sequence)))
    client.post(address(sequence, "stoppen/"), {"act": "go_on"})
    sequence.refresh_from_db()
    assert sequence.state == "running"


def test_what_is_not_published_cannot_be_stopped() -> None:
    assert staff().post(address(make_mails(), "stoppen/"), {"act": "stop"}).status_code == 409


# --- Figures --------------------------------------------------------------------------------------


def make_sent(
    sequence: Sequence, version: SequenceVersion, number: int, **fields: Any
) -> list[Mail]:
    found = []
    for _number in range(number):
        enrolment = make_enrolment(make_reader(), sequence.course, now=NOW)
        place = Place.objects.create(
            reader=enrolment.reader, sequence=sequence, enrolment=enrolment, started_at=NOW,
            planned_at=NOW,
        )  # fmt: skip
        found.append(
            Mail.objects.create(
                place=place, reader=enrolment.reader, version=version, letter=uuid4(),
                **{"step_key": "welkom", "kind": "lesson", "due_at": NOW, "decided_at": NOW,
                   "state": "sent", "sent_at": NOW, **fields},
            )
        )  # fmt: skip
    return found


def figures_of(answer: Response, subject: str) -> list[str]:
    for row in tree(answer).css("tbody tr"):
        if subject in the(row, "th").text():
            return [" ".join(cell.text().split()) for cell in row.css("td")]
    raise AssertionError(subject)


def test_figures_say_what_came_of_each_mail_and_tell_no_group_under_five() -> None:
    training = make_course(access="granted")
    sequence = make_mails(live=True, sells=training)
    assert sequence.live is not None
    mails = make_sent(sequence, sequence.live, 22)
    make_sent(sequence, sequence.live, 6, state="withheld", sent_at=None)
    make_sent(sequence, sequence.live, 4, state="failed", sent_at=None)
    lesson = lessons_of(sequence.course)[0]
    edition = sequence.course.live_edition
    assert edition is not None
    for mail in mails[:11]:
        assert mail.place.enrolment is not None
        Opened.objects.create(
            enrolment=mail.place.enrolment, lesson=lesson,
            edition=edition, at=NOW + DAY,
        )  # fmt: skip
    for mail in mails[11:18]:
        assert mail.place.enrolment is not None
        Opened.objects.create(
            enrolment=mail.place.enrolment, lesson=lesson,
            edition=edition, at=NOW + 4 * DAY,
        )  # fmt: skip
    for mail in mails[:6]:
        access.grant(reader=mail.reader, course=training, source="order:1", now=NOW + 9 * DAY)

    shown = figures_of(staff().get(address(sequence, "cijfers/")), "Je kunt beginnen")

    few = "<\N{WORD JOINER}5"
    assert shown == [few, "20", few, few, "5", few, "10 50%", "5 25%"]


def test_a_mail_that_is_no_longer_in_it_keeps_its_figures() -> None:
    sequence = make_mails(live=True)
    assert sequence.live is not None
    make_sent(sequence, sequence.live, 5, step_key="vroeger")
    shown = staff().get(address(sequence, "cijfers/"))
    assert "zit er niet meer in" in text_of(shown)
    assert figures_of(shown, "vroeger")[1] == "5"


# --- Vandaag --------------------------------------------------------------------------------------


def titles_of() -> list[str]:
    found = attention.rows(person=make_reader(is_staff=True), now=NOW)
    return [row.title for row in found if "Mails" in row.title or "mails" in row.title]


def test_today_tells_of_what_stands_still_of_doubt_and_of_what_is_not_published() -> None:
    sequence = make_mails(live=True)
    assert titles_of() == []
    assert sequence.live is not None
    (mail,) = make_sent(sequence, sequence.live, 1, state="in_doubt", kind="offer")
    Place.objects.filter(pk=mail.place_id).update(next_at=None, error="KeyError: 'naam'")
    drafting.remove(sequence=sequence.pk, key="welkom", by=None, now=NOW)
    drafting.add(
        sequence=sequence.pk, after="", by=None, now=NOW,
        step=drafting.live_steps_of(Sequence.objects.get())[0].__class__(
            key="nieuw", kind="lesson", trigger="enrolled", subject="Nieuw", body="Dag."
        ),
    )  # fmt: skip
    assert len(titles_of()) == 3
    again = staff().post(address(sequence, "stil/"))
    assert again.status_code == 302
    place = Place.objects.get()
    assert (place.error, place.attempt, place.next_at is None) == ("", 0, False)
    assert len(titles_of()) == 2


def test_who_finished_the_course_is_no_reason_to_look() -> None:
    sequence = make_mails(live=True)
    enrolment = make_enrolment(make_reader(), sequence.course, now=NOW)
    for lesson in lessons_of(sequence.course):
        progress.finish(reader=enrolment.reader, lesson=lesson.pk, now=NOW)
    assert titles_of() == []
