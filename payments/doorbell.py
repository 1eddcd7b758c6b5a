"""Telling the worker that there is something to do with money.

The tables are the truth and the bell is only a hint: the sweeper comes by every half minute.
"""

from __future__ import annotations

from courseapp.post import doorbell


def ring() -> None:
    """Ask the worker to look in the inbox and at what is due; a dead broker is logged only."""
    doorbell.ring("payments.sweep")
