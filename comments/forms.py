"""The reader's forms. They only shape what was typed; what may be written is decided in services/."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from comments.enums import Frequency, Scope
from comments.exceptions import CommentError, InvalidInputError, RestrictedError
from comments.models import Article, Comment
from comments.services.posting import Draft
from comments.text import BODY_LIMIT

NAME_LIMIT = 60
_OPENED_SALT = "marginalia.form-opened"
_ERROR_TITLE = _("Your comment has not been sent yet.")


def linked_sentence(error: CommentError) -> str:
    """What a refusal says, the address in it as a link."""
    sentence = str(error.message)
    page = error.page if isinstance(error, RestrictedError) else ""
    if not page or page not in sentence:
        return sentence
    before, _page, after = sentence.partition(page)
    return format_html('{}<a href="{}">{}</a>{}', before, page, page, after)


class TextForm(forms.Form):
    """One text, and the errors of a service beside the field they are about."""

    error_title = _ERROR_TITLE
    # Fields of services that the reader never sees as fields.
    unseen = frozenset({"parent", "opened", "idempotency_key"})
    # Said beside the field, not enforced by it: a browser would cut a longer text without a word.
    body_limit = BODY_LIMIT
    # A copy that may be changed.
    data: QueryDict

    body = forms.CharField(
        label=_("Your comment"),
        error_messages={"required": _("Please write something first.")},
        widget=forms.Textarea(attrs={"rows": 1}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None, id_prefix: str = "mg"
    ) -> None:
        # Host pages have fields of their own; ours must not share their ids.
        super().__init__(data.copy() if data is not None else None, initial=initial, auto_id=f"{id_prefix}-%s")

    def refuse(self, error: CommentError) -> None:
        """Show what a service refused: at its field, or above the form."""
        field = error.field if isinstance(error, InvalidInputError) else None
        self.full_clean()
        self.add_error(field if field in self.fields and field not in self.unseen else None, linked_sentence(error))


class CommentForm(TextForm):
    """A new comment. Guests give a name, and an address if they like; accounts are known, but for a name at first."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("Stands above your comment."),
        error_messages={"required": _("Please give a name that may stand above your comment.")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "maxlength": NAME_LIMIT}),
    )
    # Text, so that a wrong address is the service's to refuse, like every other rule.
    email = forms.CharField(
        label=_("E-mail"),
        required=False,
        help_text=_("Only to tell you what became of your comment; never shown."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254}),
    )
    notify = forms.BooleanField(label=_("Tell me of replies by mail"), required=False)
    parent = forms.CharField(required=False, widget=forms.HiddenInput)
    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    # A trap for programs that fill every field; people never see it.
    website = forms.CharField(
        label=_("Please leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": -1, "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any] | None = None,
        asks_name: bool = True,
        asks_email: bool = True,
        may_remember: bool = False,
        may_notify: bool = True,
    ) -> None:
        super().__init__(data, initial=initial)
        if may_remember:
            self.fields["remember"] = forms.BooleanField(
                label=_("Remember name and address on this device"), required=False
            )
        self._nonce = ""
        self.fields["body"].widget.attrs["placeholder"] = _("Write your comment")
        if not asks_name:
            del self.fields["name"]
        if not asks_email:
            del self.fields["email"]
        if not may_notify:
            del self.fields["notify"]

    @property
    def is_open(self) -> bool:
        """Whether it stands unfolded from the start: there is something in it."""
        return self.is_bound or bool(self.initial.get("parent") or self.initial.get("body"))

    @property
    def parent_id(self) -> str:
        """The public identifier of the comment it replies to, as it arrived."""
        return str(self["parent"].value() or "")

    @property
    def has_nonce(self) -> bool:
        """Whether what was sent came from a form of ours, so that the same text once more is the same sender's."""
        return self._nonce != ""

    def refuse(self, error: CommentError) -> None:
        """As for every form; a parent that is gone is let go, so that the text can be sent as a comment of its own."""
        super().refuse(error)
        if isinstance(error, InvalidInputError) and error.field == "parent":
            self.data["parent"] = ""

    def draft(self, article: Article) -> Draft:
        """What the service needs, from a form that was looked at; what it refuses need not be complete."""
        body, parent = self.cleaned_data.get("body", ""), self.cleaned_data["parent"]
        seconds, nonce = _read_opened(self.cleaned_data["opened"], article)
        self._nonce = nonce
        return Draft(
            body=body,
            parent=parent,
            name=self.cleaned_data.get("name", ""),
            email=self.cleaned_data.get("email", ""),
            # The same text sent twice from one opened form is one comment; another text from the same form is another.
            idempotency_key=hashlib.sha256(f"{nonce}\n{parent}\n{body}".encode()).hexdigest() if nonce else "",
            by_form=True,
            form_seconds=seconds,
            form_trap_filled=bool(self.cleaned_data["website"]),
            notify=self.cleaned_data.get("notify", False),
        )


class ReviseForm(TextForm):
    """A new text for one's own comment. It says which version it began with, so that no other change is written over."""

    error_title = _("Your new text has not been sent yet.")

    expected_status = forms.CharField(required=False, widget=forms.HiddenInput)
    expected_revision = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, comment: Comment, body: str = "", id_prefix: str = "mg"
    ) -> None:
        standing = {"expected_status": comment.status, "expected_revision": str(comment.revision)}
        super().__init__(data, initial={"body": body, **standing}, id_prefix=id_prefix)
        self.fields["body"].label = _("Your text")
        self.fields["body"].widget.attrs["rows"] = 6

    def draft(self) -> dict[str, str]:
        """What the service needs, from a form that was looked at: the text, and where the comment stood for its author."""
        return {name: self.cleaned_data[name] for name in ("body", "expected_status", "expected_revision")}

    def see_standing(self, comment: Comment) -> None:
        """Keep the text, but take the comment as it stands now for what the author has seen."""
        self.data["expected_status"] = comment.status
        self.data["expected_revision"] = str(comment.revision)


