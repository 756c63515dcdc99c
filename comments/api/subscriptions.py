"""Asking to be told by mail of what is published."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, Field

from comments.access import get_article_or_404, get_site_or_404
from comments.api.auth import OPTIONAL_SECURITY, READER, IdentifiedRequest, require_site
from comments.api.schemas import ArticleKey, Problem, Prose, SiteSlug, Text
from comments.enums import Frequency, Scope
from comments.services.following import commenter, known_address
from comments.services.identity import authors_of
from comments.services.subscriptions import Wish, proof_of, subscribe

router = Router(tags=["Subscriptions"])


class SubscriptionIn(Schema):
    """What to follow, how often, and where to write. Fields other than these are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"site": "news", "article": "bridge-2031", "email": "hanna@reader.example", "digest": "daily"}]
        }
    )

    site: SiteSlug
    article: ArticleKey | None = Field(None, description="Needed unless the whole site is followed.")
    email: Text = Field("", description="Where to write. Without it, to the address that the caller is known by.")
    scope: Scope = Field(Scope.ARTICLE, description="`replies`: to the caller's own comments under the article.")
    digest: Frequency = Frequency.INSTANT
    website: Prose = Field("", description="A trap for programs that fill every field of a form: leave it out.")


class SubscriptionOut(Schema):
    """A sentence for the reader. To whoever has not proved the address it is always the same."""

    message: str


@router.post(
    "/subscriptions",
    auth=READER,
    response={202: SubscriptionOut, (400, 401, 403, 404, 413, 415, 422, 429): Problem},
    summary="Follow by mail",
    openapi_extra=OPTIONAL_SECURITY,
)
def post_subscription(request: IdentifiedRequest, payload: SubscriptionIn) -> Status[dict[str, str]]:
    """Follow the discussion of an article, the replies to oneself in it, or a whole site.

    One mail with a link goes to the address, at most once a day whatever is asked for, and nothing else before somebody has
    opened the link and confirmed. Readers who are signed in with the address follow at once.
    """
    site = get_site_or_404(payload.site)
    identity = require_site(request.auth, site)
    article = get_article_or_404(payload.site, payload.article) if payload.article else None
    email = payload.email or known_address(identity)
    if payload.website:
        return Status(202, {"message": answer_to_asking()})
    authors = authors_of(identity, site=site)
    answered = commenter(identity, article) if article is not None else None
    wish = Wish(
        site=site,
        scope=payload.scope,
        email=email,
        frequency=payload.digest,
        language=translation.get_language() or site.language,
        article=None if payload.scope == Scope.SITE else article,
    )
    author = answered if payload.scope == Scope.REPLIES else answered or next(iter(authors), None)
    subscribe(wish, identity=identity, author=author)
    is_proved = proof_of(identity, email, site) is not None
    return Status(202, {"message": _("We tell you by mail from now on.") if is_proved else answer_to_asking()})


def answer_to_asking() -> str:
    """What everybody is told who has not proved the address, whatever we know of it."""
    return _(
        "If we have not written to this address today, a mail is on its way. Its link confirms everything that was asked for "
        "with it."
    )
