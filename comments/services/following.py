"""Who asks to follow, beside what they ask: the address they are known by, and the author that replies are for."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comments.enums import AuthorKind, Scope
from comments.exceptions import InvalidInputError
from comments.mailboxes import fold_address
from comments.models import Article, Author, Comment, Subscriber
from comments.services.identity import Identity, authors_of
from comments.services.subscriptions import Wish, subscribe


def known_address(identity: Identity) -> str:
    """The address of the account or of the author somebody writes as, "" for none; proved or not. No query."""
    if identity.user is not None:
        return str(getattr(identity.user, "email", ""))
    return identity.author.email if identity.author is not None else ""


def commenter(identity: Identity, article: Article) -> Author | None:
    """Who of those that a request may act as wrote under an article, the latest of them. 2 queries at most."""
    authors = authors_of(identity, site=article.site)
    if not authors:
        return None
    latest = Comment.objects.for_article(article).filter(author__in=authors).order_by("-pk").values("author")[:1]
    return Author.objects.filter(pk=latest).first()


def subscriber_of(user: AbstractBaseUser) -> Subscriber | None:
    """The mailbox of an account, if anybody ever asked us to write to it. 1 query, none for an account without address."""
    email = str(getattr(user, "email", ""))
    return Subscriber.objects.filter(email=fold_address(email)).first() if email else None


def require_address(identity: Identity, email: str) -> None:
    """Make sure that there is an address to tell somebody of replies at: the one they typed, or are known by. No query.

    Raises InvalidInputError: "email" where it can be typed, else "notify".
    """
    if email or known_address(identity):
        return
    if identity.user is None and (identity.author is None or identity.author.kind == AuthorKind.GUEST):
        raise InvalidInputError("email", _("To be told of replies, please enter your e-mail address."))
    raise InvalidInputError("notify", _("We know no e-mail address of yours, so we cannot tell you of replies."))


def follow_replies(comment: Comment, *, identity: Identity) -> None:
    """Follow the replies to a comment that `identity` is just writing. 9 queries at most, in the caller's transaction.

    Writing is limited already, so this is not counted.
    """
    author = comment.author
    email = known_address(identity) or author.email
    if email:
        wish = Wish(
            site=comment.site,
            scope=Scope.REPLIES,
            email=email,
            language=get_language() or comment.language,
            article=comment.article,
        )
        subscribe(wish, identity=identity, author=author, is_counted=False)
