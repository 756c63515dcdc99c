"""A site's list of words, one word at a time."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from comments.exceptions import InvalidInputError
from comments.text import clean_body
from moderation.enums import Permission
from moderation.exceptions import NotAllowedError
from moderation.flaggers.base import primary_language
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.spelling import fold
from moderation.models import Term
from moderation.permissions import may

# Parts of words shorter than this are looked for nowhere: they stand in too many words.
_PART_LENGTH = 3
# Each process compiles the whole list while somebody waits for it, the first time after a change.
MOST_WORDS = 10_000


def clean_cell(value: str) -> str:
    """What was typed as one line, of characters that can be stored and seen."""
    return " ".join(clean_body(value).split())


def require_word(phrase: str) -> None:
    """Raises InvalidInputError where there is nothing to look for: no word between the quotation marks and asterisks, one that
    shows nothing, a part of a word that is too short, or a single letter, digit or mark.
    """
    bare = phrase.strip('*"“”„«» ')
    looked_for = fold(bare).text.strip()
    if len(looked_for) == 1 and looked_for.isascii():
        message = _("A single letter, digit or mark stands in nearly every comment. Please enter more than that.")
        raise InvalidInputError("phrase", message)
    if not looked_for or (len(bare) < _PART_LENGTH and (phrase.startswith("*") or phrase.endswith("*"))):
        message = _("An asterisk stands beside at least three letters, and quotation marks around a word.")
        raise InvalidInputError("phrase", message)


def require_language(language: str) -> str:
    """The code of a language by which comments are told apart: "de" also for "DE" and "de-AT"; empty for all. Raises
    InvalidInputError for a language that is not known."""
    code = primary_language(language)
    if code and code not in LANG_INFO:
        message = _("“%(value)s” is no code of a language, as in de or en; an empty cell stands for all.")
        raise InvalidInputError("language", message % {"value": language})
    return code


def too_many_words() -> InvalidInputError:
    """That a list has as many words as it may, those included that are switched off."""
    limit = number_format(MOST_WORDS, use_l10n=True, force_grouping=True)
    message = _("The list has at most %(limit)s words. Please change those that are no longer needed.")
    return InvalidInputError("phrase", message % {"limit": limit})


def name_of_word(language: str, phrase: str) -> tuple[str, str]:
    """What two words have in common that are the same one: they differ in capitals alone."""
    return language, phrase.casefold()


def save_term(*, term: Term, administrator: AbstractBaseUser) -> Term:
    """Store a term that is new or was changed; flaggers know it at once in this process, within MODERATION_KNOWLEDGE_MAX_AGE
    in the others. 3 queries. Raises NotAllowedError, InvalidInputError with the name of the field.
    """
    if not may(administrator, term.site, Permission.ADMINISTER):
        raise NotAllowedError
    term.phrase, term.note = clean_cell(term.phrase), clean_cell(term.note)
    term.language = require_language(term.language)
    try:
        term.clean_fields(exclude=("site",))
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError(field, " ".join(messages)) from error
    require_word(term.phrase)
    others = Term.objects.filter(site=term.site).exclude(pk=term.pk).values_list("language", "phrase")
    # Here, since not every database knows the small letter of an Ä.
    names = [name_of_word(language, phrase) for language, phrase in others]
    if len(names) >= MOST_WORDS:
        raise too_many_words()
    if name_of_word(term.language, term.phrase) in names:
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
