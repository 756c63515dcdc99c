"""What the pages of members and tokens send."""

from __future__ import annotations

from collections.abc import Collection

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from comments.exceptions import CommentError, InvalidInputError
from moderation.enums import Role, Scope


class RoleForm(forms.Form):
    """Another role for somebody who is on the desk."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class MemberForm(RoleForm):
    """A new member: an account, by its address, and a role."""

    email = forms.CharField(label=_("E-mail address of the account"), max_length=254, widget=forms.EmailInput)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    field_order = ("email", "role")

    def refuse(self, error: CommentError) -> None:
        """Show what the service refused, at its field or above the form."""
        self.add_error(error.field if isinstance(error, InvalidInputError) else None, str(error.message))


class TokenForm(forms.Form):
    """A new token for the site of the desk: what it may be used for."""

    scopes = forms.MultipleChoiceField(
        label=_("What it may be used for"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose at least one use.")},
    )

    def __init__(self, data: QueryDict | None = None, *, scopes: Collection[Scope]) -> None:
        super().__init__(data)
        field = self.fields["scopes"]
        field.widget.choices = field.choices = [(one.value, one.label) for one in scopes]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[Scope]:
        """The uses of a form that is valid."""
        return [Scope(one) for one in self.cleaned_data["scopes"]]


class AddressForm(forms.Form):
    """An address that is to be written to again."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)


class CaseForm(forms.Form):
    """Why a decision is a case for practice."""

    explanation = forms.CharField(required=False, strip=False)
