"""What happens to courses without anybody asking."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from lessons.staff import release


@shared_task(name="lessons.publish_due")  # type: ignore[untyped-decorator]
def publish_due() -> None:
    """Every minute: publish the modules whose moment has come."""
    release.publish_due(now=timezone.now())
