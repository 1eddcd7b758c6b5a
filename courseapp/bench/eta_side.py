"""The other side of "sending, beside a task for each mail": Celery and Redis as tutorials have it.

``python eta_side.py`` reads the same JSON object as ``post_office_side.py`` does, and ``"redis"``:
the address of a broker. Each mail is a row and a task with an ETA; the task reads the row, sends
the mail through Django over a connection of its own, and marks the row. Written is how many a
second one worker did, from the first task's start to the last one's end.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django
from celery import Celery
from celery.worker import state
from django.conf import settings

QUEUE = "courseapp-bench"


def table() -> Any:
    """A table of mails, made in the database at hand."""
    from django.db import connection, models  # noqa: PLC0415 -- settings are ready only now.

    class Row(models.Model):
        to = models.EmailField()
        subject = models.CharField(max_length=200)
        text = models.TextField()
        html = models.TextField()
        sent_at = models.DateTimeField(null=True)

        class Meta:
            app_label = "eta"

        def __str__(self) -> str:
            return self.to

    with connection.schema_editor() as editor:
        editor.create_model(Row)
    return Row


def worker(rows: Any, redis: str, count: int) -> tuple[Celery, Any, list[float]]:
    """A Celery application, its task, and a list that fills with the times of its mails."""
    from django.core.mail import EmailMultiAlternatives  # noqa: PLC0415

    app = Celery("eta", broker=redis)
    app.conf.update(
        task_default_queue=QUEUE, task_ignore_result=True, worker_redirect_stdouts=False
    )
    times: list[float] = []

    @app.task(name="send")  # type: ignore[untyped-decorator]
    def send(key: int) -> None:
        times.append(time.perf_counter())
        row = rows.objects.get(pk=key)
        mail = EmailMultiAlternatives(row.subject, row.text, "post@example.org", [row.to])
        mail.attach_alternative(row.html, "text/html")
        mail.send()
        row.sent_at = datetime.now(tz=UTC)
        row.save(update_fields=["sent_at"])
        if len(times) == count:
            times.append(time.perf_counter())
            state.should_stop = 0

    return app, send, times


def main() -> None:
    """Measure what was asked for on standard input."""
    asked = json.load(sys.stdin)
    settings.configure(
        DATABASES={"default": asked["database"]},
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=asked["port"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        DEBUG=False,
    )
    django.setup()
    rows = table()
    mails = rows.objects.bulk_create([rows(**one) for one in asked["mails"]])
    app, send, times = worker(rows, asked["redis"], len(mails))
    for mail in mails:
        send.apply_async([mail.pk], eta=datetime.now(tz=UTC))
    try:
        app.Worker(pool="solo", loglevel="ERROR", quiet=True).start()
    finally:
        with app.connection_for_write() as broker:
            broker.default_channel.queue_delete(QUEUE)
    sys.stdout.write(f"\n{len(mails) / (times[-1] - times[0])}\n")


if __name__ == "__main__":
    main()
