"""What staff do for one reader, each first said on a page of its own, with what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courseapp.accounts import again
from courseapp.accounts.forms import AddressField
from courseapp.errors import Refused
from lessons.desk.door import for_owners, for_staff
from payments.helping import correcting, easing, finding, resending
from payments.models import Product
from payments.staff import typed

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

READ_OR_SEND = ["GET", "HEAD", "POST"]


class AskedForm(forms.Form):
    """What only the reader decides is done at their wish."""

    asked = forms.BooleanField(
        label=gettext_lazy("The reader asked for this."),
        error_messages={"required": gettext_lazy("Only do this when the reader asks for it.")},
    )


class AddressForm(forms.Form):
    """The right address, and how it was verified who asks."""

    email = AddressField(label=gettext_lazy("New e-mail address"))
    way = forms.ChoiceField(
        label=gettext_lazy("How do you know that it is this reader who asks?"),
        widget=forms.RadioSelect,
        choices=[
            ("spoke", gettext_lazy("I spoke to them, and I know them")),
            ("met", gettext_lazy("I met them")),
            ("order", gettext_lazy("They named what only the buyer of an order knows")),
        ],
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I verified it, and not by a mail alone."),
        error_messages={
            "required": gettext_lazy("Without that, anybody could take over an account.")
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].widget.attrs |= {"autocomplete": "off"}


class GiveForm(forms.Form):
    """What is given, and why."""

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


@require_http_methods(READ_OR_SEND)
@for_staff
def resend(request: HttpRequest, person: User, reader: UUID, mail: int) -> HttpResponse:
    found = finding.reader(uuid=reader)
    row = resending.mail_of(reader=found, mail=mail)
    if request.method != "POST":
        context = {"reader": found, "mail": row, "course": row.place.sequence.course}
        return render(request, "payments/helping/resend.html", context)
    try:
        resending.again(mail=row, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The mail goes to %(to)s again.") % {"to": found.email})
    return redirect("helping:reader", found.uuid)


@require_http_methods(READ_OR_SEND)
@for_staff
def write_again(request: HttpRequest, person: User, reader: UUID) -> HttpResponse:
    found = finding.reader(uuid=reader)
    form = AskedForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _asked(request, "payments/helping/write_again.html", found, form)
    if easing.write_again(reader=found, by=person, now=timezone.now()):
        messages.success(request, _("Mail goes to %(to)s again.") % {"to": found.email})
    else:
        messages.info(request, _("Nothing kept mail from this address."))
    return redirect("helping:reader", found.uuid)


@require_http_methods(READ_OR_SEND)
@for_staff
def resume_mails(request: HttpRequest, person: User, reader: UUID, course: UUID) -> HttpResponse:
    found = finding.reader(uuid=reader)
    row = easing.course_of(reader=found, course=course)
    form = AskedForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _asked(request, "payments/helping/resume_mails.html", found, form, course=row)
    if easing.resume_mails(reader=found, course=row, by=person, now=timezone.now()):
        messages.success(
            request, _("The mails of “%(course)s” are on again.") % {"course": row.title}
        )
    else:
        messages.info(request, _("These mails were on already."))
    return redirect("helping:reader", found.uuid)


@require_http_methods(READ_OR_SEND)
@for_staff
def end_pause(request: HttpRequest, person: User, reader: UUID, course: UUID) -> HttpResponse:
    found = finding.reader(uuid=reader)
    row = easing.enrolment_of(reader=found, course=course)
    form = AskedForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _asked(request, "payments/helping/end_pause.html", found, form, course=row.course)
    if easing.end_pause(enrolment=row, by=person, now=timezone.now()):
        messages.success(request, _("The pause has ended; the dates have come forward."))
    else:
        messages.info(request, _("There was no pause."))
    return redirect("helping:reader", found.uuid)


@require_http_methods(READ_OR_SEND)
@for_owners
@again.asked_again()
def correct(request: HttpRequest, person: User, reader: UUID) -> HttpResponse:
    found = finding.reader(uuid=reader)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            correcting.address(
                reader=found, email=form.cleaned_data["email"], way=form.cleaned_data["way"],
                by=person, now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("email", str(refusal))
            return _asked(request, "payments/helping/correct.html", found, form, refusal.status)
        messages.success(
            request,
            _("The account is at %(to)s now. Tell the reader to sign in there with a code.")
            % {"to": found.email},
        )
        return redirect("helping:reader", found.uuid)
    return _asked(request, "payments/helping/correct.html", found, form)


@require_http_methods(READ_OR_SEND)
@for_owners
def give(request: HttpRequest, person: User, reader: UUID) -> HttpResponse:
    found = finding.reader(uuid=reader)
    form = GiveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        product = form.cleaned_data["product"]
        try:
            easing.give(
                reader=found, product=product, reason=form.cleaned_data["reason"], by=person,
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("product", str(refusal))
            return _asked(request, "payments/helping/give.html", found, form, refusal.status)
        messages.success(
            request,
            _("%(email)s has access to “%(what)s” now. Tell them: no mail was sent.")
            % {"email": found.email, "what": product.title},
        )
        return redirect("helping:reader", found.uuid)
    return _asked(request, "payments/helping/give.html", found, form)


@require_http_methods(READ_OR_SEND)
@for_owners
def take_back(request: HttpRequest, person: User, reader: UUID, grant: UUID) -> HttpResponse:
    found = finding.reader(uuid=reader)
    row = easing.grant_of(reader=found, grant=grant)
    if request.method != "POST":
        return render(request, "payments/helping/take_back.html", {"reader": found, "grant": row})
    easing.take_back(grant=row, by=person, now=timezone.now())
    messages.success(
        request,
        _("The access that was given to %(email)s has ended.") % {"email": found.email},
    )
    return redirect("helping:reader", found.uuid)


def _asked(
    request: HttpRequest,
    template: str,
    reader: User,
    form: forms.Form,
    status: int = 400,
    **more: object,
) -> HttpResponse:
    """The page before the act, or again with what is wrong."""
    context = {"reader": reader, "form": form, **more}
    return render(request, template, context, status=status if form.is_bound else 200)


paths: list[URLPattern] = [
    path("<uuid:reader>/mail/<int:mail>/", resend, name="resend"),
    path("<uuid:reader>/weer-schrijven/", write_again, name="write_again"),
    path("<uuid:reader>/mails/<uuid:course>/", resume_mails, name="resume_mails"),
    path("<uuid:reader>/pauze/<uuid:course>/", end_pause, name="end_pause"),
    path("<uuid:reader>/adres/", correct, name="correct"),
    path("<uuid:reader>/toegang/", give, name="give"),
    path("<uuid:reader>/toegang/<uuid:grant>/", take_back, name="take_back"),
]
