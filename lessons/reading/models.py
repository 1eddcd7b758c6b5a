"""What a reader has: a place in a course, a right to it, and the facts of what happened there.

Facts (Opened, Finished, Completed, Unlock) are inserted once and never changed. They hang on lesson
identities, so that no publication can take one away.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from lessons.content.models import Course, Edition, Lesson


class Enrolment(models.Model):
    """A reader in a course, once.

    Personal data: who follows which course since when, and in which time zone it is dated.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments"
    )
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # Two enrolments would split a reader's progress in two.
            models.UniqueConstraint(fields=["reader", "course"], name="enrolment_once"),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class DailyVisits(models.Model):
    """How often the public page of a course was shown on a day (Amsterdam's). Nobody's data."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="visits")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            # Counted by an upsert on this key.
            models.UniqueConstraint(fields=["course", "day"], name="visits_of_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.day}"


class LessonFact(models.Model):
    """Something that happened between a reader and a lesson, once.

    Personal data: which lessons a reader opened or finished, and when.
    """

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="%(class)s_facts"
    )
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            # Eight first calls at once leave one fact.
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"{type(self).__name__.lower()} {self.pk}"


class Opened(LessonFact):
    """The lesson was shown to the reader for the first time."""


class Finished(LessonFact):
    """The reader said: this lesson I have finished."""


class Completed(models.Model):
    """Every required lesson of the live edition was finished; it stays so, whatever is published.

    Personal data: that and when a reader completed a course.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="completed")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"completed {self.pk}"


class Unlock(models.Model):
    """A promise: this lesson opens for this enrolment at this moment.

    Personal data: when a reader may read what.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="unlocks")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A second date for one lesson would be a broken promise.
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="unlock_once"),
        ]

    def __str__(self) -> str:
        return f"unlock {self.pk}"


class Position(models.Model):
    """Where the reader stopped, to go on from there: the one thing here that is overwritten.

    Personal data: the lesson and the block a reader last had before them.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="position")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+", db_index=False)
    block = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"position {self.pk}"


class Access(models.Model):
    """A right to a course, by its source. A reader may read while at least one holds.

    Personal data: who may read which course, why, since when.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="accesses"
    )
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="accesses")
    # Where the right comes from: "order:…", "staff:…", "gift:…".
    source = models.CharField(max_length=100)
    granted_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One order grants once, however often its events arrive.
            models.UniqueConstraint(
                fields=["reader", "course", "source"], name="access_source_once"
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="access_has_source",
            ),
        ]

    def __str__(self) -> str:
        return f"access {self.pk}"
