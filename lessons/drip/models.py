"""Mail over time: what is written (sequences), where each reader is in it, what was decided."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from lessons.content.models import Course
from lessons.reading.models import Enrolment


class Sequence(models.Model):
    """Mails that follow a course over the days. Personal data: who of the staff changed it last.

    ``draft`` is the working copy, a list of steps as `lessons.drip.steps` stores them; readers get
    what ``live`` says. ``sells`` is the training its offers are about.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        # Nothing goes; every place keeps where it is, and what became too late is left out after.
        STOPPED = "stopped"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sequences")
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    sells = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="sold_by", null=True, blank=True
    )
    # What ends it for a reader, besides its last step: lessons.drip.plan.Goal.
    goal = models.CharField(max_length=12, default="none")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    draft = models.JSONField(default=list)
    # Raised by every save; whoever began from an older one is told so.
    draft_no = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    live = models.ForeignKey(
        "SequenceVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.title


class SequenceVersion(models.Model):
    """A published state of a sequence; never changed. Personal data: who published it."""

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    steps = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # Two people publishing at once get two numbers.
            models.UniqueConstraint(fields=["sequence", "number"], name="sequence_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence_id} {self.number}"


class Place(models.Model):
    """A reader in a sequence, and the one moment somebody has to look at it again.

    ``next_at`` is the whole schedule; null: nothing to do until something happens. Claiming a place
    moves it to the end of the claimer's lease, so that a crash needs no repair.
    Personal data: who gets which mails.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="places"
    )
    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="places")
    # Null while the reader has a right to the course and did not begin it.
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, null=True, blank=True, related_name="places"
    )
    started_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    # When it was planned last, to notice what happened since.
    planned_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    # The reader, or somebody for them, ended it.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One reader is in a sequence once, however often the tick looks.
            models.UniqueConstraint(fields=["reader", "sequence"], name="place_once"),
        ]
        indexes = [
            # What is due; places with nothing to do cost nothing here.
            models.Index(fields=["next_at"], name="place_due", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"


class Mail(models.Model):
    """One step to one reader, decided on once. Personal data: who got which mail when."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        # It may have gone out before a crash; an offer is then not sent again.
        IN_DOUBT = "in_doubt"
        # Between the decision and the sending the reader changed their mind, or bought.
        WITHHELD = "withheld"
        FAILED = "failed"

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="mails")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drip_mails"
    )
    version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="mails")
    step_key = models.CharField(max_length=40)
    # Of a mail per lesson the lesson, of a reminder the day the silence began; else empty.
    occurrence = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10)
    due_at = models.DateTimeField()
    # The reader's calendar day it takes; null: it answers what the reader just did.
    day = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Its row in the outbox, as long as that is kept.
    letter = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            # The same step twice is what no reader should ever get.
            models.UniqueConstraint(
                fields=["place", "step_key", "occurrence"], name="mail_step_once"
            ),
            # At most one mail a day, over all courses.
            models.UniqueConstraint(
                fields=["reader", "day"], condition=Q(day__isnull=False), name="mail_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["decided_at"], name="mail_queued", condition=Q(state="queued")),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"


class Choice(models.Model):
    """What a reader wants of our mails, as they said it: rows are added, the last one counts.

    ``course`` null: all courses. Personal data: who wants what, since when.
    """

    class About(models.TextChoices):
        LESSONS = "lessons"
        NUDGES = "nudges"

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices"
    )
    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    about = models.CharField(max_length=10, choices=About.choices)
    wanted = models.BooleanField()
    # How it was said: "page", "link", "one-click", "mail", "staff".
    way = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reader", "at"], name="mail_choice_of_reader")]

    def __str__(self) -> str:
        return f"choice {self.pk}"


class Mark(models.Model):
    """Up to where the rows of others were looked through for what plans follow from.

    No personal data.
    """

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
