"""Mails as files: out, in, and out again; and what is refused, with its file and its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content.folder import MAILS, InvalidFolder
from lessons.content.folder.reading import read_folder
from lessons.drip import folder
from lessons.drip.folder import InvalidMails, SequenceFile
from lessons.drip.steps import Condition, Step
from lessons.management.commands.load_courses import SHIPPED

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

LESSONS = {f"les-{number}": UUID(int=number) for number in (1, 2, 3)}
SLUGS = {lesson: slug for slug, lesson in LESSONS.items()}
SHIPPED_COURSES = sorted(one for one in SHIPPED.iterdir() if folder.is_in(one))

WELCOME = Step(
    key="welkom", kind="lesson", trigger="enrolled", subject="Je kunt beginnen", body="Dag.",
    link="course", label="Begin",
)  # fmt: skip
LATER = Step(
    key="later", kind="nudge", trigger="finished", lesson=LESSONS["les-1"], days=2, at=time(19, 30),
    weekdays=frozenset({1, 5}), late_days=5, subject="‘Dag’: een vraag", preview="Kort.",
    conditions=(Condition("not_finished", LESSONS["les-2"]), Condition("not_bought")),
    body="Een.\n\n- twee\n- drie",
)  # fmt: skip
ON_A_DAY = Step(
    key="op-een-dag", kind="thanks", trigger="date", date=date(2027, 3, 28), subject="x", body="y"
)
SEQUENCE = SequenceFile("mails", "Mails", "een-training", "none", (WELCOME, LATER, ON_A_DAY))


def files_in(course: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in (course / MAILS).iterdir()}


def test_a_sequence_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder.write(SEQUENCE, tmp_path, SLUGS)

    assert folder.read(tmp_path, LESSONS) == SEQUENCE


def test_a_file_says_only_what_is_not_usual_and_names_lessons_by_slug(tmp_path: Path) -> None:
    folder.write(SEQUENCE, tmp_path, SLUGS)
    files = files_in(tmp_path)

    assert set(files) == {
        "sequence.md", "01-welkom.md", "02-later.md", "03-op-een-dag.md",
    }  # fmt: skip
    assert files["01-welkom.md"].decode() == (
        "---\nkey: welkom\nkind: lesson\ntrigger: enrolled\nsubject: Je kunt beginnen\n"
        "link: course\nlabel: Begin\n---\nDag.\n"
    )
    assert "lesson: les-1\n" in files["02-later.md"].decode()
    assert "  lesson: les-2\n- kind: not_bought\n" in files["02-later.md"].decode()


@pytest.mark.parametrize("course", SHIPPED_COURSES, ids=lambda path: path.name)
def test_shipped_mails_are_written_as_they_are_read(course: Path, tmp_path: Path) -> None:
    lessons = {
        lesson.slug: lesson.uuid
        for module in read_folder(course).modules
        for lesson in module.lessons
    }
    found = folder.read(course, lessons)
    folder.write(found, tmp_path, {lesson: slug for slug, lesson in lessons.items()})

    assert files_in(tmp_path) == files_in(course)


def test_mails_that_are_no_more_leave_the_folder_and_other_files_stay(tmp_path: Path) -> None:
    folder.write(SEQUENCE, tmp_path, SLUGS)
    (tmp_path / MAILS / "notities.txt").write_text("Van mij")
    folder.write(replace(SEQUENCE, steps=(LATER,)), tmp_path, SLUGS)

    assert set(files_in(tmp_path)) == {"sequence.md", "01-later.md", "notities.txt"}


lines = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=60
).filter(lambda text: text == text.strip() and "{" not in text)
bodies = st.lists(lines, min_size=1, max_size=4).map("\n\n".join)
made = st.builds(
    Step,
    key=st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True),
    kind=st.sampled_from(["lesson", "nudge", "offer", "thanks"]),
    trigger=st.sampled_from(["enrolled", "lesson", "completed", "bought"]),
    lesson=st.none() | st.sampled_from(list(SLUGS)),
    days=st.integers(0, 730),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    conditions=st.lists(
        st.sampled_from([Condition("not_bought"), Condition("not_finished", UUID(int=3))])
    ).map(tuple),
    late_days=st.integers(1, 60),
    subject=lines,
    preview=lines,
    body=bodies,
    link=st.just("lesson"),
    label=lines,
)


@pytest.mark.slow
@given(step=made)
def test_any_step_survives_its_file(step: Step, tmp_path_factory: pytest.TempPathFactory) -> None:
    course = tmp_path_factory.mktemp("course")
    sequence = SequenceFile("mails", "Mails", None, "bought", (step,))
    folder.write(sequence, course, SLUGS)
    once = files_in(course)

    assert folder.read(course, LESSONS) == sequence
    folder.write(folder.read(course, LESSONS), course, SLUGS)
    assert files_in(course) == once


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("sequence.md", "slug: mails", "slug: Mails!", "slug"),
        ("sequence.md", "title: Mails\n", "", "title"),
        ("sequence.md", "sells: een-training", "sells: 7", "sells"),
        ("sequence.md", "goal: none", "goal: rijk", "goal"),
        ("sequence.md", "goal: none", "goal: none\nkleur: rood", "kleur"),
        ("sequence.md", "goal: none\n---\n", "goal: none\n---\nTekst.", ""),
        ("01-welkom.md", "key: welkom", "key: anders", "key"),
        ("01-welkom.md", "key: welkom", "key: Welkom!", "key"),
        ("01-welkom.md", "kind: lesson", "kind: spam", "kind"),
        ("01-welkom.md", "kind: lesson", "kind: lesson\nsoort: x", "soort"),
        ("01-welkom.md", "kind: lesson", "kind: lesson\nsince: x", "since"),
        ("01-welkom.md", "Dag.", "Dag {{ naam }}.", "body"),
        ("01-welkom.md", "subject: Je kunt beginnen", "subject: ''", "subject"),
        ("02-later.md", "lesson: les-1", "lesson: les-9", "lesson"),
        ("02-later.md", "lesson: les-2", "lesson: les-9", "conditions"),
        ("02-later.md", "lesson: les-2", "lesson: [x]", "conditions"),
        ("02-later.md", "- kind: not_bought", "- niet", "conditions"),
        ("02-later.md", "conditions:\n", "conditions: 3\nlate_days: 2\nq:\n", "q"),
        ("02-later.md", "at: '19:30'", "at: 19:30", "at"),
        ("02-later.md", "at: '19:30'", "at: '25:00'", "at"),
        ("02-later.md", "late_days: 5", "late_days: 5.5", "late_days"),
        ("03-op-een-dag.md", "date: '2027-03-28'", "date: '28 maart'", "date"),
    ],
)
def test_mails_that_cannot_be_read_are_refused_with_file_and_field(
    file: str, old: str, new: str, field: str, tmp_path: Path
) -> None:
    folder.write(SEQUENCE, tmp_path, SLUGS)
    there = tmp_path / MAILS / file
    assert old in there.read_text()
    there.write_text(there.read_text().replace(old, new))

    with pytest.raises(InvalidMails, match=f"mails/{file}") as refusal:
        folder.read(tmp_path, LESSONS)

    assert (refusal.value.file, refusal.value.field) == (file, field)


def test_what_is_no_page_at_all_is_refused_with_the_file(tmp_path: Path) -> None:
    folder.write(SEQUENCE, tmp_path, SLUGS)
    (tmp_path / MAILS / "01-welkom.md").write_text("Dag.")

    with pytest.raises(InvalidFolder, match=r"01-welkom\.md"):
        folder.read(tmp_path, LESSONS)


def test_two_mails_of_one_key_are_refused(tmp_path: Path) -> None:
    folder.write(SEQUENCE, tmp_path, SLUGS)
    text = (tmp_path / MAILS / "01-welkom.md").read_text()
    (tmp_path / MAILS / "09-welkom.md").write_text(text)

    with pytest.raises(InvalidMails, match=r"09-welkom\.md: key"):
        folder.read(tmp_path, LESSONS)


def test_a_lesson_that_has_no_slug_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidMails, match=r"02-later\.md: lesson"):
        folder.write(SEQUENCE, tmp_path, {})
