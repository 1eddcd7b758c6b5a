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
