"""``manage.py check_mail_domain [DOMAIN]``: will mail of ours be believed?"""

from __future__ import annotations

import json
from dataclasses import asdict
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courseapp.accounts import addresses
from courseapp.maildomain import judging
from courseapp.maildomain.asking import PATIENCE, Asker

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from courseapp.maildomain.judging import Finding

# Exit status: something is wrong; nothing is, as far as could be asked.
RED, UNKNOWN = 1, 2


class Command(BaseCommand):
    help = (
        "Look up SPF, DKIM, DMARC, MX and PTR of the domain that mail comes from."
        " Exit status 0: all is green; 1: something is red; 2: something could not be asked."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", nargs="?", default="", help="default: that of MAIL_FROM")
        parser.add_argument(
            "--selector", action="append", metavar="NAME",
            help="of a DKIM key; may be repeated; default: MAIL_DKIM_SELECTORS",
        )  # fmt: skip
        parser.add_argument("--relay", default="", help="default: the host of SMTP_URL")
        parser.add_argument(
            "--server", default="", metavar="IP[:PORT]", help="name server to ask; IPv4"
        )
        parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds a question")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        sender = judging.Sender(
            domain=_domain(options["domain"]),
            selectors=options["selector"] or settings.MAIL_DKIM_SELECTORS,
            relay=options["relay"] or (settings.EMAIL_HOST if settings.SMTP_URL else ""),
        )
        server, _colon, port = options["server"].partition(":")
        asker = Asker(server=server, port=int(port or 53), patience=options["patience"])
        found = judging.examine(sender, asker)
        red = [one for one in found if one.state == "red"]
        unknown = [one for one in found if one.state == "unknown"]
        if options["json"]:
            told = {
                "domain": sender.domain,
                "ok": not red and not unknown,
                "findings": [asdict(one) for one in found],
            }
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(f"Mail from {sender.domain}")
            width = max(len(one.check) for one in found)
            for one in found:
                self.stdout.write(self._line(one, width))
        if red:
            raise CommandError(f"{len(red)} of {len(found)} checks are red.", returncode=RED)
        if unknown:
            says = f"{len(unknown)} of {len(found)} checks could not be made."
            raise CommandError(says, returncode=UNKNOWN)

    def _line(self, one: Finding, width: int) -> str:
        paint = {
            "green": self.style.SUCCESS,
            "unknown": self.style.WARNING,
            "red": self.style.ERROR,
        }
        line = f"{paint[one.state](f'{one.state:7}')}  {one.check:{width}}  {one.says}"
        return f"{line}\n{'':{width + 11}}→ {one.do}" if one.do else line


def _domain(asked: str) -> str:
    """The domain that was named, or an address of it, or that of MAIL_FROM; in ASCII."""
    address = asked if "@" in asked else f"post@{asked}" if asked else settings.DEFAULT_FROM_EMAIL
    tidy = addresses.tidy(parseaddr(address)[1])
    domain = tidy.rpartition("@")[2].strip(".")
    if not addresses.is_one(f"post@{domain}") or domain == "localhost":
        raise CommandError(f"{asked or domain!r} is no mail domain. Set MAIL_FROM, or name one.")
    return domain
