"""The outbox: every mail the site sends is a row here first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal

    State = Literal["waiting", "sending", "sent", "in_doubt", "withheld", "given_up"]


class Letters(models.QuerySet["Letter"]):
    """Letters by what has become of them."""

    def due(self, *, now: datetime) -> Letters:
        return self.filter(next_at__lte=now)

    def doubtful(self) -> Letters:
        """Begun, and nobody can know whether they went; they are not begun again."""
        return self.filter(begun_at__isnull=False, sent_at=None, next_at=None)

    def lost(self) -> Letters:
        """Should have gone and did not, and nobody will try again; not the doubtful ones."""
        return self.filter(next_at=None, sent_at=None, begun_at=None, withheld="")


class Form(models.Model):
    """Words with marks (``{{opens}}``) that many letters share; each brings its own values.

    Compiled once for each version and language: the CSS is already written into the elements.
    No personal data.
    """

    # SHA-256 of the words: the same words are the same form.
    digest = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]


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
    key = models.CharField(max_length=200)
    # Holds the uuid.
    message_id = models.CharField(max_length=200)
    stream = models.CharField(max_length=10, choices=Stream.choices)
    priority = models.PositiveSmallIntegerField()
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    # Instead of words of its own: a form, and what its marks become for this reader.
    form = models.ForeignKey(Form, on_delete=models.PROTECT, null=True, db_index=False)
    values = models.JSONField(default=dict)
    # Where one click ends mails like this one (RFC 8058); empty where there is nothing to end.
    unsubscribe = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    # After this moment the mail is of no use to anybody; null when it never loses its use.
    expires_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    # The date it bears, the same however often it has to be tried.
    first_tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, default="")
    # Of its words; what has to be said about it later is said in the same.
    language = models.CharField(max_length=5, default="")
    # It brings what another letter had to go without, and is of no use before it can.
    is_owed = models.BooleanField(default=False)
    # Claims since anybody wrote down what came of one: each is a sender that died.
    unanswered = models.PositiveSmallIntegerField(default=0)
    # Written before a mail server is asked to take an offer, which goes once or not at all.
    begun_at = models.DateTimeField(null=True)
    # Why it must not go, said just before it would have; empty when nothing is against it.
    withheld = models.CharField(max_length=100, default="")

    objects = Letters.as_manager()

    class Meta:
        indexes = [
            # What is due, in the order it goes; finished letters cost nothing here. With the id, so
            # that ten thousand letters of one moment are not sorted for each hundred of them.
            models.Index(
                fields=["priority", "next_at", "id"],
                name="letter_due",
                condition=models.Q(next_at__isnull=False),
            ),
            models.Index(
                fields=["expires_at"],
                name="letter_expiring",
                condition=models.Q(expires_at__isnull=False),
            ),
            models.Index(
                fields=["begun_at"],
                name="letter_begun",
                condition=models.Q(begun_at__isnull=False, sent_at=None),
            ),
        ]
        constraints = [
            # ``unique=True`` would bring PostgreSQL a second index, for LIKE; each claim and each
            # mark of a letter writes into all there are.
            models.UniqueConstraint(fields=["key"], name="letter_once"),
            # A sent letter that is still due would be sent again and again.
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(next_at=None),
                name="letter_sent_is_done",
            ),
            # What must not go is not due and did not go.
            models.CheckConstraint(
                condition=models.Q(withheld="") | models.Q(next_at=None, sent_at=None),
                name="letter_withheld_is_done",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def state(self) -> State:
        if self.sent_at is not None:
            return "sent"
        if self.withheld:
            return "withheld"
        if self.begun_at is not None:
            return "in_doubt" if self.next_at is None else "sending"
        return "waiting" if self.next_at is not None else "given_up"


class Attachment(models.Model):
    """A file that goes along with a letter: which one, not its bytes (see `post.enclosures`).

    Personal data: that this letter's receiver gets it; it goes when the letter goes.
    """

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attachments")
    # Names its maker in the setting ENCLOSURES, and to that maker which one.
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    # What the file is called in the mail.
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            # The same letter, put twice, brings each thing once.
            models.UniqueConstraint(fields=["letter", "kind", "key"], name="attachment_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When something that should happen all the time last happened. No personal data."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Suppression(models.Model):
    """An address that must not get mail, or not of every kind, and since when.

    Personal data: that there was such an address, as a keyed hash of it. Nobody reads an address
    back from it; it outlives the account, because an address that asked to be left alone, or that
    does not exist, is still so when its account is gone.
    """

    class Scope(models.TextChoices):
        ALL = "all"  # Everything, but a code once an hour for who asks to sign in.
        COURSE = "course"  # Lessons and offers; what was bought is still answered for.
        OFFERS = "offers"

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce"
        SOFT_BOUNCES = "soft_bounces"
        COMPLAINT = "complaint"
        ASKED = "asked"

    address_hash = models.CharField(max_length=64, db_index=True)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    at = models.DateTimeField()
    # From then on it no longer holds; in the future for a pause.
    lifted_at = models.DateTimeField(null=True)
    # When a code was last tried in spite of it.
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Told twice is told once.
            models.UniqueConstraint(
                fields=["address_hash", "scope", "reason"],
                name="suppression_once",
                condition=models.Q(lifted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"


class Breaker(models.Model):
    """The mail server is left alone until then, since it cannot be reached or does not want us.

    One row, made the first time that happens. No personal data.
    """

    name = models.CharField(max_length=40, unique=True)
    open_until = models.DateTimeField()
    # Times in a row that it had to be left alone; 0 when it works.
    trips = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, default="")

    def __str__(self) -> str:
        return f"{self.name}: {self.trips}"


class Allowance(models.Model):
    """What was sent on a day (UTC), held against the limits of the provider. No personal data."""

    day = models.DateField(unique=True)
    sent = models.PositiveIntegerField(default=0)
    # Up to here the moments in which a letter may go are given away.
    paced_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.day}: {self.sent}"


class DeliveryEvent(models.Model):
    """What a provider told of a mail after it was sent: each thing it told, once.

    Personal data: what became of mail to an address, as the keyed hash of it. Whether a mail was
    opened, or a link in it, is not asked for and not kept.
    """

    class Kind(models.TextChoices):
        DELIVERED = "delivered"
        HARD_BOUNCE = "hard_bounce"
        SOFT_BOUNCE = "soft_bounce"
        BLOCKED = "blocked"
        COMPLAINT = "complaint"
        UNSUBSCRIBED = "unsubscribed"

    # The provider's name and its own id of the event.
    event_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address_hash = models.CharField(max_length=64)
    # Ours when the provider lets it stand; its own otherwise.
    message_id = models.CharField(max_length=255)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address_hash", "kind", "at"], name="event_of_address")]

    def __str__(self) -> str:
        return self.event_id
