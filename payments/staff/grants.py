"""*Toegang geven*: access without a sale, for a reason; who has it, and ending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lessons.desk.door import for_owners
from payments import granting, reasons
from payments.models import Product, StaffGrant
from payments.staff import typed

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

READ_OR_SEND = ["GET", "HEAD", "POST"]
PAGE = 25


class GrantForm(forms.Form):
    """Who gets what, and why."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    product = forms.ModelChoiceField(
        Product.objects.order_by("title"),
        label=gettext_lazy("What"),
        to_field_name="slug",
        empty_label=None,
    )
    reason = typed.ReasonField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "For yourselves. The person reads it only by asking for all that is kept of them."
        ),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["email"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "none"}


@require_http_methods(READ_OR_SEND)
@for_owners
def grants(request: HttpRequest, person: User) -> HttpResponse:
    """The form and what was given; sent, first what it comes to, then (``sure``) the act."""
    form = GrantForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _listed(request, form)
    if not form.is_valid():
        return _listed(request, form, status=400)
    email, product = form.cleaned_data["email"], form.cleaned_data["product"]
    try:
        granting.reader_called(email)
        if "sure" not in request.POST:
            return render(request, "payments/staff/grant_sure.html", form.cleaned_data)
        granting.grant(
            reader_email=email, product=product, reason=form.cleaned_data["reason"], by=person,
            now=timezone.now(),
        )  # fmt: skip
    except (granting.NoAccount, granting.AlreadyGranted, reasons.NoReason) as refusal:
        form.add_error("email", str(refusal))
        return _listed(request, form, status=refusal.status)
    messages.success(
        request,
        _("%(email)s has access to “%(what)s” now. Tell them: no mail was sent.")
        % {"email": email, "what": product.title},
    )
    return redirect("till:grants")


@require_http_methods(READ_OR_SEND)
@for_owners
def end(request: HttpRequest, person: User, grant: UUID) -> HttpResponse:
    """First what it comes to, then the act itself."""
    row = granting.get(grant=grant)
    if request.method != "POST" and row.ended_at is None:
        return render(request, "payments/staff/grant_end.html", {"grant": row})
    if row.ended_at is None:
        granting.end(grant=row, by=person, now=timezone.now())
    messages.success(
        request,
        _("The access that was given to %(email)s has ended.") % {"email": row.reader.email},
    )
    return redirect("till:grants")


def _listed(request: HttpRequest, form: GrantForm, *, status: int = 200) -> HttpResponse:
    page = typed.page(request.GET.get("blad", ""))
    rows = StaffGrant.objects.select_related("reader", "product", "by", "ended_by")
    found = list(rows.order_by("-at", "-pk")[(page - 1) * PAGE : page * PAGE + 1])
    context = {
        "form": form,
        "grants": found[:PAGE],
        "newer": page - 1,
        "older": page + 1 if len(found) > PAGE else 0,
    }
    return render(request, "payments/staff/grants.html", context, status=status)


paths: list[URLPattern] = [
    path("toegang/", grants, name="grants"),
    path("toegang/<uuid:grant>/beeindigen/", end, name="grant_end"),
]
