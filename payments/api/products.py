"""What is for sale, for everybody; and, for who is signed in, whether they have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny

from courseapp.api import paging
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, reader_of
from courseapp.errors import NotFound
from lessons.content import identity
from payments import shelf
from payments.api import shapes, telling

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class Shelf(Endpoint):
    """Without a reader the same for everybody, so that caches may keep it and ask."""

    permission_classes = [AllowAny]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if response.status_code == 200 and reader_of(request) is None:  # noqa: PLR2004
            response.headers.setdefault("Cache-Control", "no-cache")
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Cookie", "X-Session-Token"])
        return response


class Products(Shelf):
    @describe(
        "list_products",
        tag="shop",
        who="visitors too",
        answers={200: shapes.ProductPage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """Everything that is for sale, by title."""
        found = shelf.everything(reader=reader_of(request), now=timezone.now())
        page = paging.page(request, found, lambda one: one.product.slug)
        told: shapes.ProductPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling.product_line(one) for one in page.rows],
        }
        return answer(told)


class Product(Shelf):
    @describe(
        "read_product",
        tag="shop",
        who="visitors too",
        answers={200: shapes.Product},
        refusals=[NotFound],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """One thing that is for sale, with who sells it and what a buyer declares."""
        found = shelf.one(slug=slug, reader=reader_of(request), now=timezone.now())
        return answer(telling.product(found, identity.current()))
