"""``manage.py drip_timeline``: the timeline for who works in a terminal."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_course
from tests.lessons.desk.mailing import make_mail, make_mails

pytestmark = pytest.mark.django_db


def told(slug: str, *options: str) -> str:
    out = StringIO()
    call_command("drip_timeline", slug, "--enrolled", "2026-11-02T20:15", *options, stdout=out)
    return out.getvalue()


def test_each_mail_has_a_line_with_its_day_and_hour() -> None:
    sequence = make_mails(
        make_mail(), make_mail("later", days=3, at="19:30"),
        make_mail("dank", kind="thanks", trigger="completed", days=1, at="19:30"),
    )  # fmt: skip
    rows = told(sequence.slug, "--finishes-every", "2").splitlines()
    assert [row.split()[:5] for row in rows] == [
        ["day", "0", "2026-11-02", "20:15", "welkom"],
        ["day", "3", "2026-11-05", "19:30", "later"],
        ["day", "9", "2026-11-11", "19:30", "dank"],
    ]
    assert "never" in told(sequence.slug)


def test_as_json_it_is_for_programs() -> None:
    sequence = make_mails(live=True)
    (line,) = json.loads(told(sequence.slug, "--json"))
    assert (line["key"], line["day"], line["outcome"]) == ("welkom", 0, "sent")
    assert json.loads(told(sequence.slug, "--json", "--draft"))[0]["key"] == "welkom"


@pytest.mark.parametrize(
    "wrong",
    [("--zone", "Mars/Noord"), ("--enrolled", "ooit"), ("--hour", "26:00"),
     ("--finishes-every", "0"), ("--stops-after", "99")],
)  # fmt: skip
def test_a_reader_who_cannot_be_is_told(wrong: tuple[str, str]) -> None:
    sequence = make_mails()
    with pytest.raises(CommandError):
        told(sequence.slug, *wrong)


def test_an_unknown_sequence_names_those_there_are() -> None:
    sequence: Any = make_mails(course=make_course(live=False))
    with pytest.raises(CommandError, match=sequence.slug):
        told("bestaat-niet")
    with pytest.raises(CommandError, match="no_course_yet"):
        told(sequence.slug)
