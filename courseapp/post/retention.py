"""Letters that have gone out do not stay for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from courseapp.post.models import Allowance, DeliveryEvent, Form, Letter, Suppression

if TYPE_CHECKING:
    from datetime import datetime

# As long as somebody may still ask why a mail did not come (docs/data-inventory.yml).
KEPT = timedelta(days=90)


def forget_old(*, now: datetime) -> int:
    """Delete the letters of more than ninety days ago with which nothing more is to be done.

    What was told of them goes with them, and forms that no letter is left of.
    """
    before = now - KEPT
    with transaction.atomic():
        _all, by_model = Letter.objects.filter(next_at=None, created_at__lt=before).delete()
        DeliveryEvent.objects.filter(received_at__lt=before).delete()
        Suppression.objects.filter(lifted_at__lt=before).delete()
        Allowance.objects.filter(day__lt=before.date()).delete()
        of_form = Letter.objects.filter(form=OuterRef("pk"))
        Form.objects.filter(~Exists(of_form), created_at__lt=before).delete()
    return by_model.get(Letter._meta.label, 0)
