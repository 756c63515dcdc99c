"""What the page of the flaggers sends."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moderation.enums import FlaggerState
from moderation.services.flagger_switches import SwitchLine

_LABELS = {"": _("In general"), "de": _("In German"), "en": _("In English")}


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


def _field(language: str) -> str:
    return f"state_{language}" if language else "state"
