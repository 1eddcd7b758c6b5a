"""Whether the site is well, for a container's health check: ``python -P courseapp/probe.py``.

A program of its own, that loads nothing of the site: it is started every half minute. It asks
``/healthz`` as the proxy would. ``--beat`` is for the worker and the clock, who have no address:
then ticks have to have been worked on lately, for which both are needed. ``--at`` asks elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

PATIENCE = 8  # Seconds.


def asked(address: str, host: str) -> tuple[int, dict[str, str]]:
    """Status and answer."""
    request = urllib.request.Request(  # noqa: S310 -- http, within our own network.
        f"{address}/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 -- likewise.
        return answer.status, json.load(answer)


def trouble(address: str, host: str, *, with_beat: bool) -> str:
    """What is wrong, in a few words; empty when all is well."""
    try:
        status, told = asked(address, host)
    except urllib.error.HTTPError as error:
        return f"it answers {error.code}"
    except (OSError, ValueError) as error:
        return f"it does not answer ({type(error).__name__})"
    if with_beat and told.get("beat") != "ok":
        return f"the beat is {told.get('beat')}"
    return "" if status == 200 else f"it answers {status}"  # noqa: PLR2004 -- as HTTP has it.


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--at", default=f"http://127.0.0.1:{os.environ.get('PORT') or 8000}")
    parser.add_argument("--beat", action="store_true")
    options = parser.parse_args()
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc or "localhost"
    found = trouble(options.at, host, with_beat=options.beat)
    if found:
        sys.stderr.write(f"{found}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
