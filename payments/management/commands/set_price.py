from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils import timezone

from courseapp.errors import Refused
from lessons.management.commands import EnglishCommand, Refusal
from payments import ordering

if TYPE_CHECKING:
    from argparse import ArgumentParser

AMOUNT = re.compile(r"\d{1,5}([.,]\d\d)?")


class Command(EnglishCommand):
    """A new price from now on; who ordered before keeps the old one."""

    help = "Set the price of a product, VAT included: set_price kiezen-met-helderheid 149.00"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("euros", help="such as 149 or 149.00")

    def handle(self, *_args: Any, slug: str, euros: str, **_options: Any) -> None:
        if not AMOUNT.fullmatch(euros):
            raise CommandError(f"{euros} is no amount in euros, such as 149 or 149.00.")
        cents = int(Decimal(euros.replace(",", ".")) * 100)
        try:
            product = ordering.product_called(slug)
            ordering.set_price(product=product, amount=cents, by=None, now=timezone.now())
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        self.stdout.write(f"{slug}: {cents / 100:.2f} euros from now on.")
