"""The shipped training for sale, with a Stripe of its own beside the site, and how it is bought."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.utils import timezone

from payments import ordering, sandbox
from payments.models import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from payments.sandbox import Running

SLUG = "kiezen-met-helderheid"
SECRET = "whsec_for_journeys"


@contextmanager
def selling(
    *, site: str, settings: Any, hosts: set[str], clock: Callable[[], float] = time.time
) -> Iterator[Running]:
    """For sale as long as the block lasts; ``hosts`` learns where the payment page is."""
    with sandbox.running(
        webhook=f"{site}/hooks/stripe/",
        secret=SECRET,
        host="localhost",
        background=False,
        clock=clock,
    ) as stripe_:
        hosts.add(urlsplit(stripe_.base).netloc)
        settings.SITE_URL = site
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = stripe_.key, stripe_.base
        settings.STRIPE_WEBHOOK_SECRETS, settings.STRIPE_ENV = [SECRET], site
        call_command("load_products")
        product = Product.objects.get(slug=SLUG)
        if not product.offers.exists():
            ordering.set_price(product=product, amount=14_900, by=None, now=timezone.now())
        yield stripe_


def order(page: Page, *, gift: bool = False) -> None:
    """From the order page, signed in, to the payment page."""
    page.goto(f"/bestellen/{SLUG}/")
    for name in ("adult", "terms", *(("gift",) if gift else ())):
        page.check(f"main input[name={name}]")
    page.locator("main form .btn").click()
    page.wait_for_url("**/c/pay/**")


def pay(page: Page, way: str) -> None:
    page.locator(f"button[value={way}]").click()