class FollowForm(forms.Form):
    """What to follow, how often, and where to write. Whoever is known with an address is not asked for one."""

    error_title = _("Nothing has been stored yet.")

    # Text, so that a wrong address is the service's to refuse.
    email = forms.CharField(
        label=_("E-mail"),
        error_messages={"required": _("Please enter your e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254}),
    )
    scope = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    digest = forms.ChoiceField(
        label=_("How often"),
        choices=Frequency.choices,
        required=False,
        initial=Frequency.INSTANT,
        widget=forms.RadioSelect,
    )
    # A trap for programs that fill every field; people never see it.
    website = forms.CharField(
        label=_("Please leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": -1, "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any] | None = None,
        scopes: Sequence[tuple[str, str | Promise]],
        asks_email: bool = True,
    ) -> None:
        super().__init__(data, initial=initial, auto_id="mg-follow-%s")
        scope = self.fields["scope"]
        if isinstance(scope, forms.ChoiceField):
            scope.choices = list(scopes)
        if not asks_email:
            del self.fields["email"]

    @property
    def is_by_program(self) -> bool:
        """Whether the trap was filled."""
        return bool(self.data.get("website"))

    def clean_scope(self) -> Scope:
        """What was chosen, else the first that is offered: the form beside a discussion does not ask."""
        return Scope(self.cleaned_data["scope"] or self.initial["scope"])

    def clean_digest(self) -> Frequency:
        """How often, within minutes unless somebody chose."""
        return Frequency(self.cleaned_data["digest"] or Frequency.INSTANT)

    def refuse(self, error: CommentError) -> None:
        """Show what a service refused: at its field, or above the form."""
        field = error.field if isinstance(error, InvalidInputError) else None
        self.add_error(field if field in self.fields else None, linked_sentence(error))


def sign_opened(article: Article) -> str:
    """A signed note of when a form for this article was opened; unique, so it also recognises a form sent twice."""
    opened = {"article": article.pk, "at": int(time.time()), "nonce": secrets.token_urlsafe(12)}
    return signing.dumps(opened, salt=_OPENED_SALT)


def _read_opened(value: str, article: Article) -> tuple[float | None, str]:
    """For how many seconds the form was open, and its nonce; (None, "") for a forged note or another article's."""
    try:
        opened = signing.loads(value, salt=_OPENED_SALT)
    except signing.BadSignature:
        return None, ""
    if opened["article"] != article.pk:
        return None, ""
    return max(0.0, time.time() - opened["at"]), opened["nonce"]
