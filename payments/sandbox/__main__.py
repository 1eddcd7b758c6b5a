"""The command line of the local Stripe."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from functools import partial
from pathlib import Path

from courseapp import clock
from payments.sandbox.running import NotHere, running

# Promotion codes to try, with the percentage they take off; the control page names them.
CODES = {"HALF": 50, "GRATIS": 100}


def main() -> int:
    """Serve until interrupted; 1 with a sentence where it may not run."""
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="port on this machine")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--state", type=Path, help="file that keeps the world over a restart")
    parser.add_argument("--webhook", help="address that hears of events")
    parser.add_argument("--secret", default="whsec_sandbox", help="what webhooks are signed with")
    parser.add_argument("--payload", choices=["snapshot", "thin"], default="snapshot")
    parser.add_argument("--clock", type=Path, help="file of a clock that can be set ahead")
    asked = parser.parse_args()
    options = vars(asked)
    file = options.pop("clock")
    if file is not None:
        # Dates here and there are compared: a page to pay on that is open until yesterday is shut.
        options["clock"] = partial(clock.seconds, file)
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    try:
        with running(**options) as stripe_:
            for code, percent in CODES.items():
                stripe_.world.offer_code(code, percent=percent)
            sys.stdout.write(f"Local Stripe on {stripe_.base}, control page {stripe_.base}/_sim/\n")
            sys.stdout.flush()
            over.wait()
    except NotHere as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
