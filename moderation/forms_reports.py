"""What readers send who report a comment, and authors who appeal. Shape only: what is missing is the services' to say."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comments.exceptions import CommentError, InvalidInputError
from comments.forms import linked_sentence
from moderation.exceptions import IncompleteReportError
from moderation.models import PolicyVersion
from moderation.services.reports import EMAIL_LIMIT, NAME_LIMIT, OTHER, UNLAWFUL, Notice, ReportDraft

# Members of `illegal` in the API have a dot before them there and in the names of the fields.
_NESTED = "illegal_"


class ReasonSelect(forms.RadioSelect):
    """Radio buttons of which a summary of errors can name one: the first."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return super().id_for_label(id_, "0" if index is None else index)


class ReportForm(forms.Form):
    """A report, its fields named like the members of the API's document: `reason`, `text`, `illegal.reasons` ..."""

    error_title = _("Your report has not been sent yet.")
    # Nothing is required by the browser: what is needed depends on the reason.
    use_required_attribute = False

    reason = forms.CharField(
        label=_("What is wrong with this comment?"),
        required=False,
        widget=ReasonSelect(attrs={"class": "mg-check__input"}),
    )
    text = forms.CharField(
        label=_("What should we know?"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mg-input mg-input--text", "dir": "auto"}),
    )
    illegal_reasons = forms.CharField(
        label=_("Why is it unlawful?"),
        help_text=_("Name the law that it breaks, if you know it, and say what makes it unlawful."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mg-input mg-input--text", "dir": "auto"}),
    )
    illegal_is_child_abuse = forms.BooleanField(
        label=_("It is about sexual abuse of children; then name and e-mail address may stay empty."),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "mg-check__input"}),
    )
    illegal_name = forms.CharField(
        label=_("Your name"),
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "name", "maxlength": NAME_LIMIT, "class": "mg-input", "dir": "auto"}
        ),
    )
    # Text, so that a wrong address is the service's to refuse, like every other rule.
    illegal_email = forms.CharField(
        label=_("Your e-mail address"),
        help_text=_(
            "We confirm your notice and tell you what was decided. The author of the comment does not learn it."
        ),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": EMAIL_LIMIT, "class": "mg-input"}),
    )
    illegal_good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I report here is accurate and complete."),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "mg-check__input"}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, policy: PolicyVersion | None, id_prefix: str = "mg-report"
    ) -> None:
        super().__init__(data, auto_id=f"{id_prefix}-%s")
        self.fields["reason"].widget.choices = list(_reasons(policy))

    def add_prefix(self, field_name: str) -> str:
        """The name in the page: `illegal.name` for `illegal_name`."""
        return field_name.replace(_NESTED, "illegal.", 1)

    def draft(self, language: str) -> ReportDraft:
        """What the service needs. The form shapes only, so every form that arrives can be read."""
        self.full_clean()
        typed = self.cleaned_data
        notice = Notice(
            reasons=typed["illegal_reasons"],
            name=typed["illegal_name"],
            email=typed["illegal_email"],
            is_child_abuse=typed["illegal_is_child_abuse"],
            in_good_faith=typed["illegal_good_faith"],
        )
        return ReportDraft(reason=typed["reason"], text=typed["text"], notice=notice, language=language)

    def refuse(self, error: CommentError) -> None:
        """Show what the service refused: each problem at its field, or above the form."""
        problems: Iterable[CommentError] = error.problems if isinstance(error, IncompleteReportError) else (error,)
        for problem in problems:
            name = problem.field.replace("illegal.", _NESTED, 1) if isinstance(problem, InvalidInputError) else ""
            self.add_error(name if name in self.fields else None, linked_sentence(problem))


class AppealForm(forms.Form):
    """An author's objection."""

    error_title = _("Your appeal has not been sent yet.")
    use_required_attribute = False

    text = forms.CharField(
        label=_("Why was the decision a mistake?"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mg-input mg-input--text", "dir": "auto"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="mg-appeal-%s")

    def refuse(self, error: CommentError) -> None:
        """Show what the service refused, at the field or above the form."""
        is_about_text = isinstance(error, InvalidInputError) and error.field == "text"
        self.add_error("text" if is_about_text else None, str(error.message))


class AppealAnswerForm(forms.Form):
    """A moderator's answer to an appeal; `judgement` is the button that was pressed."""

    judgement = forms.ChoiceField(choices=[("uphold", ""), ("reject", "")])
    answer = forms.CharField(required=False, strip=False)


class DismissalForm(forms.Form):
    """ "No objection" to the reports that the moderator saw; `up_to` is the primary key of the last of them."""

    up_to = forms.IntegerField(min_value=1, max_value=2**63 - 1)


def _reasons(policy: PolicyVersion | None) -> Iterable[tuple[str, str]]:
    """The clauses in their order, then the notice and the rest. A clause called like one of these is reported by it."""
    for clause in policy.clauses.all() if policy is not None else ():
        if clause.slug not in (UNLAWFUL, OTHER):
            yield clause.slug, gettext("It breaks a rule: %(clause)s") % {"clause": clause.title}
    yield UNLAWFUL, gettext("It is unlawful: I send a formal notice")
    yield OTHER, gettext("Something else")
