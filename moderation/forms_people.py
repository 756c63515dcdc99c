"""What the pages about people send. The forms only shape: what may be laid on whom is the services' business."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.enums import Status
from comments.exceptions import CommentError, InvalidInputError
from moderation.enums import RestrictionKind, RestrictionTarget
from moderation.models import Clause, DeskSettings
from moderation.services.restrictions import REASON_LIMIT, RestrictionDraft


class Length(models.TextChoices):
    """For how long a restriction holds."""

    HOUR = "hour", _("1 hour")
    DAY = "day", _("1 day")
    WEEK = "week", _("7 days")
    MONTH = "month", _("30 days")
    DATE = "date", _("until a day")
    GOOD = "good", _("for good")


SPANS = {
    Length.HOUR: datetime.timedelta(hours=1),
    Length.DAY: datetime.timedelta(days=1),
    Length.WEEK: datetime.timedelta(days=7),
    Length.MONTH: datetime.timedelta(days=30),
}


class ObjectionForm(forms.Form):
    """What somebody says to a restriction."""

    error_title = _("Your objection has not been sent yet.")
    use_required_attribute = False

    text = forms.CharField(
        label=_("Why is it a mistake?"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mg-input mg-input--text", "dir": "auto"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="mg-objection-%s")

    def refuse(self, error: CommentError) -> None:
        """Show what the service refused, at the field or above the form."""
        is_about_text = isinstance(error, InvalidInputError) and error.field == "text"
        self.add_error("text" if is_about_text else None, str(error.message))


class RestrictForm(forms.Form):
    """A restriction as a moderator chooses it. `comment` is the public identifier of the one that gave rise to it."""

    error_title = _("Nothing has been restricted yet.")
    use_required_attribute = False

    kind = forms.ChoiceField(label=_("What"), widget=forms.Select(attrs={"class": "mg-input"}))
    target = forms.ChoiceField(
        label=_("By"),
        initial=RestrictionTarget.AUTHOR,
        widget=forms.Select(attrs={"class": "mg-input"}),
    )
    length = forms.ChoiceField(
        label=_("For how long"),
        choices=Length.choices,
        initial=Length.WEEK,
        help_text=_("A warning ends when it is confirmed."),
        widget=forms.Select(attrs={"class": "mg-input"}),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for “until a day”."),
        widget=forms.DateInput(attrs={"type": "date", "class": "mg-input"}, format="%Y-%m-%d"),
    )
    clause = forms.ChoiceField(
        label=_("Clause"),
        required=False,
        help_text=_("A ban needs one."),
        widget=forms.Select(attrs={"class": "mg-input"}),
    )
    reason = forms.CharField(
        label=_("Reason, to the person"),
        strip=False,
        error_messages={"required": _("Please tell the person why, in a sentence or two.")},
        widget=forms.Textarea(
            attrs={"rows": 3, "class": "mg-input mg-input--text", "dir": "auto", "maxlength": REASON_LIMIT}
        ),
    )
    comment = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    # Whether the form stood on a card, and it is back to the queue.
    from_card = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        targets: list[tuple[str, str]],
        clauses: list[Clause],
        may_ban: bool,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id="restrict-%s")
        kinds = RestrictionKind.choices if may_ban else RestrictionKind.choices[:-1]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["target"].choices = targets  # type: ignore[attr-defined]
        chosen = [("", _("none")), *((clause.slug, f"{clause.position}. {clause.title}") for clause in clauses)]
        self.fields["clause"].choices = chosen  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A day has to be named where the restriction is to hold until one."""
        cleaned = self.cleaned_data
        if cleaned.get("length") == Length.DATE and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Please choose the last day."))
        return cleaned

    def draft(self) -> RestrictionDraft:
        """What the service needs, from a form that was looked at. A day ends at midnight."""
        typed = self.cleaned_data
        now, length = timezone.now(), Length(typed["length"])
        ends_at = now + SPANS[length] if length in SPANS else None
        if length == Length.DATE:
            midnight = datetime.datetime.combine(typed["until"] + datetime.timedelta(days=1), datetime.time.min)
            ends_at = timezone.make_aware(midnight)
        return RestrictionDraft(
            kind=RestrictionKind(typed["kind"]),
            target=RestrictionTarget(typed["target"]),
            reason=typed["reason"],
            ends_at=ends_at,
            clause=typed["clause"],
        )

    def refuse(self, error: CommentError) -> None:
        """Show what the service refused, at the field or above the form."""
        field = error.field if isinstance(error, InvalidInputError) else ""
        name = "length" if field == "ends_at" else field
        self.add_error(name if name in self.fields else None, str(error.message))


class NoteForm(forms.Form):
    """A note on an author."""

    text = forms.CharField(strip=False, required=False)
    comment = forms.CharField(required=False, max_length=12)
    from_card = forms.BooleanField(required=False)


class WrittenForm(forms.Form):
    """Which part of what somebody wrote is shown. What cannot be read is left out, never refused."""

    status = forms.ChoiceField(choices=Status.choices, required=False)
    before = forms.CharField(max_length=12, required=False)
    comment = forms.CharField(max_length=12, required=False)

    def value(self, name: str) -> str:
        """What stands in a field, empty when it stands for nothing."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")


class ChangeForm(forms.Form):
    """What a button of a restriction does: lift it, confirm it, answer the objection to it."""

    change = forms.ChoiceField(choices=[("lift", ""), ("confirm", ""), ("uphold", ""), ("reject", "")])
    answer = forms.CharField(required=False, strip=False)
    # The page to come back to: that of the author, or the list.
    to_list = forms.BooleanField(required=False)


class TrustRuleForm(forms.ModelForm[DeskSettings]):
    """The rule by which authors of a site are trusted."""

    class Meta:
        model = DeskSettings
        fields = ("trust_after", "trust_days", "publishes_trusted")
        widgets = {
            "trust_after": forms.NumberInput(attrs={"class": "mg-input", "min": 0, "max": 1000}),
            "trust_days": forms.NumberInput(attrs={"class": "mg-input", "min": 1, "max": 3650}),
            "publishes_trusted": forms.CheckboxInput(attrs={"class": "mg-check__input"}),
        }
