"""Counting what happens, for a monitor: how often and how long, and about nobody.

Labels are names of ours alone (a page's, a stream's, an outcome's), never what somebody sent.
Several processes of one machine count together: each into a file of its own in
``settings.METRICS_DIR``, which are added up when somebody asks (docs/decisions/0033-metrics.md).
Without that setting each process counts in its memory, which costs a microsecond and tells nobody.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from pathlib import Path

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Seconds; the promise is 0.3 for the slowest of a hundred.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0, 10.0)
REGISTRY = CollectorRegistry()


def _who() -> str:
    """This process among all that share the folder: containers number theirs alike."""
    return f"{os.uname().nodename.replace('_', '-')}-{os.getpid()}"


def _share(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(_who)  # type: ignore[no-untyped-call]


if settings.METRICS_DIR is not None:
    _share(settings.METRICS_DIR)

REQUESTS = Counter(
    "courseapp_requests",
    "Answers, by the name of the page, method and class of status.",
    ["page", "method", "status"],
    registry=REGISTRY,
)
DURATION = Histogram(
    "courseapp_request_seconds",
    "From the first line of a request to the answer, in seconds.",
    ["page", "method"],
    buckets=BUCKETS,
    registry=REGISTRY,
)
LETTERS = Counter(
    "courseapp_letters",
    "Letters handed to the mail server, by stream and what it said.",
    ["stream", "outcome"],
    registry=REGISTRY,
)
PROJECTIONS = Counter(
    "courseapp_projections",
    "Orders brought to what Stripe says, by the state they then had or by what went wrong.",
    ["outcome"],
    registry=REGISTRY,
)


def request(*, page: str, method: str, status: int, seconds: float) -> None:
    """An answer was given; ``page`` is the name of its address, empty where it has none."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(page or "none", known, f"{status // 100}xx").inc()
    DURATION.labels(page or "none", known).observe(seconds)


def letter(*, stream: str, outcome: str) -> None:
    LETTERS.labels(stream, outcome).inc()


def projection(*, outcome: str) -> None:
    PROJECTIONS.labels(outcome).inc()


def counted() -> bytes:
    """All that was counted, in Prometheus' text format; over all processes of the folder."""
    if settings.METRICS_DIR is None:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together, str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    return generate_latest(together)


def begin_anew() -> int:
    """Remove what processes counted that are gone; returns how many files that were."""
    if settings.METRICS_DIR is None:
        return 0
    files = list(settings.METRICS_DIR.glob("*.db"))
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)
