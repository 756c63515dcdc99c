"""What the desk's pages send. The forms only shape: what may be decided is the services' business."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from comments.enums import Status
from moderation.enums import Action, DigestChoice, Mine
from moderation.keys import STANDARD
from moderation.queue import QueueFilters, QueueSort, QueueStatus

# The age of what waits longer than the site promises.
LATE = "late"


class QueueForm(forms.Form):
    """The state of the desk, as its address holds it. What cannot be read is left out, never refused."""

    site = forms.SlugField(required=False)
    status = forms.ChoiceField(choices=QueueStatus.choices, required=False)
    sort = forms.ChoiceField(choices=QueueSort.choices, required=False)
    flag = forms.CharField(max_length=40, required=False)
    article = forms.CharField(max_length=200, required=False)
    author = forms.CharField(max_length=12, required=False)
    section = forms.CharField(max_length=100, required=False)
    language = forms.CharField(max_length=12, required=False)
    clause = forms.CharField(max_length=50, required=False)
    domain = forms.CharField(max_length=253, required=False)
    # Minutes it waits at least, or longer than promised.
    age = forms.RegexField(rf"\A(?:{LATE}|[1-9][0-9]{{0,5}})\Z", required=False)
    mine = forms.ChoiceField(choices=Mine.choices, required=False)
    q = forms.CharField(max_length=200, required=False)
    cursor = forms.CharField(max_length=100, required=False)
    comment = forms.CharField(max_length=12, required=False)
    decided = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def value(self, name: str) -> str:
        """What stands in a field, empty when it stands for nothing."""
        self.is_valid()
        found = self.cleaned_data.get(name)
        return "" if found is None else str(found)

    def clean_domain(self) -> str:
        """As links are kept, however it was typed or copied."""
        typed = str(self.cleaned_data["domain"]).lower()
        return typed.rpartition("://")[2].partition("/")[0].removeprefix("www.")

    def filters(self, viewer_id: int = 0) -> QueueFilters:
        """The chosen queue, narrowed and ordered, for whoever looks at it."""
        sort, age, mine = self.value("sort"), self.value("age"), self.value("mine")
        return QueueFilters(
            status=QueueStatus(self.value("status") or QueueStatus.WAITING),
            sort=QueueSort(sort) if sort else None,
            flag=self.value("flag"),
            article=self.value("article"),
            author=self.value("author"),
            q=self.value("q"),
            section=self.value("section"),
            language=self.value("language"),
            clause=self.value("clause"),
            domain=self.value("domain"),
            age=int(age) if age and age != LATE else 0,
            is_late=age == LATE,
            mine=Mine(mine) if mine else None,
            viewer_id=viewer_id,
        )


class DecisionForm(forms.Form):
    """A pressed button of a card: "approve", or an action with the clause it is by, "reject:respect"."""

    decision = forms.CharField(max_length=60)
    note = forms.CharField(required=False, strip=False)
    expected_status = forms.ChoiceField(choices=Status.choices)
    expected_revision = forms.IntegerField(min_value=1, max_value=32_767)

    def clean_decision(self) -> tuple[Action, str]:
        name, _separator, clause = self.cleaned_data["decision"].partition(":")
        try:
            return Action(name), clause
        except ValueError as error:
            raise forms.ValidationError(_("There is no such decision.")) from error


class PreferencesForm(forms.Form):
    """How somebody likes to work. A field for each key is called as its command; an empty one is the standard key."""

    has_keys = forms.BooleanField(required=False)
    is_compact = forms.BooleanField(required=False)
    shows_severe = forms.BooleanField(required=False)
    digest = forms.ChoiceField(label=_("Mails about what waits"), choices=DigestChoice.choices, required=False)
    preset = forms.CharField(max_length=20, required=False)

    def keys(self) -> dict[str, str]:
        """What stands in the fields of the keys, those that are left empty aside."""
        sent = {name: " ".join(self.data.get(f"key_{name}", "").split()) for name in STANDARD}
        return {name: key for name, key in sent.items() if key}


class BulkForm(forms.Form):
    """What shall become of many comments at once, and why."""

    action = forms.ChoiceField(choices=Action.choices)
    clause = forms.SlugField(max_length=50, required=False)
    note = forms.CharField(required=False, strip=False)
    reason = forms.CharField(
        error_messages={"required": _("Please say in a few words why these are decided together.")}
    )


class DecidedForm(forms.Form):
    """Whose decisions are shown from where on, and up to which step one is taken back."""

    by = forms.CharField(max_length=20, required=False)
    cursor = forms.CharField(max_length=60, required=False)
    newest = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def value(self, name: str) -> str:
        """What stands in a field, empty when it stands for nothing."""
        self.is_valid()
        found = self.cleaned_data.get(name)
        return "" if found is None else str(found)


class SavedViewForm(forms.Form):
    """A view of the queue under a name. `query` is the address it stands for, needed for a new one."""

    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(label=_("For everybody on this desk"), required=False)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)


class EmbedCheckForm(forms.Form):
    """The address of a page to look at."""

    address = forms.CharField(label=_("Address of the page"), max_length=2000)
