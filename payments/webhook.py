"""Where Stripe tells that something changed: verify, keep, answer. Nobody is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import gateway, inbox

if TYPE_CHECKING:
    from django.http import HttpRequest

LARGEST = 512 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 once the event is kept; 400 for what Stripe did not sign; 503 to be told again later."""
    return _answer(request)


def _answer(request: HttpRequest) -> HttpResponse:
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    now = timezone.now()
    try:
        hint = gateway.hint_of(body, request.headers.get("Stripe-Signature", ""), now=now)
    except gateway.NotSigned:
        return HttpResponse(status=400)
    try:
        inbox.keep(hints=[hint], now=now)
    except DatabaseError:
        return HttpResponse(status=503)
    return HttpResponse()
