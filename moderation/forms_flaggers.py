"""What the page of the flaggers sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comments.exceptions import InvalidInputError
from moderation.enums import FlaggerState
from moderation.flaggers.base import decidable
from moderation.models.deciding import DECIDING_ACTIONS, DecidingRule
from moderation.services.deciding_rules import RuleChoice
from moderation.services.flagger_switches import SwitchLine

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_ALL = "all"
_LANGUAGES = {"": _("In all languages"), "de": _("In German"), "en": _("In English")}
_LABELS = {"": _("In general"), "de": _("In German"), "en": _("In English")}


def _instead(sentence: StrPromise) -> dict[str, StrPromise]:
    """The messages of a field that says the same of nothing and of what is no number as of a number that is refused."""
    return {"required": sentence, "invalid": sentence}


class SwitchForm(forms.Form):
    """The states of one flagger: a field `state` for all languages, `state_de` for one."""

    def __init__(self, line: SwitchLine, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"{line.flagger.name}_%s")
        self.line = line
        for language, state in line.states.items():
            as_usual = [] if language == "" else [("", pgettext_lazy("state of a check", "As in general"))]
            self.fields[_field(language)] = forms.ChoiceField(
                label=_LABELS[language],
                choices=[*as_usual, *FlaggerState.choices],
                required=language == "",
                initial=line.state if language == "" else state or "",
            )

    @property
    def states(self) -> dict[str, FlaggerState | None]:
        """What was chosen, of a form that is valid."""
        chosen = {language: self.cleaned_data[_field(language)] for language in self.line.states}
        return {language: FlaggerState(state) if state else None for language, state in chosen.items()}


class RuleForm(forms.Form):
    """By which rule a flagger may decide; shares are percentages. Offered are the directions that it can take, which may be none.

    That of a `rule` there is keeps direction and language, and starts from what was chosen; it is sent with the rule's id as `rule`.
    """

    action = forms.ChoiceField(label=_("It may"), choices=[(one.value, one.label) for one in DECIDING_ACTIONS])
    language = forms.ChoiceField(label=_("Comments"))
    bound = forms.FloatField(
        label=_("Right in at least (percent)"),
        initial=99,
        error_messages=_instead(_("Please choose a share between 90 and 99.99 percent.")),
    )
    ceiling = forms.IntegerField(
        label=_("Decisions a day at most"),
        initial=50,
        error_messages=_instead(_("Please choose a number of decisions between 1 and 10,000.")),
    )
    people_share = forms.FloatField(
        label=_("Share that people judge all the same (percent)"),
        initial=10,
        error_messages=_instead(_("Please choose a share between 1 and 90 percent.")),
    )

    def __init__(self, line: SwitchLine, data: QueryDict | None = None, rule: DecidingRule | None = None) -> None:
        super().__init__(data, auto_id=f"{line.flagger.name}_rule{rule.pk if rule else ''}_%s")
        self.line, self.rule = line, rule
        self.possible = decidable(line.flagger)
        # What else is sent is for the service to refuse, in a sentence.
        offered = [(one.value, one.label) for one in DECIDING_ACTIONS if one in self.possible]
        self.fields["action"].widget = forms.Select(choices=offered)
        self.fields["language"] = forms.ChoiceField(
            label=_("Comments"), choices=[(one or _ALL, _LANGUAGES.get(one, one)) for one in line.states]
        )
        if rule:
            self.fields["action"].widget = self.fields["language"].widget = forms.HiddenInput()
            self.initial = {
                "action": rule.action,
                "language": rule.language or _ALL,
                "bound": _percent(rule.bound),
                "ceiling": rule.ceiling,
                "people_share": _percent(rule.people_share),
            }

    @property
    def choice(self) -> RuleChoice:
        """What was chosen, of a form that is valid."""
        sent = self.cleaned_data
        action = next(one for one in DECIDING_ACTIONS if one == sent["action"])
        language = "" if sent["language"] == _ALL else sent["language"]
        return RuleChoice(action, language, sent["bound"] / 100, sent["ceiling"], sent["people_share"] / 100)

    def refuse(self, error: InvalidInputError) -> None:
        """Show what the service refused at its field."""
        self.add_error(error.field, str(error.message))


def _percent(share: float) -> float:
    """A share as a field has it, 99 or 99.95: as it was sent."""
    percent = round(100 * share, 6)
    return int(percent) if percent.is_integer() else percent


def _field(language: str) -> str:
    return f"state_{language}" if language else "state"
