"""What a reader thinks of a published comment: worth reading, or no more of its author. Private answers, never cached."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from comments.access import get_published_comment_or_404
from comments.api.auth import OPTIONAL_SECURITY, READER, IdentifiedRequest, keep_author, require_site
from comments.api.schemas import Problem, PublicId
from comments.enums import AuthorKind
from comments.models import Author, Comment
from comments.services.identity import Identity, make_author_token
from comments.services.muting import Muting, mute_author, unmute_author
from comments.services.voting import Ballot, cast_vote, take_vote_back

router = Router(tags=["Votes and muted authors"], auth=READER)
VOTES = "/comments/{comment_id}/votes"
MUTES = "/comments/{comment_id}/mutes"
Json = dict[str, object]
TOKEN_DESCRIPTION = "A guest's credential, to be sent from now on: by it the reader is known. Null for an account."  # noqa: S105


class VoteOut(Schema):
    """Where the comment and its reader stand now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"votes": 13, "voted": True, "author_token": "ma_4q8n2v6b0yxj-1.Zk3..."}]}
    )

    votes: int
    voted: bool
    author_token: str | None = Field(description=TOKEN_DESCRIPTION)


class MuteOut(Schema):
    """Whether the reader has muted the author now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"muted": True, "author_token": "ma_4q8n2v6b0yxj-1.Zk3..."}]}
    )

    muted: bool
    author_token: str | None = Field(description=TOKEN_DESCRIPTION)


@router.post(
    VOTES,
    response={200: VoteOut, (401, 403, 404, 409, 422, 429): Problem},
    summary="Find a comment worth reading",
    openapi_extra=OPTIONAL_SECURITY,
)
def post_vote(request: IdentifiedRequest, response: HttpResponse, comment_id: PublicId) -> Json:
    """Vote for a published comment of somebody else. A reader has one vote for a comment, however often it is sent.

    Guests get a token with their first vote; without it the next one would be a stranger's.
    """
    comment, identity = _published(request, comment_id)
    return _ballot_json(request, response, identity, cast_vote(comment=comment, identity=identity))


@router.delete(
    VOTES,
    response={200: VoteOut, (401, 403, 404, 409, 429): Problem},
    summary="Take a vote back",
    openapi_extra=OPTIONAL_SECURITY,
)
def delete_vote(request: IdentifiedRequest, response: HttpResponse, comment_id: PublicId) -> Json:
    """Take one's vote for a comment back. Nothing happens where there is none."""
    comment, identity = _published(request, comment_id)
    return _ballot_json(request, response, identity, take_vote_back(comment=comment, identity=identity))


@router.post(
    MUTES,
    response={200: MuteOut, (401, 403, 404, 422, 429): Problem},
    summary="Mute the author of a comment",
    openapi_extra=OPTIONAL_SECURITY,
)
def post_mute(request: IdentifiedRequest, response: HttpResponse, comment_id: PublicId) -> Json:
    """Read nothing more by the author of this comment on this site. Nobody else is told."""
    comment, identity = _published(request, comment_id)
    return _muting_json(request, response, identity, mute_author(comment=comment, identity=identity))


@router.delete(
    MUTES,
    response={200: MuteOut, (401, 403, 404, 429): Problem},
    summary="Read the author of a comment again",
    openapi_extra=OPTIONAL_SECURITY,
)
def delete_mute(request: IdentifiedRequest, response: HttpResponse, comment_id: PublicId) -> Json:
    """Show again what the author of this comment writes. Nothing happens where nobody was muted."""
    comment, identity = _published(request, comment_id)
    return _muting_json(request, response, identity, unmute_author(comment=comment, identity=identity))


def _published(request: IdentifiedRequest, comment_id: str) -> tuple[Comment, Identity]:
    """A comment that everybody may read, and who asks on its site."""
    comment = get_published_comment_or_404(comment_id)
    return comment, require_site(request.auth, comment.site)


def _ballot_json(request: HttpRequest, response: HttpResponse, identity: Identity, ballot: Ballot) -> Json:
    token = _token(request, response, identity, ballot.reader)
    return {"votes": ballot.votes, "voted": ballot.voted, "author_token": token}


def _muting_json(request: HttpRequest, response: HttpResponse, identity: Identity, muting: Muting) -> Json:
    return {"muted": muting.muted, "author_token": _token(request, response, identity, muting.reader)}


def _token(request: HttpRequest, response: HttpResponse, identity: Identity, reader: Author | None) -> str | None:
    """What a guest is known by from now on, by the answer and on our own pages by the cookie."""
    if reader is None or reader.kind != AuthorKind.GUEST or identity.user is not None:
        return None
    keep_author(request, response, reader)
    return make_author_token(reader)
