"""How discussions are run, by somebody of the desk: who may is asked here, and what was done is written down."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from comments.enums import ArticleMode
from comments.exceptions import InvalidInputError
from comments.models import Article, ArticleUrl, Comment, Site
from comments.services import article_moves, article_settings, highlights
from comments.services.article_keys import find_article
from comments.services.article_moves import Moved
from moderation.enums import ArticleChangeKind, Permission
from moderation.exceptions import ArticleChangedError, NotAllowedError
from moderation.models import ArticleChange, ArticleRule
from moderation.permissions import may
from moderation.services.article_log import log_change

MOST_DAYS = 3_650


def change_mode(
    *, article: Article, mode: ArticleMode, user: AbstractBaseUser, undoes: ArticleChange | None = None
) -> None:
    """Run the discussion in this mode. Raises NotAllowedError."""
    _require(user, article.site, Permission.MANAGE_ARTICLES)
    with transaction.atomic():
        before = article_settings.set_mode(article=article, mode=mode)
        _log(ArticleChangeKind.MODE, article, user, before.value, mode.value, undoes)


def change_closing(
    *,
    article: Article,
    closes_at: datetime.datetime | None,
    user: AbstractBaseUser,
    undoes: ArticleChange | None = None,
) -> None:
    """Let the discussion end at this moment, or (None) after the days of the site. Raises NotAllowedError."""
    _require(user, article.site, Permission.MANAGE_ARTICLES)
    with transaction.atomic():
        before = article_settings.set_closing(article=article, closes_at=closes_at)
        _log(ArticleChangeKind.CLOSING, article, user, _iso(before), _iso(closes_at), undoes)


def change_closing_days(*, site: Site, days: int | None, user: AbstractBaseUser) -> None:
    """Let the discussions of a site end so many days after their articles; None: never by themselves.

    Raises NotAllowedError, InvalidInputError("days").
    """
    _require(user, site, Permission.ADMINISTER)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InvalidInputError("days", _("Discussions can end after 1 to 3,650 days."))
    with transaction.atomic():
        stored = Site.objects.select_for_update().get(pk=site.pk)
        before = stored.closing_days
        if before != days:
            stored.closing_days = days
            stored.save(update_fields=["closing_days"])
            kind = ArticleChangeKind.SITE_DAYS
            log_change(kind, site=site, article=None, user=user, before=before, after=days)
    site.closing_days = days


def change_note(*, article: Article, note: str, user: AbstractBaseUser, undoes: ArticleChange | None = None) -> None:
    """Show this text above the form, or none. Raises NotAllowedError, InvalidInputError("note")."""
    _require(user, article.site, Permission.MANAGE_ARTICLES)
    with transaction.atomic():
        before = article_settings.set_note(article=article, note=note)
        _log(ArticleChangeKind.NOTE, article, user, before, article.reader_note, undoes)


def change_rule(
    *,
    article: Article,
    needs_two_people: bool,
    is_blind: bool,
    user: AbstractBaseUser,
    undoes: ArticleChange | None = None,
) -> None:
    """Have two people decide under this article, or names and votes hidden until then. Raises NotAllowedError."""
    _require(user, article.site, Permission.MANAGE_ARTICLES)
    with transaction.atomic():
        rule, _created = ArticleRule.objects.select_for_update().get_or_create(article=article)
        before = [rule.needs_two_people, rule.is_blind]
        rule.needs_two_people, rule.is_blind = needs_two_people, is_blind
        rule.save(update_fields=["needs_two_people", "is_blind"])
        _log(ArticleChangeKind.RULE, article, user, before, [needs_two_people, is_blind], undoes)


def change_key(*, article: Article, key: str, user: AbstractBaseUser, undoes: ArticleChange | None = None) -> None:
    """Give the article another key; the one it had keeps working. Raises NotAllowedError, InvalidInputError("key")."""
    _require(user, article.site, Permission.REARRANGE_ARTICLES)
    with transaction.atomic():
        before = article.key
        changed = article_moves.rekey_article(article=article, key=key)
        _log(ArticleChangeKind.KEY, changed, user, before, key, undoes)


def pin(*, comment: Comment, is_pinned: bool, user: AbstractBaseUser) -> None:
    """Pin a comment (with site and article) or put it back in its place. Raises NotAllowedError, InvalidInputError."""
    step = highlights.pin_comment if is_pinned else highlights.unpin_comment
    kind = ArticleChangeKind.PINNED if is_pinned else ArticleChangeKind.UNPINNED
    _put_forward(comment, user, kind, lambda: step(comment=comment))


def feature(*, comment: Comment, is_featured: bool, user: AbstractBaseUser) -> None:
    """Make a comment the editors' choice, or no longer. Raises NotAllowedError, InvalidInputError."""
    step = highlights.feature_comment if is_featured else highlights.unfeature_comment
    kind = ArticleChangeKind.FEATURED if is_featured else ArticleChangeKind.UNFEATURED
    _put_forward(comment, user, kind, lambda: step(comment=comment))


def find_target(site: Site, name: str) -> Article:
    """The article of the site that somebody names by a key or an address of it, today's or a former one. 3 queries at most.

    Raises InvalidInputError("target").
    """
    wanted = name.strip()
    article = find_article(site.slug, wanted)
    if article is None:
        known = ArticleUrl.objects.filter(site=site, url=wanted).select_related("article__site").first()
        article = known.article if known else None
    if article is None:
        raise InvalidInputError("target", _("There is no article of this key or address on the site."))
    return article


def preview_merge(*, source: Article, target: Article, user: AbstractBaseUser) -> Moved:
    """What a merge would move. Raises NotAllowedError, InvalidInputError("target")."""
    _require(user, source.site, Permission.REARRANGE_ARTICLES)
    return article_moves.preview_merge(source=source, target=target)


