"""What a reader has: a place in a course, a right to it, and the facts of what happened there.

Facts (Opened, Finished, Completed) are inserted once and never changed; promises (Unlock) neither,
unless the reader moves them. All hang on lesson identities: no publication can take one away.
"""

from __future__ import annotations

import uuid

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


class Proof(models.Model):
    """A reader wants it shown that she completed a course; others check it by its number.

    Personal data: the name she wants on it, if any, and when she completed which course. What she
    did not choose is not shown.
    """

    # Nobody guesses it (59 bits).
    number = models.CharField(max_length=14, primary_key=True)
    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="proof")
    name = models.CharField(max_length=100, blank=True)
    # Whether the title stands on it: it tells what the course is about.
    names_course = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


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


class Rhythm(models.Model):
    """How a reader wants a course's dates, where that differs from the course's pace.

    Personal data: the hour of the day and the wish for everything at once.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="rhythm")
    # The time of day, on the reader's clock, that lessons open and mails come; null: the course's.
    hour = models.TimeField(null=True, blank=True)
    opened_all_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"rhythm {self.pk}"


class Pause(models.Model):
    """The reader wants no lessons and no mails for a while. Personal data: when, who."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="pauses")
    begins_at = models.DateTimeField()
    # Moved forward when the reader comes back earlier.
    ends_at = models.DateTimeField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A pause that ends before it begins would move dates back.
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("begins_at")), name="pause_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk}"


class Answer(models.Model):
    """What a reader wrote or ticked at a block of a lesson, sealed with the reader's own key.

    A text is one row, written over by its owner; a self-check taken again is a row of its own.
    Inside the seal lies the question too, as it stood (``lessons.reading.replies``): so the answer
    can be read back when the lesson has changed or gone.
    Personal data: that and when a reader wrote something at which lesson; what, nobody can read
    here.
    """

    class Kind(models.TextChoices):
        REFLECTION = "reflection"
        EXERCISE = "exercise"
        SELFCHECK = "selfcheck"

    # Made before the row is written, for the seal is bound to it. It never changes.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="answers")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+", db_index=False)
    # What the lesson was called when the answer was saved, for whoever reads it back later.
    lesson_title = models.CharField(max_length=300)
    block = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # 1, and one more each time a self-check is taken again.
    occurrence = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    # One more with each save; who writes names the version it began from.
    version = models.PositiveIntegerField(default=1)
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Two windows that begin at one place at once would write two answers, one unseen.
            models.UniqueConstraint(
                fields=["enrolment", "block", "occurrence"], name="answer_occurrence_once"
            ),
            # Only a self-check is taken again; a second text would hide the first.
            models.CheckConstraint(
                condition=Q(occurrence=1) | Q(kind="selfcheck", occurrence__gte=1),
                name="answer_text_once",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def tag(self) -> str:
        """Names exactly this state of this row; after a deletion it never comes back."""
        return f"{self.pk.hex}-{self.version}"
