"""What the articles' pages send. The forms only shape: what may be done is the services' business."""

from __future__ import annotations

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from comments.enums import ArticleMode
from moderation.articles import ArticleFilters

MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


class ArticlesForm(forms.Form):
    """The state of the list, as its address holds it. What cannot be read is left out, never refused."""

    q = forms.CharField(max_length=200, required=False)
    section = forms.CharField(max_length=100, required=False)
    mode = forms.ChoiceField(choices=ArticleMode.choices, required=False)
    before = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def read(self) -> tuple[ArticleFilters, int]:
        """The filters, and the article after which the page begins (0: at the beginning)."""
        self.is_valid()
        found = self.cleaned_data
        names = ("q", "section", "mode")
        return ArticleFilters(**{name: found.get(name) or "" for name in names}), found.get("before") or 0


class ModeForm(forms.Form):
    mode = forms.ChoiceField(choices=ArticleMode.choices)


class ClosingForm(forms.Form):
    """When a discussion ends: at a moment in the project's time zone, or as the site has it."""

    closing = forms.ChoiceField(choices=[("site", ""), ("moment", "")])
    closes_at = forms.DateTimeField(label=_("Ends"), input_formats=[MOMENT_FORMAT], required=False)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("closing") == "moment" and not cleaned.get("closes_at") and not self.errors:
            self.add_error("closes_at", _("Please say when the discussion ends."))
        return cleaned

    def moment(self) -> datetime.datetime | None:
        """The moment; None: as the site has it."""
        moment: datetime.datetime | None = self.cleaned_data["closes_at"]
        return moment if self.cleaned_data["closing"] == "moment" else None


class NoteForm(forms.Form):
    note = forms.CharField(required=False, strip=False)


class RuleForm(forms.Form):
    needs_two_people = forms.BooleanField(required=False)
    is_blind = forms.BooleanField(required=False)


class KeyForm(forms.Form):
    key = forms.CharField(max_length=200)


class DaysForm(forms.Form):
    """After how many days the discussions of a site end; empty: never by themselves."""

    days = forms.IntegerField(label=_("Days"), required=False, min_value=1, max_value=3_650)


class TargetForm(forms.Form):
    """Another article, named by a key or an address."""

    target = forms.CharField(label=_("Key or address of the other article"), max_length=2_000)