def merge(*, source: Article, target: Article, user: AbstractBaseUser) -> Moved:
    """Merge an article into another, for good. Raises NotAllowedError, InvalidInputError("target")."""
    _require(user, source.site, Permission.REARRANGE_ARTICLES)
    title, key = source.title, source.key
    with transaction.atomic():
        moved = article_moves.merge_articles(source=source, target=target)
        log_change(
            ArticleChangeKind.MERGED,
            site=target.site,
            article=target,
            user=user,
            title=title,
            key=key,
            count=moved.count,
        )
    return moved


def preview_move(*, root: Comment, target: Article, user: AbstractBaseUser) -> Moved:
    """What moving a conversation would move. Raises NotAllowedError, InvalidInputError."""
    _require(user, root.site, Permission.REARRANGE_ARTICLES)
    return article_moves.preview_move(root=root, target=target)


def move(*, root: Comment, target: Article, user: AbstractBaseUser, undoes: ArticleChange | None = None) -> Moved:
    """Move a conversation to another article of its site; both logs say so. Raises NotAllowedError, InvalidInputError."""
    _require(user, root.site, Permission.REARRANGE_ARTICLES)
    source = root.article
    with transaction.atomic():
        moved = article_moves.move_conversation(root=root, target=target)
        sides = (
            (ArticleChangeKind.MOVED_AWAY, source, target),
            (ArticleChangeKind.MOVED_HERE, target, source),
        )
        for kind, article, other in sides:
            log_change(
                kind,
                site=root.site,
                article=article,
                comment=root,
                user=user,
                undoes=undoes if undoes and undoes.article_id == article.pk else None,
                before=source.pk,
                after=target.pk,
                title=other.title,
                count=moved.count,
            )
    return moved


def undo_article_change(*, change: ArticleChange, user: AbstractBaseUser) -> None:
    """Put back what a change changed, if it still holds; the log keeps both.

    Raises NotAllowedError, ArticleChangedError where something else was changed since or nothing can be put back.
    """
    article, kind = change.article, ArticleChangeKind(change.kind)
    if article is None or not may_be_undone(change):
        raise ArticleChangedError
    if kind in (ArticleChangeKind.MOVED_AWAY, ArticleChangeKind.MOVED_HERE):
        _undo_move(change, user)
        return
    before, after = change.details["before"], change.details["after"]
    if _state(article, kind) != after:
        raise ArticleChangedError
    if kind == ArticleChangeKind.MODE:
        change_mode(article=article, mode=ArticleMode(before), user=user, undoes=change)
    elif kind == ArticleChangeKind.CLOSING:
        moment = datetime.datetime.fromisoformat(before) if before else None
        change_closing(article=article, closes_at=moment, user=user, undoes=change)
    elif kind == ArticleChangeKind.NOTE:
        change_note(article=article, note=before, user=user, undoes=change)
    elif kind == ArticleChangeKind.RULE:
        change_rule(article=article, needs_two_people=before[0], is_blind=before[1], user=user, undoes=change)
    else:
        change_key(article=article, key=before, user=user, undoes=change)


_UNDOABLE = (
    ArticleChangeKind.MODE,
    ArticleChangeKind.CLOSING,
    ArticleChangeKind.NOTE,
    ArticleChangeKind.RULE,
    ArticleChangeKind.KEY,
    ArticleChangeKind.MOVED_AWAY,
    ArticleChangeKind.MOVED_HERE,
)


def may_be_undone(change: ArticleChange) -> bool:
    """Whether there is something to put back, as far as the change itself tells. No query when `undone_by` is loaded."""
    return change.kind in _UNDOABLE and getattr(change, "undone_by", None) is None


def _undo_move(change: ArticleChange, user: AbstractBaseUser) -> None:
    comment = change.comment
    target = Article.objects.with_site().filter(pk=change.details["before"], site=change.site_id).first()
    if comment is None or target is None or comment.article_id != change.details["after"]:
        raise ArticleChangedError
    comment.site = target.site
    move(root=comment, target=target, user=user, undoes=change)


def _state(article: Article, kind: ArticleChangeKind) -> object:
    """What a change of this kind would find now, as the log writes it."""
    if kind == ArticleChangeKind.RULE:
        rule = ArticleRule.objects.filter(article=article).first()
        return [rule.needs_two_people, rule.is_blind] if rule else [False, False]
    states = {
        ArticleChangeKind.MODE: article.mode,
        ArticleChangeKind.CLOSING: _iso(article.closes_at),
        ArticleChangeKind.NOTE: article.reader_note,
        ArticleChangeKind.KEY: article.key,
    }
    return states[kind]


def _put_forward(comment: Comment, user: AbstractBaseUser, kind: ArticleChangeKind, step: Callable[[], None]) -> None:
    _require(user, comment.site, Permission.MANAGE_ARTICLES)
    with transaction.atomic():
        step()
        log_change(kind, site=comment.site, article=comment.article, comment=comment, user=user)


def _log(
    kind: ArticleChangeKind,
    article: Article,
    user: AbstractBaseUser,
    before: object,
    after: object,
    undoes: ArticleChange | None,
) -> None:
    """Write a change down, unless it changed nothing."""
    if before != after:
        log_change(kind, site=article.site, article=article, user=user, undoes=undoes, before=before, after=after)


def _require(user: AbstractBaseUser, site: Site, permission: Permission) -> None:
    if not may(user, site, permission):
        raise NotAllowedError(_("Your role on this site does not allow this."))


def _iso(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat() if moment else ""
