"""What moderators send about each other's work, and about how the desk works. The forms only shape."""

from __future__ import annotations

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from comments.models import Site
from moderation.enums import Action, DeferFor
from moderation.models import DeskSettings
from moderation.services.desk_settings import DeskChoice


class DeferForm(forms.Form):
    """For how long a comment is put aside: one hour unless something else was chosen."""

    choice = forms.ChoiceField(choices=DeferFor.choices, required=False)
    until = forms.DateTimeField(required=False)
    note = forms.CharField(required=False)

    def clean_choice(self) -> DeferFor:
        return DeferFor(self.cleaned_data["choice"] or DeferFor.HOUR)

    def moment(self) -> datetime.datetime | None:
        """The moment that was chosen by itself; None when there is none that can be read."""
        found: datetime.datetime | None = self.cleaned_data.get("until")
        return found


class AskForm(forms.Form):
    """A question to a colleague, by the number of their account, or to anybody."""

    colleague = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    question = forms.CharField(required=False)


class OpinionForm(forms.Form):
    """What should become of a comment: as a pressed button of a card says it, and why."""

    opinion = forms.CharField(max_length=60)
    remark = forms.CharField(required=False)
    expected_revision = forms.IntegerField(min_value=1, max_value=32_767)

    def clean_opinion(self) -> tuple[Action, str]:
        name, _separator, clause = self.cleaned_data["opinion"].partition(":")
        try:
            return Action(name), clause
        except ValueError as error:
            raise forms.ValidationError(_("There is no such decision.")) from error


class DeskSettingsForm(forms.Form):
    """How the desk of a site works."""

    promised_minutes = forms.IntegerField(
        label=_("Minutes until a comment is judged, as promised to readers"), min_value=1, max_value=32_767
    )
    is_blind = forms.BooleanField(
        label=_("Judge without knowing who wrote it"),
        help_text=_("Name and votes are shown only after the decision."),
        required=False,
    )
    trust_after = forms.IntegerField(
        label=_("Published comments until an author is trusted"),
        help_text=_("None of them refused in that time. 0: nobody is trusted by a rule."),
        min_value=0,
        max_value=32_767,
    )
    trust_days = forms.IntegerField(label=_("Within so many days"), min_value=1, max_value=3_650)
    publishes_trusted = forms.BooleanField(
        label=_("Comments of trusted authors appear at once"),
        help_text=_("They are judged afterwards."),
        required=False,
    )

    @staticmethod
    def values_of(site: Site, settings: DeskSettings) -> dict[str, object]:
        """What the fields hold now."""
        return {
            "promised_minutes": site.promised_minutes,
            "is_blind": settings.is_blind,
            "trust_after": settings.trust_after,
            "trust_days": settings.trust_days,
            "publishes_trusted": settings.publishes_trusted,
        }

    def choice(self) -> DeskChoice:
        """What was chosen."""
        return DeskChoice(**self.cleaned_data)
