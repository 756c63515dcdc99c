"""What the project's own flaggers are called by moderators, and what each looks for, in a sentence."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_KNOWN: Final[dict[str, tuple[Promise, Promise]]] = {
    "links": (
        _("Links"),
        _("Many links to other sites, shortened ones, links to numbers, and links that imitate another address."),
    ),
    "terms": (_("Words"), _("Words and phrases of the site's own list, in every form and disguise.")),
    "shouting": (_("Shouting"), _("Text largely in capitals, stretched letters, rows of exclamation marks.")),
    "repetition": (_("Repetition"), _("The same or almost the same text by the same author within a day.")),
    "site_repetition": (
        _("Repetition on the site"),
        _("Almost the same text anywhere on the site within three days, under whatever name."),
    ),
    "automation": (_("Automation"), _("Forms that were filled in by a program.")),
    "respect": (
        _("Insults"),
        _("Wording that reads like an insult or contempt: a guess, with the words that moved it."),
    ),
    "spam": (
        _("Advertising"),
        _("Wording that reads like advertising or fraud: a guess, with the words that moved it."),
    ),
    "topic": (
        _("Topic"),
        _("Text that has little in common with its article: a guess, with the paragraph that is closest to it."),
    ),
    "personal_data": (
        _("Personal data"),
        _("Telephone numbers, bank accounts, e-mail and postal addresses, and number plates of people."),
    ),
    "language": (_("Language of the text"), _("Text in another language than its discussion, where that is certain.")),
    "bursts": (
        _("Many at once"),
        _("Many comments within minutes by one author, from one network, or by newcomers under one article."),
    ),
    "new_domains": (
        _("Places new to the site"),
        _("Links to places that nothing published on this site links to."),
    ),
    "first_contact": (
        _("First contact"),
        _("Authors of whom nothing has been published yet. Says nothing against them."),
    ),
    "outside_judge": (
        _("Judge from outside"),
        _("A language model that reads comment, article and policy, and says which clause it sees broken, and where."),
    ),
    "call_out": (
        _("The site's own service"),
        _("Whatever a service of the site's own says of the text, asked over the network."),
    ),
    "learned": (
        _("Learnt from decisions"),
        _("Text like what was refused on this site before, by which clause, and which words made it think so."),
    ),
}


def flagger_name(name: str) -> str:
    """What a check looks for, in a word or two; one of somebody else's is called by its name."""
    return str(_KNOWN[name][0]) if name in _KNOWN else name


def flagger_purpose(name: str) -> str:
    """What a check looks for, in a sentence; empty for one of somebody else's."""
    return str(_KNOWN[name][1]) if name in _KNOWN else ""
