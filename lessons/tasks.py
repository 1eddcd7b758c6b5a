"""What happens to courses without anybody asking."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from lessons.content import editing
from lessons.staff import release


@shared_task(name="lessons.publish_due")  # type: ignore[untyped-decorator]
def publish_due() -> None:
    """Every minute: publish the modules whose moment has come."""
    release.publish_due(now=timezone.now())


@shared_task(name="lessons.forget_old")  # type: ignore[untyped-decorator]
def forget_old() -> None:
    """Every day: let go of versions of lessons and of unsaved texts that are thirty days old."""
    editing.forget_old(now=timezone.now())
