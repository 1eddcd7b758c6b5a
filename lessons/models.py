"""Every model of the app, by name: Django looks for them here, the rooms define them."""

from lessons.content.models import (
    Article,
    Course,
    Edition,
    EditionModule,
    Lesson,
    Module,
    Passage,
    Revision,
    Snapshot,
)
from lessons.reading.models import (
    Access,
    Completed,
    Enrolment,
    Finished,
    Opened,
    Position,
    Unlock,
)

__all__ = [
    "Access",
    "Article",
    "Completed",
    "Course",
    "Edition",
    "EditionModule",
    "Enrolment",
    "Finished",
    "Lesson",
    "Module",
    "Opened",
    "Passage",
    "Position",
    "Revision",
    "Snapshot",
    "Unlock",
]
