"""The webhook beside dj-stripe, the usual way to have Stripe in Django, on the same signed events.

It wants an older SDK than ours, so it lives in an environment of its own, made once below
``VAR_DIR``. What is measured there is ``djstripe_side.py``, which knows nothing of ours.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg

from courseapp.bench import environments, events, processes
from payments.sandbox.api_version import PINNED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from courseapp.bench.processes import SideProcess

VERSION = "2.11.0"
# The same Django and the same driver as ours, so that neither is what is compared.
PACKAGES = (
    f"dj-stripe=={VERSION}",
    f"django=={django.get_version()}",
    f"psycopg[binary]=={psycopg.__version__}",
)


def environment(folder: Path, say: Callable[[str], None]) -> Path:
    """The Python that has it; raises ``environments.NotInstalled``."""
    return environments.made(folder / "bench-djstripe", PACKAGES, say)


@contextmanager
def started(python: Path, *, database: dict[str, Any], api: str) -> Iterator[SideProcess]:
    """The side at work on this database, with Stripe at ``api``."""
    file = Path(__file__).with_name("djstripe_side.py")
    # -P: a file beside it that is called like one of Python's is not imported for that one.
    with processes.spoken_to([str(python), "-P", str(file)], {}) as side:
        side.order("prepare", database=database, secret=events.SECRET, api=api, version=PINNED)
        yield side
