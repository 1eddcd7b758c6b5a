"""Publishing mails: what changes, for whom, and where to mend what cannot go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from lessons.drip import consequences, drafting, publishing
from lessons.drip.models import Mail, Place, Sequence, SequenceVersion
from lessons.reading.models import Enrolment
from payments import ordering
from payments.models import Product
from tests.counting import counting
from tests.factories import NOW, make_course, make_enrolment, make_reader
from tests.lessons.desk.mailing import address, make_mail, make_mails, staff
from tests.lessons.pages.opening import links, the, tree

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY_NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def text_of(answer: Response) -> str:
    return " ".join(answer.content.decode().split())


def change(sequence: Sequence, *made: dict[str, object]) -> None:
    drafting.write(
        sequence=sequence.pk, draft=list(made), draft_no=sequence.draft_no, by=None, now=NOW
    )
    sequence.refresh_from_db()


def make_had(place: Place, key: str) -> None:
    """Who is in this place got the mail with this key."""
    assert place.sequence.live is not None
    Mail.objects.create(
        place=place, reader=place.reader, version=place.sequence.live, step_key=key,
        kind="lesson", due_at=NOW, decided_at=NOW, letter=uuid4(),
    )  # fmt: skip


def fill(sequence: Sequence, readers: int, *, had: str = "") -> list[Place]:
    """So many readers in it, who got the mail with this key."""
    found = []
    for _number in range(readers):
        enrolment = make_enrolment(make_reader(), sequence.course, now=NOW)
        place = Place.objects.create(
            reader=enrolment.reader, sequence=sequence, enrolment=enrolment, started_at=NOW,
            planned_at=NOW,
        )  # fmt: skip
        if had:
            make_had(place, had)
        found.append(place)
    return found


def groups_of(answer: Response, subject: str) -> list[str]:
    """The numbers of readers before, at and past the change of the mail of this subject."""
    for node in tree(answer).css("details.change"):
        if subject in the(node, "summary").text():
            return [cell.text() for cell in node.css(".groups td:first-child")]
    raise AssertionError(subject)


def test_the_first_version_says_who_follows_already_and_is_published_by_the_button() -> None:
    sequence, client = make_mails(), staff()
    for _number in range(6):
        make_enrolment(make_reader(), sequence.course, now=NOW)

    shown = client.get(address(sequence, "publiceren/"))

    assert "de cursus al volgen: 5." in text_of(shown)
    assert "eerste versie" in text_of(shown)
    sent = {"note": "Eerste keer", "draft_no": sequence.draft_no}
    assert client.post(address(sequence, "publiceren/"), sent).status_code == 302
    version = SequenceVersion.objects.get()
    assert (version.number, version.note) == (1, "Eerste keer")
    assert version.published_by is not None
    assert "Lezers krijgen alles" in text_of(client.get(address(sequence, "publiceren/")))


def test_each_change_says_how_many_readers_are_before_at_and_past_it() -> None:
    sequence = make_mails(make_mail(), make_mail("later", days=9, at="19:30"), live=True)
    fill(sequence, 7, had="welkom")
    change(
        sequence,
        make_mail(subject="Welkom terug"),
        make_mail("later", days=11, at="19:30"),
        make_mail("klaar", kind="thanks", trigger="completed", subject="Dank je wel"),
    )
    shown = staff().get(address(sequence, "publiceren/"))

    few = "minder dan\N{NO-BREAK SPACE}5"
    assert groups_of(shown, "Welkom terug") == [few, few, "5"]
    assert groups_of(shown, "Dank je wel") == ["5", few, few]
    words = text_of(shown)
    assert "Welkom terug" in words
    assert "11 dagen nadat iemand aan de cursus begint, om 19:30" in words
    assert ">7<" not in words


@pytest.mark.usefixtures("noon")
def test_a_mail_that_goes_and_one_that_waits_are_told() -> None:
    sequence = make_mails(make_mail(), make_mail("ver", days=300, at="19:30"), live=True)
    fill(sequence, 5, had="welkom")
    change(sequence, make_mail())
    shown = staff().get(address(sequence, "publiceren/"))
    assert "eruit" in text_of(shown)
    few = "minder dan\N{NO-BREAK SPACE}5"
    assert groups_of(shown, "Je kunt beginnen") == [few, "5", few]


def test_who_gets_it_later_today_waits_for_it_and_is_not_past_it() -> None:
    """It is noon in Amsterdam; they began three days ago, in the morning."""
    sequence = make_mails(
        make_mail("vanavond", days=3, at="19:30"),
        make_mail("gisteren", days=2, at="19:30"),
        make_mail("werkdag", days=3, at="09:00", weekdays=[2]),
        live=True,
    )
    fill(sequence, 5)
    Enrolment.objects.update(enrolled_at=MONDAY_NOON - 3 * DAY - timedelta(hours=2))
    changed = [{**one, "subject": f"Anders: {one['key']}"} for one in sequence.draft]
    change(sequence, *changed)

    def counted() -> dict[str, tuple[int, int, int]]:
        found = consequences.of(sequence=sequence, now=MONDAY_NOON).touched
        return {one.changed.key: (one.before, one.at, one.past) for one in found}

    assert counted() == {"vanavond": (0, 5, 0), "gisteren": (0, 0, 5), "werkdag": (0, 5, 0)}
    place = Place.objects.first()
    assert place is not None
    make_had(place, "vanavond")
    assert counted()["vanavond"] == (0, 4, 1)


def test_a_lesson_that_opened_today_still_has_its_mail_to_come() -> None:
    course = make_course(modules=1, lessons=2, pace={"every_days": 2, "at": "08:00"})
    sequence = make_mails(make_mail("les", trigger="lesson", at="19:30"), course=course, live=True)
    enrolment = make_enrolment(make_reader(), course, now=MONDAY_NOON - 2 * DAY)
    Place.objects.create(
        reader=enrolment.reader, sequence=sequence, enrolment=enrolment,
        started_at=enrolment.enrolled_at, planned_at=NOW,
    )  # fmt: skip
    change(sequence, {**sequence.draft[0], "subject": "Anders"})
    for now, groups in ((MONDAY_NOON, (0, 1, 0)), (MONDAY_NOON + DAY, (0, 0, 1))):
        (one,) = consequences.of(sequence=sequence, now=now).touched
        assert (one.before, one.at, one.past) == groups


def test_the_control_by_the_hour_alone_who_gets_it_tonight_would_be_past_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sequence = make_mails(make_mail("vanavond", days=3, at="19:30"), live=True)
    (place,) = fill(sequence, 1)
    Enrolment.objects.update(enrolled_at=MONDAY_NOON - 3 * DAY - timedelta(hours=2))
    change(sequence, {**sequence.draft[0], "subject": "Anders"})
    monkeypatch.setattr(
        consequences, "_day_is_over_for", lambda step, now: now - timedelta(days=step.days)
    )
    (one,) = consequences.of(sequence=sequence, now=MONDAY_NOON).touched
    assert (one.at, one.past) == (0, 1)
    assert place.pk


# --- Is it for sale? ------------------------------------------------------------------------------


def make_offering(training: Course) -> Sequence:
    made = make_mail(
        "aanbod", kind="offer", trigger="completed", days=3, at="19:30", subject="Verder gaan",
        conditions=[{"kind": "not_bought"}], link="training", label="Bekijk de training",
    )  # fmt: skip
    return make_mails(make_mail(), made, sells=training)


def test_an_offer_of_what_has_no_price_is_told_at_its_mail_and_can_be_published() -> None:
    training = make_course(access="granted")
    sequence, client = make_offering(training), staff()
    shown = client.get(address(sequence, "publiceren/"))
    assert "heeft nu geen prijs" in text_of(shown)
    assert address(sequence, "mail/aanbod/") in links(shown)
    assert reverse("till:prices") not in links(shown)
    owner = staff(make_reader(is_staff=True, is_owner=True))
    assert reverse("till:prices") in links(owner.get(address(sequence, "publiceren/")))
    answer = client.post(address(sequence, "publiceren/"), {"draft_no": 0})
    assert answer.status_code == 302


def test_an_offer_of_what_is_for_sale_is_told_nothing_of() -> None:
    training = make_course(access="granted")
    product = Product.objects.create(slug="kiezen", title="Kiezen")
    product.courses.add(training)
    ordering.set_price(product=product, amount=14_900, by=None, now=NOW)
    shown = staff().get(address(make_offering(training), "publiceren/"))
    assert "heeft nu geen prijs" not in text_of(shown)


def test_mails_without_an_offer_ask_nobody_for_a_price() -> None:
    sequence = make_mails(sells=make_course(access="granted"))
    assert "heeft nu geen prijs" not in text_of(staff().get(address(sequence, "publiceren/")))


def test_the_statements_grow_neither_with_the_readers_nor_with_the_changes() -> None:
    def statements(readers: int, mails: int) -> int:
        sequence = make_mails(*(make_mail(f"m{n}") for n in range(mails)), live=True)
        fill(sequence, readers)
        change(sequence, *(make_mail(f"m{n}", subject="Anders") for n in range(mails)))
        client = staff()
        client.get(address(sequence, "publiceren/"))
        with counting() as count:
            assert client.get(address(sequence, "publiceren/")).status_code == 200
        return int(count)

    few = statements(1, 1)
    assert statements(9, 12) == few
    assert few <= 9


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"trigger": "finished", "lesson": str(UUID(int=5))}, "lesson"),
        ({"kind": "offer"}, "conditions"),
        ({"link": "training", "label": "Kijk"}, "link"),
        ({"subject": "Op {{ plan }}"}, "subject"),
    ],
)
def test_what_cannot_go_leads_to_the_mail_and_the_field(
    fields: dict[str, object], field: str
) -> None:
    sequence, client = make_mails(make_mail(), make_mail("fout", **fields)), staff()
    there = address(sequence, f"mail/fout/#id_{field}")
    assert there in links(client.get(address(sequence, "publiceren/")))
    answer = client.post(address(sequence, "publiceren/"), {"draft_no": 0})
    assert answer.status_code == 409
    assert there in links(answer)
    assert not SequenceVersion.objects.exists()


def test_without_a_published_course_it_leads_there() -> None:
    sequence = make_mails(course=make_course(live=False))
    shown = staff().get(address(sequence, "publiceren/"))
    assert f"/beheer/cursussen/{sequence.course_id}/publiceren/" in links(shown)


def test_what_was_changed_since_it_was_shown_is_not_published() -> None:
    sequence, client = make_mails(), staff()
    change(sequence, make_mail(subject="Van een ander"))
    answer = client.post(address(sequence, "publiceren/"), {"draft_no": 0, "note": "Mijn reden"})
    assert answer.status_code == 412
    assert "Mijn reden" in text_of(answer)
    assert not SequenceVersion.objects.exists()


def test_a_note_of_more_than_a_line_is_refused() -> None:
    sequence = make_mails()
    sent = {"draft_no": 0, "note": "x" * 301}
    assert staff().post(address(sequence, "publiceren/"), sent).status_code == 400


def test_versions_are_listed_and_compared() -> None:
    sequence, client = make_mails(live=True), staff()
    change(sequence, make_mail(subject="Nieuw onderwerp"))
    publishing.publish(sequence=sequence, by=None, now=NOW + DAY, note="Vriendelijker")

    listed = text_of(client.get(address(sequence, "versies/")))
    assert "Versie 2" in listed
    assert "Vriendelijker" in listed
    compared = client.get(address(sequence, "versies/vergelijken/?a=1&b=2"))
    assert "Nieuw" in the(tree(compared), "ins").text()
    same = text_of(client.get(address(sequence, "versies/vergelijken/?a=2&b=2")))
    assert "woord voor woord" in same
    for wrong in ("?a=1", "?a=x&b=2", "?a=99&b=1", "?a=9999999999999&b=1", "?a=1&b=%00"):
        where = address(sequence, f"versies/vergelijken/{wrong}")
        assert client.get(where).status_code == 404, wrong


def test_a_sequence_without_versions_says_so_everywhere() -> None:
    sequence, client = make_mails(), staff()
    for rest in ("versies/", "cijfers/", "stoppen/", "stil/"):
        assert client.get(address(sequence, rest)).status_code == 200, rest
