"""Mail over time by the staff's API."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from lessons.drip import drafting, steps
from lessons.drip.models import Sequence, SequenceVersion
from tests.counting import counting
from tests.factories import NOW, make_course, make_enrolment, make_reader
from tests.lessons.api.calling import Caller, tag_of, with_tag
from tests.lessons.desk.mailing import make_mail, make_mails

pytestmark = pytest.mark.django_db


def caller() -> Caller:
    return Caller(make_reader(is_staff=True))


def test_sequences_are_listed_and_one_is_read_with_its_versions() -> None:
    sequence, staff = make_mails(live=True), caller()
    for _number in range(3):
        make_enrolment(make_reader(), sequence.course)
    status, listed = staff.get("staff/sequences/")
    assert status == 200
    (line,) = listed["results"]
    assert (line["slug"], line["version"], line["has_changes"]) == (sequence.slug, 1, False)
    assert line["readers"] is None
    status, told = staff.get(f"staff/sequences/{sequence.pk}/")
    assert (status, told["draft_no"], told["state"]) == (200, 0, "running")
    assert [one["number"] for one in told["versions"]] == [1]
    version = staff.get(f"staff/sequences/{sequence.pk}/versions/1/")[1]
    assert version["steps"][0]["key"] == "welkom"
    assert version["steps"][0]["since"]
    assert staff.get(f"staff/sequences/{sequence.pk}/versions/2/")[0] == 404
    assert staff.get(f"staff/sequences/{sequence.pk}/versions/99999999999999999999/")[0] == 404


def test_the_list_takes_the_same_statements_however_many() -> None:
    staff = caller()

    def statements() -> int:
        with counting() as count:
            staff.get("staff/sequences/")
        return int(count)

    make_mails(live=True)
    few = statements()
    make_mails(live=True)
    make_mails(live=True)
    assert statements() == few


def test_a_draft_is_written_over_the_one_that_was_read() -> None:
    sequence, staff = make_mails(), caller()
    where = f"staff/sequences/{sequence.pk}/"
    tag = tag_of(staff, where)
    body = {"draft": [make_mail("a"), make_mail("b", days=2, at="08:30")]}
    status, told = with_tag(staff, tag).put(f"{where}draft/", body)
    assert (status, told["draft_no"]) == (200, 1)
    assert [one["key"] for one in told["draft"]] == ["a", "b"]
    other = {"draft": [make_mail("c")]}
    status, problem = with_tag(staff, tag).put(f"{where}draft/", other)
    assert (status, problem["code"]) == (412, "changed_meanwhile")
    assert staff.put(f"{where}draft/", other)[0] == 428
    sequence.refresh_from_db()
    assert [one["key"] for one in sequence.draft] == ["a", "b"]


@pytest.mark.parametrize(
    "draft",
    [
        "x", [1], {}, [{"key": "a"}], [make_mail() | {"subject": "x" * 1000}],
        [make_mail() | {"subject": "Hoi\r\nBcc: x@example.org"}],
        [make_mail() | {"body": "x" * 100_001}], [make_mail() | {"body": "{{ naam }}"}],
        [make_mail() | {"trigger": "finished", "lesson": None}],
        [make_mail() | {"trigger": "finished", "lesson": "geen"}],
        [make_mail() | {"days": True}], [make_mail() | {"weekdays": [9]}],
        [make_mail(), make_mail()],
    ],
)  # fmt: skip
def test_what_no_mail_can_be_is_refused_and_nothing_is_written(draft: Any) -> None:
    sequence, staff = make_mails(), caller()
    tagged = with_tag(staff, '"v0"')
    status, problem = tagged.put(f"staff/sequences/{sequence.pk}/draft/", {"draft": draft})
    assert (status, problem["code"]) == (400, "invalid_step")
    sequence.refresh_from_db()
    assert [one["key"] for one in sequence.draft] == ["welkom"]


def test_what_publishing_would_do_is_told_and_then_done() -> None:
    sequence, staff = make_mails(live=True), caller()
    drafting.add(
        sequence=sequence.pk, after="", by=None, now=NOW, step=steps.from_json(make_mail("nieuw"))
    )
    where = f"staff/sequences/{sequence.pk}/"
    told = staff.get(f"{where}changes/")[1]
    assert [(one["key"], one["changes"]) for one in told["steps"]] == [("nieuw", ["added"])]
    assert staff.get(f"{where}changes/")[1]["first"] is False
    stale = with_tag(staff, '"v0"')
    assert stale.post(f"{where}publish/")[1]["code"] == "draft_changed"
    status, made = staff.post(f"{where}publish/", {"note": "Erbij"})
    assert (status, made["number"], made["note"], made["live"]) == (201, 2, "Erbij", True)
    assert staff.post(f"{where}publish/")[1]["code"] == "nothing_to_publish"


def test_what_cannot_be_published_says_why() -> None:
    missing = make_mail(trigger="finished", lesson=str(UUID(int=7)))
    sequence, staff = make_mails(missing), caller()
    status, problem = staff.post(f"staff/sequences/{sequence.pk}/publish/")
    assert (status, problem["code"]) == (409, "cannot_publish")
    assert not SequenceVersion.objects.exists()


def test_a_timeline_is_played_for_a_reader_that_the_address_describes() -> None:
    sequence, staff = make_mails(make_mail(), make_mail("later", days=3, at="19:30")), caller()
    asked = "enrolled=2026-11-02T20:15&zone=America/New_York&offers=yes"
    status, told = staff.get(f"staff/sequences/{sequence.pk}/timeline/?{asked}")
    assert status == 200
    assert [(one["key"], one["day"], one["outcome"]) for one in told["results"]] == [
        ("welkom", 0, "sent"), ("later", 3, "sent"),
    ]  # fmt: skip
    assert told["results"][1]["at"].startswith("2026-11-06T00:30")
    assert staff.get(f"staff/sequences/{sequence.pk}/timeline/")[0] == 200


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("zone=Mars/Noord", "invalid_reader"), ("enrolled=ooit", "invalid_input"),
        ("enrolled=0001-01-01T00:00", "invalid_reader"), ("hour=26:00", "invalid_input"),
        ("finishes_every=0", "invalid_reader"), ("finishes_every=-1", "invalid_input"),
        ("stops_after=99999999", "invalid_input"), ("offers=misschien", "invalid_input"),
        ("version=9", "invalid_input"), ("pause_on=1&pause_days=0", "invalid_reader"),
    ],
)  # fmt: skip
def test_a_reader_who_cannot_be_is_refused(asked: str, code: str) -> None:
    sequence, staff = make_mails(), caller()
    status, problem = staff.get(f"staff/sequences/{sequence.pk}/timeline/?{asked}")
    assert (status, problem["code"]) == (400, code)


def test_before_the_course_is_published_there_is_no_timeline() -> None:
    sequence = make_mails(course=make_course(live=False))
    status, problem = caller().get(f"staff/sequences/{sequence.pk}/timeline/")
    assert (status, problem["code"]) == (409, "no_course_yet")


def test_mails_are_stopped_and_go_on_and_counted() -> None:
    sequence, staff = make_mails(live=True), caller()
    where = f"staff/sequences/{sequence.pk}/"
    assert staff.post(f"{where}stop/")[1]["state"] == "stopped"
    assert staff.post(f"{where}stop/")[0] == 200
    assert staff.post(f"{where}resume/")[1]["state"] == "running"
    (figures,) = staff.get(f"{where}figures/")[1]["results"]
    assert (figures["key"], figures["sent"], figures["opened_percent"]) == ("welkom", None, None)
    draft = make_mails()
    assert staff.post(f"staff/sequences/{draft.pk}/stop/")[1]["code"] == "sequence_not_live"


GETS = ("", "versions/1/", "changes/", "timeline/", "figures/")
POSTS = ("publish/", "stop/", "resume/")


def test_what_is_not_there_is_not_found_and_who_is_no_staff_comes_to_nothing() -> None:
    staff, reader, nobody = caller(), Caller(make_reader()), Caller()
    real = make_mails(live=True)
    for rest in GETS:
        assert staff.get(f"staff/sequences/{uuid4()}/{rest}")[0] == 404
        assert reader.get(f"staff/sequences/{real.pk}/{rest}")[0] == 403
        assert nobody.get(f"staff/sequences/{real.pk}/{rest}")[0] == 401
    for rest in POSTS:
        assert staff.post(f"staff/sequences/{uuid4()}/{rest}")[0] == 404
        assert reader.post(f"staff/sequences/{real.pk}/{rest}")[0] == 403
    body: dict[str, list[object]] = {"draft": []}
    assert with_tag(staff, '"v0"').put(f"staff/sequences/{uuid4()}/draft/", body)[0] == 404
    assert with_tag(reader, '"v0"').put(f"staff/sequences/{real.pk}/draft/", body)[0] == 403
    assert Sequence.objects.get().state == "running"
