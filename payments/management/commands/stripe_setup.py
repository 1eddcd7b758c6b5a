from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from lessons.management.commands import EnglishCommand, Refusal
from payments import gateway, installation, listening

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from payments.listening import Outcome

TOLD = {
    "made": "Made: Stripe now sends events to {url}",
    "changed": "Set right: {id} now tells all we need at {url}",
    "left": "Nothing to do: {id} tells all we need at {url}",
}
WOULD = {
    "made": "Would be made: a destination for {url}",
    "changed": "Would be set right: {id} at {url}",
    "left": TOLD["left"],
}


class Command(EnglishCommand):
    """The destination of Stripe's events at our address: made once, put right ever after."""

    help = "Have Stripe send its events here; prints the signing secret the one time it is told."
    # Without a signing secret no other command would start.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--snapshot", action="store_true", help="copies of objects instead of thin events"
        )
        parser.add_argument("--url", help="our address; default: SITE_URL with /hooks/stripe/")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *_args: Any, **options: Any) -> None:
        url, dry = options["url"] or installation.address(), options["dry_run"]
        try:
            done = listening.listen(
                url=url, payload="snapshot" if options["snapshot"] else "thin", dry=dry
            )
        except (listening.Otherwise, gateway.Declined) as refusal:
            raise Refusal(refusal) from refusal
        except gateway.Unreachable as refusal:
            raise CommandError(f"Stripe says: {refusal.__cause__ or refusal}") from refusal
        ident = done.destination.id if done.destination else ""
        self.stdout.write((WOULD if dry else TOLD)[done.done].format(url=url, id=ident))
        self._tell_secret(done)

    def _tell_secret(self, done: Outcome) -> None:
        if done.secret:
            self.stdout.write(
                "Its signing secret is told only this once. In .env:\n\n"
                f"STRIPE_WEBHOOK_SECRETS={done.secret}\n\n"
                "While another one is in use, set both, with a comma between them."
            )
