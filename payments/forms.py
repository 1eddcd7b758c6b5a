"""What a buyer fills in. The names of the fields are what browsers fill by themselves."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class GiftForm(forms.Form):
    """The code somebody was given."""

    code = forms.CharField(max_length=30, label=_("Your gift code"))


class WithdrawalForm(forms.Form):
    """The three things a statement of withdrawal asks (art. 6:230oa BW), and nothing else."""

    name = forms.CharField(max_length=200, label=_("Your name"))
    contract = forms.CharField(
        max_length=200,
        label=_("Which order"),
        help_text=_(
            "The number stands in your confirmation mail. Do you not have it? Describe it."
        ),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"), help_text=_("The confirmation goes there.")
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].widget.attrs["autocomplete"] = "email"
