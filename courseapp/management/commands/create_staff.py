"""``manage.py create_staff ADDRESS``: an account that may run the site."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from courseapp.accounts import addresses, staff
from courseapp.errors import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Makes the owner's staff account and prints its password, this one time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--if-none", action="store_true", help="Do nothing when there is a staff account."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["if_none"] and staff.is_there():
            self.stdout.write("There is a staff account already; nothing to do.")
            return
        if not addresses.is_one(options["email"]):
            raise CommandError(f"{options['email']!r} is not an e-mail address.")
        password = secrets.token_urlsafe(12)
        try:
            user = staff.hire(email=options["email"], password=password, now=timezone.now())
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Staff account (this password is shown once, write it down):")
        self.stdout.write(f"  address:  {user.email}")
        self.stdout.write(f"  password: {password}")
        self.stdout.write(f"  sign in:  {settings.SITE_URL}{reverse('account_login')}")
