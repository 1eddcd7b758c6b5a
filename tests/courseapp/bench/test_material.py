"""What is measured with: as much of it as is said, and as different."""

from __future__ import annotations

import pytest
from django.db import connection

from courseapp.bench import crowd, publications, staffpages
from courseapp.bench.report import EDITS, FIRST
from lessons.content import editions
from lessons.content.models import Course
from lessons.reading.models import Completed, Enrolment, Finished, Opened, Unlock


@pytest.mark.django_db
def test_a_crowd_is_as_large_as_wanted_and_spread_over_the_course() -> None:
    course = staffpages.course()
    crowd.grow(course, wanted=50)
    crowd.grow(course, wanted=90)
    enrolments = Enrolment.objects.filter(course=course)
    assert enrolments.count() == 90
    assert len(set(enrolments.values_list("reader__uuid", flat=True))) == 90
    assert len(set(enrolments.values_list("enrolled_at", flat=True))) > 80
    assert Opened.objects.count() > Finished.objects.count() > 90
    assert Unlock.objects.count() == 90 * crowd.PROMISED
    lessons = 40
    done = Completed.objects.values_list("enrolment", flat=True)
    assert done
    for enrolment in enrolments:
        finished = enrolment.finished_facts.count()
        assert (finished == lessons) == (enrolment.pk in done)
        assert min(finished + 1, lessons) == enrolment.opened_facts.count()
    connection.check_constraints()


@pytest.mark.django_db
def test_ten_edits_are_an_edit_in_each_of_ten_lessons() -> None:
    first, edits = publications.first(times=1)
    assert (first["name"], edits["name"]) == (FIRST, EDITS)
    course = Course.objects.get(slug="first-0")
    newest, before = course.editions.order_by("-number")[:2]
    old, new = editions.load(before.pk), editions.load(newest.pk)
    changed = [a for a, b in zip(old.lessons, new.lessons, strict=True) if a.content != b.content]
    assert len(changed) == publications.EDITED
