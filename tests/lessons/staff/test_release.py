"""Publishing at a planned moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lessons.content.models import Module, Snapshot
from lessons.staff import release
from tests.factories import NOW, live, make_course

pytestmark = pytest.mark.django_db


def test_a_module_that_cannot_be_published_for_a_fault_keeps_back_no_other() -> None:
    broken, sound = make_course(modules=1), make_course(modules=1)
    Snapshot.objects.filter(module__course=broken).update(content={})
    planned = Module.objects.filter(course__in=[broken, sound])
    planned.update(publish_at=NOW, title="Nieuw")
    sound.modules.update(publish_at=NOW + timedelta(seconds=1))
    assert release.publish_due(now=NOW + timedelta(minutes=1)) == 1
    assert (live(broken).number, live(sound).number) == (1, 2)
    assert planned.get(publish_at__isnull=False).course == broken
