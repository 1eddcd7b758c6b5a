"""The command line of the local Stripe."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from payments.sandbox.running import NotHere, running


def main() -> int:
    """Serve until interrupted; 1 with a sentence where it may not run."""
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="port on this machine")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--state", type=Path, help="file that keeps the world over a restart")
    parser.add_argument("--webhook", help="address that hears of events")
    parser.add_argument("--secret", default="whsec_sandbox", help="what webhooks are signed with")
    parser.add_argument("--payload", choices=["snapshot", "thin"], default="snapshot")
    asked = parser.parse_args()
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    try:
        with running(**vars(asked)) as stripe_:
            sys.stdout.write(f"Local Stripe on {stripe_.base}, control page {stripe_.base}/_sim/\n")
            sys.stdout.flush()
            over.wait()
    except NotHere as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
