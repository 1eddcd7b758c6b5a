"""Stop mails for who asked by mail: reads one message from standard input.

For a mail server of one's own, which hands each mail to MAIL_UNSUBSCRIBE over to this command; in
Postfix a line in ``/etc/aliases``. A provider brings them to the site itself.
"""

from __future__ import annotations

import email.policy
import sys
from email.parser import BytesHeaderParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from courseapp.post import leaving


class Command(BaseCommand):
    help = "Read one mail from standard input, and stop what its subject asks to stop."

    def handle(self, *_args: object, **_options: object) -> None:
        # Only what stands above it: what somebody wrote to us is nobody's business here.
        message = BytesHeaderParser(policy=email.policy.default).parse(sys.stdin.buffer)
        is_done = leaving.heed(subject=str(message["Subject"] or ""), now=timezone.now())
        self.stdout.write("Stopped." if is_done else "Nothing to stop in this mail.")
