"""The words of the shipped mails: nothing of the topic, short, kind, and each its own."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from lessons.content import tics, wording
from lessons.drip.steps import PLACEHOLDER, Step
from lessons.management.commands.load_courses import SHIPPED
from tests.lessons.drip.shipping import (
    FREE,
    TRAINING,
    course_file,
    is_telling,
    lessons_of,
    mails,
    words_in,
)

pytestmark = pytest.mark.once

# A reader who was silent is not reproached, nobody is counted, and nothing runs out.
UNKIND = re.compile(
    r"\b(?:mis(?:sen|ten)? je|gemist|jammer|helaas|nog steeds niet|al \w+ dagen"
    r"|achter(?:stand|loopt)"
    r"|vergeet|nu meteen|alleen nu|laatste kans|korting|tijdelijk|aanbieding|mis (?:het|dit)"
    r"|moet(?:en)?|score|procent|ultieme|exclusie[fv]\w*|gefeliciteerd|goed bezig)\b|[!%]|\d",
    re.I,
)
WORDS_MOST, WORDS_MOSTLY = 120, 80

MAILS = [
    pytest.param(step, id=f"{course[:8]}-{step.key}")
    for course in (FREE, TRAINING)
    for step in mails(course).steps
]
each_mail = pytest.mark.parametrize("step", MAILS)


def all_words(step: Step) -> str:
    return PLACEHOLDER.sub("", " ".join([step.subject, step.preview, step.body, step.label]))


def test_the_list_of_telling_words_knows_the_courses() -> None:
    for word in ("bindingsangst", "bindingsangstige", "helderheid", "twijfel", "twijfels", "muur"):
        assert is_telling(word), word
    for word in ("les", "dag", "klaar", "verder", "training", "vandaag"):
        assert not is_telling(word), word


@each_mail
def test_nothing_of_the_topic_shows(step: Step) -> None:
    first = step.body.partition("\n")[0]
    for text in (step.subject, step.preview, first, all_words(step)):
        assert [word for word in words_in(text) if is_telling(word)] == []


@each_mail
def test_it_is_short_and_easy_to_read(step: Step) -> None:
    assert len(all_words(step).split()) <= WORDS_MOST
    assert len(step.subject) <= 45
    assert step.preview
    sentences = re.split(r"(?<=[.?])\s+", PLACEHOLDER.sub("", step.body))
    assert max(len(sentence.split()) for sentence in sentences) <= 22


def test_most_are_shorter_still() -> None:
    lengths = [
        len(step.body.split()) for course in (FREE, TRAINING) for step in mails(course).steps
    ]

    assert sum(length < WORDS_MOSTLY for length in lengths) > len(lengths) * 0.8


@each_mail
def test_it_is_kind_and_claims_nothing(step: Step) -> None:
    text = all_words(step)

    assert UNKIND.findall(text) == []
    assert wording.claims_in(text) == []
    assert tics.found(text, tics.NEVER) == {}
    assert not re.search(r"\bu\b|[–—]", text)


@pytest.mark.parametrize("course", [FREE, TRAINING])
def test_no_two_mails_of_a_sequence_say_the_same(course: str) -> None:
    made = mails(course).steps
    for said in (
        [step.subject for step in made],
        [step.preview for step in made],
        [re.split(r"(?<=[.?])\s", step.body.removeprefix("Dag,\n\n"))[0] for step in made],
    ):
        assert [text for text, times in Counter(said).items() if times > 1] == []


@pytest.mark.parametrize("course", [FREE, TRAINING])
def test_no_mail_holds_a_line_of_a_lesson(course: str) -> None:
    lessons = "\n".join(file.read_text() for file in (SHIPPED / course).glob("[0-9]*/*.md"))
    runs = {
        " ".join(run)
        for text in [words_in(lessons)]
        for run in zip(*(text[start:] for start in range(7)), strict=False)
    }
    for step in mails(course).steps:
        words = words_in(step.body)
        mine = {" ".join(run) for run in zip(*(words[start:] for start in range(7)), strict=False)}
        assert mine & runs == set(), step.key


def test_each_lesson_but_the_first_has_its_mail_and_there_is_one_for_lessons_to_come() -> None:
    steps = mails(FREE).steps
    order = list(lessons_of(FREE).values())

    own = [step.lesson for step in steps if step.trigger == "lesson" and step.lesson]
    assert own == order[1:]
    assert len([step for step in steps if step.trigger == "lesson" and not step.lesson]) == 1


def test_the_rest_of_both_sequences_comes_when_it_should() -> None:
    free = [
        (step.kind, step.trigger, step.days)
        for step in mails(FREE).steps
        if step.trigger != "lesson"
    ]
    training = [(step.kind, step.trigger, step.days) for step in mails(TRAINING).steps]

    assert free == [
        ("lesson", "enrolled", 0), ("nudge", "idle", 4), ("thanks", "completed", 1),
        ("offer", "completed", 3), ("offer", "completed", 10), ("offer", "completed", 24),
    ]  # fmt: skip
    assert training == [
        ("lesson", "bought", 0), ("lesson", "enrolled", 1), ("lesson", "finished", 1),
        ("lesson", "finished", 1), ("nudge", "idle", 6), ("thanks", "completed", 30),
    ]  # fmt: skip


def test_a_mail_at_the_start_of_a_part_follows_the_last_lesson_of_the_part_before() -> None:
    modules = course_file(TRAINING).modules
    starts = [step for step in mails(TRAINING).steps if step.trigger == "finished"]

    assert [step.lesson for step in starts] == [one.lessons[-1].uuid for one in modules[:-1]]
    assert [step.conditions[0].lesson for step in starts] == [
        one.lessons[0].uuid for one in modules[1:]
    ]


def test_offers_say_what_they_are_that_nothing_happens_and_which_is_the_last() -> None:
    offers = [step for step in mails(FREE).steps if step.kind == "offer"]

    for step in offers:
        assert "betaalde training" in step.body.partition("\n")[0]
        assert re.search(r"gebeurt er niets|verandert er niets", step.body)
        assert step.link == "training"
        assert step.weekdays == frozenset(range(1, 6))
        assert step.at is not None
        assert step.at.hour in {9, 19}
    assert ["laatste bericht" in step.body for step in offers] == [False, False, True]
