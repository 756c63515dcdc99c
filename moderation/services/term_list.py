"""A site's list of words, one word at a time."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError
from moderation.flaggers.knowledge import forget_knowledge
from moderation.models import Term
from moderation.permissions import may


def save_term(*, term: Term, administrator: AbstractBaseUser) -> Term:
    """Store a term that is new or was changed; flaggers know it at once in this process, within MODERATION_KNOWLEDGE_MAX_AGE
    in the others. 3 queries. Raises NotAllowedError, InvalidInputError with the name of the field.
    """
    if not may(administrator, term.site, Permission.ADMINISTER):
        raise NotAllowedError
    term.phrase = " ".join(term.phrase.split())
    try:
        term.clean_fields(exclude=("site",))
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError(field, " ".join(messages)) from error
    same = Term.objects.filter(site=term.site, language=term.language, phrase=term.phrase).exclude(pk=term.pk)
    if same.exists():
        raise InvalidInputError("phrase", _("The list has this word for this language already."))
    with transaction.atomic():
        term.save()
        transaction.on_commit(forget_knowledge)
    return term


def switch_term(*, term: Term, administrator: AbstractBaseUser, is_active: bool) -> None:
    """Look for a term, or no longer. 2 queries. Raises NotAllowedError."""
    if not may(administrator, term.site, Permission.ADMINISTER):
        raise NotAllowedError
    with transaction.atomic():
        Term.objects.filter(pk=term.pk).update(is_active=is_active)
        transaction.on_commit(forget_knowledge)
