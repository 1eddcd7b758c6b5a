"""What happens by the clock, without anybody asking, and how often."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Task, every so many seconds, and after how many a message that nobody took has lost its use.
TIMETABLE: tuple[tuple[str, int, int], ...] = (
    ("post.tick", 15, 15),
    ("lessons.drip", 15, 15),
    ("payments.sweep", 30, 30),
    ("lessons.publish_due", MINUTE, MINUTE),
    ("lessons.ask_outside", 3 * MINUTE, 3 * MINUTE),
    ("payments.pull", 15 * MINUTE, 15 * MINUTE),
    ("courseapp.hand_over", MINUTE, MINUTE),
    ("courseapp.let_go", MINUTE, MINUTE),
    ("courseapp.sweep_keys", HOUR, HOUR),
    ("courseapp.scrub", HOUR, HOUR),
    ("courseapp.renew_keys", HOUR, HOUR),
    ("payments.audit", DAY, 60 * MINUTE),
    ("payments.forget_old", DAY, 60 * MINUTE),
    ("courseapp.ask_idle", DAY, 60 * MINUTE),
    ("post.forget_old", DAY, 60 * MINUTE),
    ("accounts.prune", DAY, 60 * MINUTE),
    ("lessons.forget_old", DAY, 60 * MINUTE),
)


def schedule() -> dict[str, dict[str, object]]:
    """The timetable in Celery's words."""
    return {
        task: {"task": task, "schedule": float(every), "options": {"expires": expires}}
        for task, every, expires in TIMETABLE
    }
