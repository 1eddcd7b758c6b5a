"""The form of a mail: written, refused with its reasons, and never written over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from lessons.drip import drafting, steps
from tests.factories import NOW, lessons_of, make_course
from tests.lessons.desk.mailing import (
    address,
    form_of,
    keys_of,
    mail_of,
    make_mail,
    make_mails,
    staff,
)
from tests.lessons.pages.opening import the, tree

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

from tests.lessons.desk.test_mails import errors_of, page, text_of

pytestmark = pytest.mark.django_db


def test_a_mail_is_written_and_gets_a_key_by_itself_that_it_keeps() -> None:
    sequence, client = make_mails(), staff()

    answer = client.post(address(sequence, "mail-erbij/"), form_of(after="welkom"))
    assert answer["Location"] == address(sequence) + "#x-een-rustig-begin"
    assert keys_of(sequence) == ["welkom", "een-rustig-begin"]
    made = mail_of(sequence, "een-rustig-begin")
    assert (made.days, made.body) == (3, "Dag,\n\nNeem er de tijd voor.")
    assert str(made.at) == "19:30:00"

    seen = the(
        tree(page(client, sequence, "mail/een-rustig-begin/")), "input[name=seen]"
    ).attributes["value"]
    sent = form_of(subject="Heel anders", seen=seen)
    assert client.post(address(sequence, "mail/een-rustig-begin/"), sent).status_code == 302
    assert keys_of(sequence) == ["welkom", "een-rustig-begin"]
    assert mail_of(sequence, "een-rustig-begin").subject == "Heel anders"
    assert sequence.draft_no == 2


def test_a_key_that_was_ever_published_is_not_given_to_another_mail() -> None:
    sequence, client = make_mails(live=True), staff()
    client.post(address(sequence, "doe/eruit/"), {"thing": "welkom"})
    client.post(address(sequence, "mail-erbij/"), form_of(subject="Welkom"))
    assert keys_of(sequence) == ["welkom-2"]
    client.post(address(sequence, "mail-erbij/"), form_of(subject="12 !"))
    assert keys_of(sequence) == ["welkom-2", "mail"]


def test_the_form_shows_a_mail_as_it_is_and_saving_it_unchanged_changes_nothing() -> None:
    course = make_course()
    first, second = lessons_of(course)[:2]
    sequence = make_mails(
        make_mail(
            trigger="finished", lesson=str(first.pk), days=2, at="08:30", weekdays=[1, 3],
            conditions=[{"kind": "not_completed"},
                        {"kind": "not_finished", "lesson": str(second.pk)}],
            late_days=5, link="lesson", label="Naar de les",
        ),
        course=course,
    )  # fmt: skip
    client = staff()

    sent = sent_back(page(client, sequence, "mail/welkom/"))
    answer = client.post(address(sequence, "mail/welkom/"), sent)

    assert answer.status_code == 302
    sequence.refresh_from_db()
    assert sequence.draft_no == 0


def sent_back(answer: Response) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    form = the(tree(answer), "form[data-mail-step]")
    sent: dict[str, Any] = {}
    for node in form.css("input, textarea, select"):
        name, kind = node.attributes.get("name"), node.attributes.get("type")
        if name is None or (kind in {"radio", "checkbox"} and "checked" not in node.attributes):
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]")
            value = chosen.attributes.get("value") if chosen else ""
        else:
            value = node.text() if node.tag == "textarea" else node.attributes.get("value")
        sent.setdefault(name, []).append(value or "")
    return sent


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subject": "Hoi\r\nBcc: a@example.org"}, "subject"),
        ({"subject": "x" * 1000}, "subject"),
        ({"subject": ""}, "subject"),
        ({"preview": "x" * 141}, "preview"),
        ({"body": "x" * 100_001}, "body"),
        ({"body": "Dag {{ naam }}"}, "body"),
        ({"body": " \r\n "}, "body"),
        ({"body": "a\0b"}, "body"),
        ({"trigger": "finished"}, "lesson"),
        ({"trigger": "lesson", "lesson": str(UUID(int=4))}, "lesson"),
        ({"trigger": "date"}, "date"),
        ({"trigger": "date", "date": "2027-02-31"}, "date"),
        ({"trigger": "idle", "days": "0"}, "days"),
        ({"trigger": "maan"}, "trigger"),
        ({"days": "731"}, "days"),
        ({"days": "-1"}, "days"),
        ({"days": "2", "at": ""}, "at"),
        ({"at": "25:00"}, "at"),
        ({"hours": "3"}, "hours"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["8"]}, "weekdays"),
        ({"late_days": "0"}, "late_days"),
        ({"kind": "spam"}, "kind"),
        ({"link": "course", "label": ""}, "label"),
        ({"link": "elders"}, "link"),
        ({"unfinished": "geen"}, "unfinished"),
        ({"conditions": ["rijk"]}, "conditions"),
    ],
)
def test_what_cannot_be_of_a_mail_is_told_at_its_field_and_stays_on_the_page(
    wrong: dict[str, Any], field: str
) -> None:
    sequence = make_mails()
    sent = form_of(preview="Dit typte ik") | wrong
    answer = staff().post(address(sequence, "mail-erbij/"), sent)
    assert answer.status_code == 400
    assert errors_of(answer, field)
    if field != "preview":
        assert "Dit typte ik" in text_of(answer)
    assert keys_of(sequence) == ["welkom"]


def test_a_form_that_lost_its_half_is_refused_and_nothing_is_saved() -> None:
    sequence = make_mails()
    assert staff().post(address(sequence, "mail/welkom/"), {"subject": "Ha"}).status_code == 400
    assert mail_of(sequence, "welkom").subject == "Je kunt beginnen"


def test_what_a_moment_has_no_use_for_is_not_kept() -> None:
    sequence = make_mails()
    staff().post(
        address(sequence, "mail-erbij/"),
        form_of(trigger="date", date="2027-01-04", days="9", hours="", lesson="", subject="Datum"),
    )
    assert mail_of(sequence, "datum").days == 0


def test_two_who_write_at_once_see_both_texts_and_nothing_is_written_over() -> None:
    sequence, one, other = make_mails(), staff(), staff()
    seen = the(tree(page(one, sequence, "mail/welkom/")), "input[name=seen]").attributes["value"]

    first = form_of(subject="Van de een", seen=seen)
    assert one.post(address(sequence, "mail/welkom/"), first).status_code == 302
    second = form_of(subject="Van de ander", seen=seen)
    answer = other.post(address(sequence, "mail/welkom/"), second)

    assert answer.status_code == 412
    assert mail_of(sequence, "welkom").subject == "Van de een"
    told = the(tree(answer), "#conflict").parent
    assert told is not None
    assert "een" in the(told, "del").text()
    assert "ander" in the(told, "ins").text()
    field = the(tree(answer), "#id_subject").attributes["value"]
    assert field == "Van de ander"
    now_seen = the(tree(answer), "input[name=seen]").attributes["value"]
    again = form_of(subject="Van de ander", seen=now_seen)
    assert other.post(address(sequence, "mail/welkom/"), again).status_code == 302
    assert mail_of(sequence, "welkom").subject == "Van de ander"


def test_two_who_write_different_mails_do_not_hinder_each_other() -> None:
    sequence = make_mails(make_mail("a"), make_mail("b"))
    one, other = staff(), staff()
    seen = {
        key: the(tree(page(one, sequence, f"mail/{key}/")), "input[name=seen]").attributes["value"]
        for key in "ab"
    }
    for client, key in ((one, "a"), (other, "b")):
        sent = form_of(subject=f"Mail {key}", seen=seen[key])
        assert client.post(address(sequence, f"mail/{key}/"), sent).status_code == 302
    sequence.refresh_from_db()
    assert [one["subject"] for one in sequence.draft] == ["Mail a", "Mail b"]


def test_a_mail_that_was_taken_out_meanwhile_stays_on_its_writer_s_page() -> None:
    sequence, client = make_mails(make_mail("a"), make_mail("b")), staff()
    seen = the(tree(page(client, sequence, "mail/a/")), "input[name=seen]").attributes["value"]
    drafting.remove(sequence=sequence.pk, key="a", by=None, now=NOW)
    answer = client.post(address(sequence, "mail/a/"), form_of(subject="Mijn tekst", seen=seen))
    assert answer.status_code == 412
    assert "Mijn tekst" in text_of(answer)
    assert keys_of(sequence) == ["b"]


def test_what_is_worth_a_second_look_stands_at_its_field() -> None:
    course = make_course(title="Bindingsangst begrijpen")
    sequence = make_mails(
        make_mail(
            subject="Over je bindingsangst", preview="",
            body="Deze therapie helpt. " + "woord " * 130,
        ),
        course=course,
    )  # fmt: skip
    shown = tree(page(staff(), sequence, "mail/welkom/"))
    looks = {
        field: " ".join(node.text() for node in shown.css(f"[data-field={field}] .look"))
        for field in ("subject", "preview", "body")
    }
    assert "bindingsangst" in looks["subject"]
    assert looks["preview"]
    assert "therapie" in looks["body"]
    assert "133" in the(shown, "[data-count].look").text()


def test_a_lesson_that_readers_do_not_see_any_more_stays_until_somebody_chooses() -> None:
    gone = UUID(int=12)
    sequence = make_mails(make_mail(trigger="finished", lesson=str(gone)))
    shown = tree(page(staff(), sequence, "mail/welkom/"))
    chosen = the(shown, "#id_lesson option[selected]")
    assert chosen.attributes["value"] == str(gone)
    assert "niet meer" in chosen.text()


def test_no_more_mails_than_a_sequence_may_have() -> None:
    sequence = make_mails(*(make_mail(f"m{number}") for number in range(steps.STEPS_MAX)))
    answer = staff().post(address(sequence, "mail-erbij/"), form_of())
    assert answer.status_code == 400
    assert len(keys_of(sequence)) == steps.STEPS_MAX
