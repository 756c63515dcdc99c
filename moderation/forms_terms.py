"""What the page of a site's words sends."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from comments.exceptions import CommentError, InvalidInputError
from moderation.models import Clause, Term

# Of a table, in bytes.
_LARGEST = 1_000_000


class TermForm(forms.Form):
    """A word that is added, or changed where a term is given."""

    phrase = forms.CharField(
        label=_("Word or phrase"),
        max_length=100,
        error_messages={
            "required": _("Please enter a word or phrase."),
            "max_length": _("A word or phrase has at most 100 characters."),
        },
        help_text=_(
            "Found in every form and disguise, never inside another word; with an asterisk (“noodle*”) also there."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language of the comments"),
        choices=[("", _("All languages")), ("de", _("German")), ("en", _("English"))],
        required=False,
    )
    clause = forms.ChoiceField(label=_("Clause"), required=False)
    note = forms.CharField(
        label=_("Note for moderators"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("A note for moderators has at most 200 characters.")},
    )

    def __init__(self, data: QueryDict | None = None, *, clauses: Iterable[Clause], term: Term | None = None) -> None:
        super().__init__(
            data, initial=None if term is None else {name: getattr(term, name) for name in self.base_fields}
        )
        field = self.fields["clause"]
        choices = [("", "–"), *((clause.slug, clause.title) for clause in clauses)]
        if term is not None and term.clause not in dict(choices):
            choices.append((term.clause, term.clause))
        field.choices = field.widget.choices = choices  # type: ignore[attr-defined]
        # A table may bring others.
        languages = list(self.fields["language"].choices)  # type: ignore[attr-defined]
        if term is not None and term.language not in dict(languages):
            self.fields["language"].choices = [*languages, (term.language, term.language)]  # type: ignore[attr-defined]

    def label_of(self, name: str, value: str) -> str:
        """A choice of a field in words; one that there is no more as it is."""
        choices = self.fields[name].choices  # type: ignore[attr-defined]
        return str(dict(choices).get(value, value))

    def refuse(self, error: CommentError) -> None:
        """Show what the service refused, at its field or above the form."""
        name = error.field if isinstance(error, InvalidInputError) else ""
        self.add_error(name if name in self.fields else None, str(error.message))


class TableForm(forms.Form):
    """A table of terms to add and change."""

    file = forms.FileField(
        label=_("CSV file"),
        error_messages={
            "required": _("Please choose a CSV file."),
            "empty": _("The CSV file is empty. Nothing was changed."),
        },
        help_text=_("In UTF-8, with the columns phrase, language, clause, note, active."),
    )

    def clean_file(self) -> str:
        """Its text."""
        sent = self.cleaned_data["file"]
        if sent.size > _LARGEST:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        try:
            return str(sent.read().decode("utf-8"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not in UTF-8. Nothing was changed.")) from error
