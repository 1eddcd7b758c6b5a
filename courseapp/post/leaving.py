"""Stopping by mail: the second way out that List-Unsubscribe names (RFC 2369), beside the click.

A mail program sends an empty mail for who presses "stop" in it. Its subject bears the word in which
the address for stopping ends, which is signed: nobody stops the mails of another, and who sent it
does not matter. Who knows what a word stands for stands above this room; the setting
``LETTER_STOP`` names a function ``(word, now)`` that refuses a word that is not whole.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from courseapp.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Stop = Callable[[str, datetime], None]

log = logging.getLogger(__name__)
ASKED = re.compile(r"\bstop\s+([\w:-]{20,500})", re.IGNORECASE | re.ASCII)


def subject(address: str) -> str:
    """What to write above a mail that asks the same as a click on this address does."""
    return f"stop {urlsplit(address).path.strip('/').rpartition('/')[2]}"


def heed(*, subject: str, now: datetime) -> bool:
    """Stop what a mail with this subject was about. False, and nothing happens, for any other mail:
    whoever sent it is told nothing, so that nobody learns here who gets mail."""
    found = ASKED.search(subject)
    if found is None:
        return False
    stop: Stop = import_string(settings.LETTER_STOP)
    try:
        stop(found[1], now)
    except NotFound:
        log.info("A mail asked to stop with a word that is not whole.")
        return False
    return True
