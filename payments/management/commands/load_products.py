from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from lessons.content.models import Course
from lessons.management.commands import EnglishCommand
from payments import ordering
from payments.models import Product

# Cents; only the test shop has a price nobody set.
TRIAL_PRICE = 14_900


class Command(EnglishCommand):
    """A product for each training that has none; what it costs is the owner's to say."""

    help = "Make a product of every training that has none; in the test shop with a trial price."

    def handle(self, *_args: Any, **_options: Any) -> None:
        now = timezone.now()
        for course in Course.objects.filter(access=Course.Access.GRANTED, products=None):
            product, _made = Product.objects.get_or_create(
                slug=course.slug, defaults={"title": course.title}
            )
            product.courses.add(course)
            if settings.SANDBOX and not product.offers.exists():
                ordering.set_price(product=product, amount=TRIAL_PRICE, by=None, now=now)
            self.stdout.write(f"{product.slug}: can be sold once it has a price.")
