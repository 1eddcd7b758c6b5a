"""The outbox: every mail the site sends is a row here first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from typing import Literal

    State = Literal["waiting", "sent", "given_up"]


class Letter(models.Model):
    """One mail to one person: the record that it must go out, and later that it did.

    ``next_at`` is the whole schedule: the moment somebody should try, null when there is nothing to
    do any more. Claiming a letter moves it to the end of the claimer's lease, so that a crash needs
    no repair.

    Personal data: the address, and what the mail says. A sign-in code is a secret: its words are
    emptied as soon as the mail is sent or the code has run out.
    """

    class Stream(models.TextChoices):
        CODE = "code"
        RECEIPT = "receipt"
        LESSON = "lesson"
        OFFER = "offer"

    uuid = models.UUIDField(unique=True, editable=False)
    # The same key is the same letter: asking twice sends once.
    key = models.CharField(max_length=200, unique=True)
    message_id = models.CharField(max_length=200, unique=True)
    stream = models.CharField(max_length=10, choices=Stream.choices)
    priority = models.PositiveSmallIntegerField()
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    # After this moment the mail is of no use to anybody; null when it never loses its use.
    expires_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [
            # What is due, in the order it goes; finished letters cost nothing here.
            models.Index(
                fields=["priority", "next_at"],
                name="letter_due",
                condition=models.Q(next_at__isnull=False),
            ),
            models.Index(
                fields=["expires_at"],
                name="letter_expiring",
                condition=models.Q(expires_at__isnull=False),
            ),
        ]
        constraints = [
            # A sent letter that is still due would be sent again and again.
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(next_at=None),
                name="letter_sent_is_done",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def state(self) -> State:
        if self.sent_at is not None:
            return "sent"
        return "waiting" if self.next_at is not None else "given_up"


class Heartbeat(models.Model):
    """When something that should happen all the time last happened. No personal data."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
