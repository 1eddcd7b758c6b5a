"""Asking another site whether one of its pages is there: what its answers mean.

Whoever writes a lesson says where this goes; ``going_outside`` holds it in. Of an answer the head
is read and never the page.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from lessons.content import going_outside
from lessons.content.going_outside import REDIRECTS, RULES, Clock, NotAllowed, Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.content.going_outside import Target
    from lessons.content.public_addresses import Address

GONE = {404, 410}
TOO_MANY = 429


class Outcome(models.TextChoices):
    FINE = "fine"
    ANSWERS = "answers"  # Something is there that refuses programs, or wants cookies.
    GONE = "gone"
    FAILING = "failing"
    NOT_ASKED = "not_asked"  # An address that this site does not go to.


@dataclass(frozen=True)
class Answer:
    """What came of asking; ``said`` is the status ("404"), or why there is none ("timeout")."""

    outcome: Outcome
    said: str


def ask(url: str, *, rules: Rules = RULES) -> Answer:
    """Whether there is a page at this address, in ``rules.all`` seconds at most. Never raises."""
    try:
        return _followed(url, Clock(rules), rules)
    except NotAllowed as refusal:
        return Answer(Outcome.NOT_ASKED, str(refusal))
    except (OSError, http.client.HTTPException) as error:
        return Answer(Outcome.FAILING, going_outside.word_for(error))


def _followed(url: str, clock: Clock, rules: Rules) -> Answer:
    for _ in range(1 + REDIRECTS):
        target = going_outside.target(url, rules)
        found = going_outside.addresses(target, clock, rules)
        status, moved_to = _head(url, target, found, "HEAD", clock, rules)
        # Some know only GET, and some say 404 or 500 to the other: the verdict is what people get.
        if status >= http.client.BAD_REQUEST and status != TOO_MANY:
            status, moved_to = _head(url, target, found, "GET", clock, rules)
        if not moved_to:
            return Answer(_outcome(status), str(status))
        url = moved_to
    # Round in circles go those who first want a cookie: to a browser the page may be fine.
    return Answer(Outcome.ANSWERS, "redirects")


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:  # noqa: PLR2004 -- "here it is".
        return Outcome.FINE
    if status in GONE:
        return Outcome.GONE
    # Some sites refuse programs with a figure that does not exist, such as 999.
    return Outcome.FAILING if 500 <= status < 600 else Outcome.ANSWERS  # noqa: PLR2004


def _head(
    url: str, target: Target, found: Sequence[Address], method: str, clock: Clock, rules: Rules
) -> tuple[int, str]:
    """The status of an answer, and where it leads on to."""
    heads = {
        "User-Agent": f"LinkCheck/1 (+{settings.SITE_URL})",
        "Accept": "text/html,*/*;q=0.8",
    }
    with going_outside.answered(target, found, method, clock, rules, heads=heads) as answer:
        return answer.status, going_outside.moved_to(answer, url)
