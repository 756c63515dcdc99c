"""What a publisher's own server says of its articles, where they are embedded by script."""

from __future__ import annotations

from typing import Annotated

from ninja import Router, Schema
from pydantic import Field, StringConstraints

from comments.api.schemas import ArticleKey, Problem, Prose, Text
from comments.services.handed_over import HandedOver, count_characters
from moderation.api.auth import DeskRequest, ModeratorToken, load_site
from moderation.api.errors import refusals
from moderation.enums import Scope
from moderation.services.handed_over import hand_over

# A token alone: no browser has anything to do here.
router = Router(tags=["Articles"], auth=[ModeratorToken()])
Json = dict[str, object]


class ArticleIn(Schema):
    """An article as it reads now. Teaser and paragraphs that are left out are taken away."""

    url: Text = Field(description="Its address, on an origin of the site.", examples=["https://news.example/bridge"])
    title: Prose = Field(description="1 to 300 characters.", examples=["The old bridge stays"])
    teaser: Prose = Field("", description="Up to 2,000 characters.")
    paragraphs: list[Prose] = Field(
        default_factory=list, description="Plain text, up to 60,000 characters together. Tags are taken out."
    )
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$")] | None = Field(
        None, description="As in `de` or `de-AT`; left out: as it was, at first that of the site."
    )


class ArticleOut(Schema):
    """What is known of the article now."""

    key: str
    url: str
    title: str
    teaser: str
    language: str
    characters: int = Field(description="Of the text that is kept.")


@router.put(
    "/articles/{key}",
    response={200: ArticleOut, (400, 401, 403, 404, 413, 415, 422): Problem},
    summary="Hand over an article's text",
)
def put_article(request: DeskRequest, key: ArticleKey, payload: ArticleIn) -> Json:
    """Say what an article of the token's site reads like, for the checks that compare comments with it. Makes the article
    where it is not known yet. Readers may see title, teaser and address, never the text."""
    request.auth.require(Scope.ARTICLES)
    site = load_site(request.auth, "")
    said = HandedOver(
        key, payload.url, payload.title, payload.teaser, tuple(payload.paragraphs), payload.language or ""
    )
    with refusals():
        article = hand_over(site=site, said=said, user=request.auth.user)
    return {
        "key": article.key,
        "url": article.url,
        "title": article.title,
        "teaser": article.teaser,
        "language": article.language,
        "characters": count_characters(article),
    }
