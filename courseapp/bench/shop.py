"""A training for sale and readers who order it; paying and delivering is other processes' work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from courseapp.bench import hooks, material, site
from lessons.content.models import Course
from payments import checkout, ordering
from payments.models import Product

BEGAN = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
PRICE = 14_900


class Shop:
    """Each public method is an order."""

    product: Product
    buyers = 0

    def prepare(self) -> dict[str, Any]:
        """Tables, a training of 40 lessons and its price; where its outline is asked for."""
        hooks.tables()
        course = material.draft_course("sold")
        Course.objects.filter(pk=course.pk).update(access=Course.Access.GRANTED)
        course.refresh_from_db()
        material.publish_all(course, BEGAN)
        self.product = Product.objects.create(slug=course.slug, title=course.title)
        self.product.courses.add(course)
        ordering.set_price(product=self.product, amount=PRICE, by=None, now=BEGAN)
        return {"path": f"/api/v1/courses/{course.slug}/outline/"}

    def order(self) -> dict[str, Any]:
        """Somebody new orders: the session that is to be paid, and the cookies they have."""
        self.buyers += 1
        now = timezone.now()
        (buyer,) = material.readers(f"buyer-{self.buyers}", 1, BEGAN)
        order = ordering.place(
            buyer=buyer, product=self.product, shown=PRICE,
            declared=dict.fromkeys(ordering.DECLARATIONS, "Ja"), is_gift=False, language="nl",
            now=now,
        )  # fmt: skip
        back = "http://localhost/"
        checkout.begin(order=order, back=back, cancel=back, now=now)
        return {"session": order.attempts.get().session_id, "cookies": site.cookies_of(buyer)}
