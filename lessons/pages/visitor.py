"""Whether a request is somebody looking at a page: what is counted, and what is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

# Programs that say what they are. "Cubot" makes telephones.
PROGRAMS = re.compile(
    r"(?<!cu)bot\b|bot[/_-]|crawl|spider|slurp|facebookexternalhit|preview|headless|lighthouse"
    r"|monitor|pingdom|curl|wget|python|java/|okhttp|go-http|axios|node-fetch|httpclient|scrapy",
    re.IGNORECASE,
)
# How browsers say that they fetch ahead of what somebody may do.
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_looking(request: HttpRequest) -> bool:
    """Whether a person seems to look at this page: a visitor or a reader, not the practice itself.

    Neither HEAD nor a page fetched ahead is a look; a program that does not even give itself the
    name of a browser is nobody.
    """
    if request.method != "GET" or (request.user.is_authenticated and request.user.is_staff):
        return False
    if any("prefetch" in request.headers.get(name, "").lower() for name in AHEAD):
        return False
    name = request.headers.get("User-Agent", "")
    return bool(name) and not PROGRAMS.search(name)
