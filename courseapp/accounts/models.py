"""People: an account, and what its owner agreed to."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from courseapp.accounts import addresses


class UserManager(BaseUserManager["User"]):
    """Makes accounts; an address is kept tidied, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=addresses.tidy(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=addresses.tidy(username or ""))


class User(AbstractBaseUser):
    """A person with an account; the e-mail address is the name.

    Personal data: the address, the chosen language and time zone, when the person came and was last
    here. No name, no birth date, no phone number.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    language = models.CharField(max_length=5, blank=True, default="")
    time_zone = models.CharField(max_length=64, default="Europe/Amsterdam")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_owner = models.BooleanField(default=False)
    # Until the address is confirmed this moves to the last time a code was asked for: the week
    # after which an unconfirmed account goes is counted from it.
    date_joined = models.DateTimeField(default=timezone.now)
    # Null until the person has shown that the address is theirs; such an account goes after a week.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # When this person was asked whether the account may go, for nobody used it for long.
    idle_asked_at = models.DateTimeField(null=True, blank=True)

    # Through which machine token this request acts for its maker; set on the instance by the API.
    acts_through: ClassVar[MachineToken | None] = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # Two spellings of one address would be two accounts with half the progress each.
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            # Money and staff accounts are an extra on top of staff's work, never instead of it.
            models.CheckConstraint(
                condition=models.Q(is_owner=False) | models.Q(is_staff=True),
                name="user_owner_is_staff",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Consent(models.Model):
    """What a person agreed to, or took back, and in which words: append-only.

    Personal data: who, what, when. Kept as long as the processing it allows, and five years after.
    """

    class Purpose(models.TextChoices):
        PROGRESS = "progress"
        # Mails about trainings.
        OFFERS = "offers"
        # Keeping what is written and ticked in lessons (GDPR art. 9(2)(a)).
        ANSWERS = "answers"

    class Act(models.TextChoices):
        GIVEN = "given"
        WITHDRAWN = "withdrawn"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    act = models.CharField(max_length=10, choices=Act.choices)
    wording = models.TextField()
    wording_sha256 = models.CharField(max_length=64)
    # The place it was given: a course's enrol button, an API call.
    place = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "purpose", "at"], name="consent_of_user")]
        constraints = [
            # The proof is the wording; a row without its words proves nothing.
            models.CheckConstraint(condition=~models.Q(wording=""), name="consent_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.act}"


class MachineToken(models.Model):
    """A key with which a program works for the staff, until it is revoked; only a digest is kept.

    Personal data: which owner made it, and when it was used last.
    """

    class Scope(models.TextChoices):
        READ = "read"
        EDIT = "edit"
        PUBLISH = "publish"
        MONEY = "money"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    # SHA-256 (hex) of the token, which is long and random: no slow hash is needed.
    digest = models.CharField(max_length=64, unique=True)
    # Its first characters, so that people can tell tokens apart.
    hint = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    # Without its maker there is nobody it could act for.
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="machine_tokens")
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One act of a member of staff: who did what to which thing, when. Append-only.

    ``kind`` and ``target`` name the thing, ``within`` what it is part of (a lesson's course).
    ``before`` and ``after`` are small values or references (a version, an edition).
    Without a person it was the server: a command or a planned publication.
    Personal data: which member of staff did it.
    """

    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey(MachineToken, on_delete=models.SET_NULL, null=True, related_name="+")
    act = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    target = models.CharField(max_length=64)
    within = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "target", "at"], name="audit_of_thing"),
            models.Index(fields=["within", "at"], name="audit_within"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.target}"


class Handover(models.Model):
    """Somebody asked for all that is kept of them, and it takes longer than a page can wait.

    ``next_at`` is when somebody should make it; a maker moves it to the end of their lease, so that
    a crash needs no repair. What was made lies in a file, sealed (see ``courseapp.mydata``).
    Personal data: who asked, when. It goes when it is fetched, and after a day.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Asked ten times is asked once.
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="handover")
    asked_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, db_index=True)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # What is made and would be made again, or never goes away, was not meant.
            models.CheckConstraint(
                condition=models.Q(made_at=None, expires_at=None, next_at__isnull=False)
                | models.Q(made_at__isnull=False, expires_at__isnull=False, next_at=None),
                name="handover_is_to_make_or_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Leaving(models.Model):
    """Somebody wants to be forgotten: locked since ``asked_at``, to be erased from ``due_at`` on.

    Personal data: who, when. The row goes with the erasure, or soon after its owner came back.
    """

    # Asked twice, the last word counts.
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="leaving")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    # The erasure began; it is begun again until it is through.
    begun_at = models.DateTimeField(null=True)
    came_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Who came back is not erased, and whose erasure began does not come back.
            models.CheckConstraint(
                condition=models.Q(begun_at=None) | models.Q(came_back_at=None),
                name="leaving_ends_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"leaving {self.pk}"
