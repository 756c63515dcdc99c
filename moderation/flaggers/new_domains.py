"""Links to places that nothing published on the site links to."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from comments.screening import Finding, ScreeningInput, Span
from moderation.enums import Action, FlaggerState
from moderation.flaggers.base import SiteKnowledge, Stage, clear, flagged
from moderation.flaggers.links import find_links, is_own_host

_ONE = gettext_noop("Links to a place that nothing published on this site links to: %(hosts)s")
_SOME = gettext_noop("Links to %(count)s places that nothing published on this site links to: %(hosts)s")
_LABEL = gettext_noop("New on this site")

_NAMED: Final = 3
_HOST_SHOWN: Final = 80


class NewDomainsFlagger:
    """Finds links to hosts that are new to the site; asynchronous, by what is stored of earlier comments."""

    name = "new_domains"
    version = "2"
    stage = Stage.ASYNCHRONOUS
    languages: tuple[str, ...] = ()
    first_state = FlaggerState.SHADOW
    decides = (Action.REJECT,)

    def check(self, comment: ScreeningInput, site: SiteKnowledge) -> Finding:
        """Which hosts are new; weighs more where nothing by the author is published either."""
        if site.arrival is None:
            return clear(self)
        links = list(find_links(comment.body))
        # What is stored is of the latest text, which need not be this one.
        here = {link.host for link in links if not is_own_host(link.host, site.own_hosts)}
        new = [host for host in site.arrival.new_domains if host in here]
        if not new:
            return clear(self)
        spans = [Span(link.start, link.end, _LABEL) for link in links if link.host in new]
        return flagged(
            self,
            _ONE if len(new) == 1 else _SOME,
            {"count": len(new), "hosts": ", ".join(host[:_HOST_SHOWN] for host in new[:_NAMED])},
            score=0.5 if site.arrival.is_by_newcomer else 0.2,
            clause="no-advertising",
            spans=spans,
        )
