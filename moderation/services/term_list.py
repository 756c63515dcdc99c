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

# Parts of words shorter than this are looked for nowhere: they stand in too many words.
_PART_LENGTH = 3


def require_word(phrase: str) -> None:
    """Raises InvalidInputError where there is nothing to look for: no word between the quotation marks and asterisks, or a part
    of a word that is too short.
    """
    bare = phrase.strip('*"“”„«» ')
    if not bare or (len(bare) < _PART_LENGTH and (phrase.startswith("*") or phrase.endswith("*"))):
        message = _("An asterisk stands beside at least three letters, and quotation marks around a word.")
        raise InvalidInputError("phrase", message)


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
    require_word(term.phrase)
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
