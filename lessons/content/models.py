"""What staff write and what is published of it.

The working copy is Article, Course, Module and Lesson: staff change it, readers never see it. What
readers see is an Edition: an immutable state of a whole course, made of module snapshots. One
pointer, ``Course.live_edition``, says which one.

Identities (article, course, module, lesson) are UUIDs that travel with export and import and are
never given away again; retiring a lesson leaves its row and every fact about it in place.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from lessons.content.asking_outside import Outcome
from lessons.content.stored import ContentField


class Article(models.Model):
    """A text of the practice; its wording at a time is a Revision. No personal data."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=300, blank=True)
    # Whether the article itself is for everybody, or only what a course is made from. Its newest
    # revision is shown once a course that cites it is published.
    public = models.BooleanField(default=False)
    # What everybody reads; null: nothing. Importing a text shows it to nobody.
    live_revision = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """One imported version of an article: its source as it came, and what was left out and why.

    Personal data: which member of staff imported it.
    """

    class Form(models.TextChoices):
        TEXT = "text"
        MARKDOWN = "markdown"
        HTML = "html"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    form = models.CharField(max_length=10, choices=Form.choices)
    left_out = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} r{self.number}"


class Passage(models.Model):
    """A heading, paragraph, quote or list item of a revision, under a key that outlives edits."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="passages")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    # What the reader of articles took it for, where a person knew better; else empty.
    recognised = models.CharField(max_length=20, blank=True)
    section = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    # A heading's level, an item's depth in its list; 0 for all else.
    level = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # A block names its passages by key alone.
            models.UniqueConstraint(fields=["revision", "key"], name="passage_key_once"),
            models.UniqueConstraint(fields=["revision", "position"], name="passage_position_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Course(models.Model):
    """A course: the working copy of what is true for all its modules, and the live pointer."""

    class Access(models.TextChoices):
        FREE = "free"
        GRANTED = "granted"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    tagline = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.FREE)
    language = models.CharField(max_length=5, default="nl")
    # Null: everything opens at once. Else {"every_days": 2, "at": "07:00"}, see reading.schedule.
    pace = models.JSONField(null=True, blank=True)
    # Order is a list of UUIDs: SQLite has no deferrable unique constraints to swap positions under.
    module_order = models.JSONField(default=list)
    articles = models.ManyToManyField(Article, related_name="courses", blank=True)
    live_edition = models.ForeignKey(
        "Edition", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.title


class Module(models.Model):
    """A part of a course, published as one piece: the working copy.

    Personal data: which member of staff asked for a publication later.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="modules")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    lesson_order = models.JSONField(default=list)
    retired_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Why the last scheduled publication did not happen, for the person who asked for it.
    publish_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="module_slug_once"),
        ]
        indexes = [
            models.Index(
                fields=["publish_at"], name="module_due", condition=Q(publish_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    """A lesson: its identity for ever, and its working copy."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="lessons")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="lessons")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    lead = models.CharField(max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(default=5)
    required = models.BooleanField(default=True)
    open_to_all = models.BooleanField(default=False)
    # As content.blocks defines them.
    blocks = ContentField(default=list)
    # {block id: {passage key: digest}}: the wording each block was last held against. A digest that
    # differs from the article's current one makes the block stale.
    seen = models.JSONField(default=dict)
    # Raised by every save; a form brings back the one it started from.
    version = models.PositiveIntegerField(default=1)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A lesson's public address and its file are named by the slug.
            models.UniqueConstraint(fields=["course", "slug"], name="lesson_slug_once"),
        ]

    def __str__(self) -> str:
        return self.title


class LessonSave(models.Model):
    """How a lesson of the working copy was at one of its versions, kept for 30 days to go back to.

    Personal data: which member of staff saved it.
    """

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="saves")
    version = models.PositiveIntegerField()
    # What content.editing writes and reads: title, lead, minutes, flags, blocks, seen.
    state = ContentField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # Written by itself while somebody typed: of these one a minute stays.
    automatic = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "version"], name="lesson_save_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} v{self.version}"


class UnsavedText(models.Model):
    """What somebody wrote and that was not saved over what stands there: kept beside it.

    Only its writer sees it. Personal data: who wrote it.
    """

    class Reason(models.TextChoices):
        CHANGED = "changed"  # Somebody else, or another tab, saved in between.
        SHORTER = "shorter"  # Much of the text would be gone.

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="unsaved")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    # The version it was written on.
    based_on = models.PositiveIntegerField()
    state = ContentField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"unsaved {self.uuid}"


class MediaFile(models.Model):
    """A picture, sound or film of our own. The alternative text belongs to the block that shows it.

    Personal data: which member of staff added it.
    """

    class Kind(models.TextChoices):
        IMAGE = "image"
        AUDIO = "audio"
        VIDEO = "video"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # What it was called on the computer it came from.
    name = models.CharField(max_length=200)
    # Below MEDIA_ROOT; also its address below /media/. An image has smaller sizes beside it.
    path = models.CharField(max_length=120, unique=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class OutsideLink(models.Model):
    """A page of another site that lessons link to, and what came of asking. No personal data."""

    url = models.TextField()
    digest = models.CharField(
        max_length=64, unique=True
    )  # SHA-256: a URL may be long for an index.
    first_seen = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    said = models.CharField(max_length=20, blank=True)  # A status, or a word such as "timeout".
    failures = models.PositiveSmallIntegerField(default=0)  # In a row, and since when.
    failing_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.url


class PageText(models.Model):
    """The words of one of the practice's own pages in one language: the working copy.

    The practice's identity is one too, without a language. No row: the words that come along.
    """

    name = models.CharField(max_length=20)
    language = models.CharField(max_length=5, blank=True)
    # As content.site_pages defines it for this name.
    draft = ContentField()
    version = models.PositiveIntegerField(default=1)
    live = models.ForeignKey(
        "PageVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="page_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.language}".strip()


class PageVersion(models.Model):
    """A published wording of such a page: immutable.

    Personal data: which member of staff published it.
    """

    page = models.ForeignKey(PageText, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = ContentField()
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="page_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.page} v{self.number}"


class Snapshot(models.Model):
    """A module as it was published: immutable. ``content`` is read by content.editions alone."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="snapshots")
    content = ContentField()

    def __str__(self) -> str:
        return str(self.uuid)


class Edition(models.Model):
    """An immutable published state of a whole course, like a commit: who, when, why, and what.

    Its key is a UUID that is never used twice, so that whatever is computed from an edition may be
    kept in memory under that key without ever growing stale.
    Personal data: which member of staff published it.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    # What is true for the course: title, tagline, description, access, language, pace, articles.
    manifest = models.JSONField()
    modules: models.ManyToManyField[Snapshot, Any] = models.ManyToManyField(
        Snapshot, through="EditionModule", related_name="editions"
    )
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            # Two publications at once would otherwise both call themselves the next.
            models.UniqueConstraint(fields=["course", "number"], name="edition_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} e{self.number}"


class EditionModule(models.Model):
    """The place of a module's snapshot in an edition."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="places")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="places")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "position"], name="edition_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}/{self.position}"
