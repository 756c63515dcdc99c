"""What a desk member, or whoever has the address of a report, may load; everybody else gets 404, for hidden and absent alike."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from comments.models import Article, Author, Comment, Site
from moderation.enums import Permission
from moderation.gate import read_restriction_token
from moderation.models import (
    ApiToken,
    Appeal,
    ArticleChange,
    AuthorNote,
    CalibrationCase,
    Decision,
    DeskPreferences,
    Finding,
    Membership,
    Report,
    Restriction,
    SavedView,
    Term,
)
from moderation.permissions import User, desk_sites, roles_with
from moderation.queue.colleagues import BESIDE, is_discussed
from moderation.sampling import hides_findings
from moderation.services.mail_choices import Recipient, read_desk_token, read_recipient_token
from moderation.services.practice import cases_of
from moderation.services.queue_feeds import read_queue_feed_token
from moderation.services.reports import read_receipt_token

_KEY = re.compile(r"\A[0-9]{1,18}\Z")


def get_desk_site_or_404(user: User, slug: str = "") -> Site:
    """The site of this slug whose desk the user belongs to, or the first of theirs. 1 query."""
    sites = desk_sites(user)
    site = sites.filter(slug=slug).first() if slug else sites.first()
    if site is None:
        raise Http404(_("There is nothing here."))
    return site


def get_membership_or_404(user: User, slug: str = "") -> Membership:
    """What somebody is on the desk of a site, or of their first; with the site. 1 query."""
    found = Membership.objects.filter(user=user.pk).select_related("site").order_by("site__slug")
    membership = (found.filter(site__slug=slug) if slug else found).first()
    if membership is None:
        raise Http404(_("There is nothing here."))
    return membership


def get_comment_or_404(user: User, public_id: str) -> Comment:
    """A comment in whatever status on a site whose desk the user belongs to, with its context. 1 query."""
    found = (
        Comment.objects.with_context()
        .select_related(*BESIDE)
        .annotate(is_discussed=is_discussed())
        .filter(site__in=desk_sites(user))
    )
    comment = found.with_public_id(public_id).first()
    if comment is None:
        raise Http404(_("There is nothing here."))
    return comment


def find_comments(user: User, site: Site, public_ids: list[str]) -> list[Comment]:
    """Those of these comments that are on this site's desk, if the user belongs to it, in the order asked for. 1 query."""
    found = (
        Comment.objects.with_context()
        .select_related(*BESIDE)
        .annotate(is_discussed=is_discussed())
        .filter(site=site, site__in=desk_sites(user))
        .with_public_ids(public_ids)
    )
    by_id = {comment.public_id: comment for comment in found}
    return [by_id[public_id] for public_id in dict.fromkeys(public_ids) if public_id in by_id]


def get_comments(user: User, public_ids: Collection[str]) -> dict[str, Comment]:
    """Those of these comments that are on a site whose desk the user belongs to, by identifier, with context. 1 query."""
    found = (
        Comment.objects.with_context()
        .select_related(*BESIDE)
        .annotate(is_discussed=is_discussed())
        .filter(site__in=desk_sites(user))
    )
    return {comment.public_id: comment for comment in found.with_public_ids(public_ids)}


def get_article_or_404(user: User, pk: int) -> Article:
    """An article in whatever mode on a site whose desk the user belongs to, with its site. 1 query."""
    article = Article.objects.with_site().filter(pk=pk, site__in=desk_sites(user)).first()
    if article is None:
        raise Http404(_("There is nothing here."))
    return article


def get_article_change_or_404(user: User, pk: int) -> ArticleChange:
    """A change of a discussion on a site whose desk the user belongs to, with article, site and comment. 1 query."""
    found = ArticleChange.objects.filter(pk=pk, site__in=desk_sites(user), article__isnull=False)
    change = found.select_related("article__site", "comment__article", "undone_by").first()
    if change is None:
        raise Http404(_("There is nothing here."))
    return change


def get_decision_or_404(user: User, pk: int) -> Decision:
    """A decision on a site whose desk the user belongs to, with comment, site and change. 1 query."""
    found = Decision.objects.filter(pk=pk, comment__site__in=desk_sites(user))
    beside = (f"comment__{name}" for name in BESIDE)
    related = ("comment__site", "comment__article", "comment__author", "change", "clause", *beside)
    decision = found.select_related(*related).first()
    if decision is None:
        raise Http404(_("There is nothing here."))
    return decision


def get_finding_or_404(user: User, pk: int) -> Finding:
    """What a flagger found in a comment on a site whose desk the user belongs to, with comment and site, where moderators
    may see it. 1 query."""
    found = Finding.objects.flagged().filter(pk=pk, comment__site__in=desk_sites(user))
    finding = found.select_related("comment__site").first()
    if finding is None or hides_findings(finding.comment, finding.comment.waiting_since):
        raise Http404(_("There is nothing here."))
    return finding


def read_key(text: str) -> int | None:
    """The number that up to 18 digits spell, as keys are written in addresses and forms; None for anything else."""
    return int(text) if _KEY.match(text) else None


def get_term_or_404(site: Site, pk: int | None) -> Term:
    """A word of this site's list. 1 query."""
    term = Term.objects.filter(pk=pk, site=site).select_related("site").first() if pk is not None else None
    if term is None:
        raise Http404(_("There is nothing here."))
    return term


def get_batch_or_404(user: User, batch_id: uuid.UUID) -> list[Decision]:
    """What was decided together, newest first, with comment, article, author and site; all of it on sites whose desk the
    user belongs to. 2 queries.
    """
    related = ("comment__site", "comment__article", "comment__author", "change", "clause", "moderator", "undone_by")
    found = Decision.objects.filter(batch_id=batch_id).select_related(
        *related, *(f"comment__{name}" for name in BESIDE)
    )
    decisions = list(found.order_by("-id"))
    own = set(desk_sites(user).values_list("pk", flat=True))
    if not decisions or not {decision.comment.site_id for decision in decisions} <= own:
        raise Http404(_("There is nothing here."))
    return decisions


def get_saved_view_or_404(user: User, pk: int) -> SavedView:
    """A view of the user's own, or one that is shared on a desk of theirs, with its site. 1 query."""
    found = SavedView.objects.visible_to(user.pk).filter(pk=pk, site__in=desk_sites(user)).select_related("site")
    view = found.first()
    if view is None:
        raise Http404(_("There is nothing here."))
    return view


def get_appeal_or_404(user: User, pk: int) -> Appeal:
    """An appeal on a site whose desk the user belongs to, with decision, comment, article, author and site. 1 query."""
    related = ("decision__comment__site", "decision__comment__article", "decision__comment__author")
    found = Appeal.objects.filter(pk=pk, decision__comment__site__in=desk_sites(user)).select_related(*related).first()
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_member_or_404(user: User, pk: int) -> Membership:
    """A place on a desk that the user belongs to, with its site and account. 1 query."""
    found = Membership.objects.filter(pk=pk, site__in=desk_sites(user)).select_related("site", "user").first()
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_queue_feed_member_or_404(token: str) -> Membership:
    """The member whose feed of the queue has this secret address, with the site. 1 query for a well-signed one."""
    member = read_queue_feed_token(token)
    if member is None:
        raise Http404(_("There is nothing here."))
    return member


def get_token_or_404(user: User, pk: int) -> ApiToken:
    """A token of the user's own, or one of a site that they administer, with its site. 1 query."""
    administered = Membership.objects.filter(user=user.pk, role__in=roles_with(Permission.ADMINISTER)).values("site")
    reachable = Q(user=user.pk, site__in=desk_sites(user)) | Q(site__in=administered)
    found = ApiToken.objects.filter(reachable, pk=pk).select_related("site").first()
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_case_or_404(user: AbstractBaseUser, pk: int) -> CalibrationCase:
    """A case for practice of a desk that the user belongs to, with decision, comment and the user's own answer. 2 queries."""
    found = cases_of(user).filter(pk=pk, decision__comment__site__in=desk_sites(user)).first()
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_report_or_404(token: str) -> Report:
    """The report that a signed address is for, with comment and site, and the decision that settled it. 1 query for a well-signed one."""
    reference = read_receipt_token(token)
    related = ("comment__site", "comment__article", "settled_by__decision")
    found = Report.objects.filter(reference=reference).select_related(*related).first() if reference else None
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_author_or_404(user: User, public_id: str) -> Author:
    """An author on a site whose desk the user belongs to, with the site. 1 query."""
    found = Author.objects.filter(public_id=public_id, site__in=desk_sites(user)) if public_id.isalnum() else None
    author = found.select_related("site", "user").first() if found is not None else None
    if author is None:
        raise Http404(_("There is nothing here."))
    return author


def get_note_or_404(user: User, pk: int) -> AuthorNote:
    """A note on an author of a site whose desk the user belongs to, with author and site. 1 query."""
    note = AuthorNote.objects.filter(pk=pk, author__site__in=desk_sites(user)).select_related("author__site").first()
    if note is None:
        raise Http404(_("There is nothing here."))
    return note


def get_restriction_or_404(user: User, pk: int) -> Restriction:
    """A restriction on a site whose desk the user belongs to, with author and site. 1 query."""
    found = Restriction.objects.filter(pk=pk, site__in=desk_sites(user)).select_related("site", "author").first()
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_restriction_by_token_or_404(token: str) -> Restriction:
    """The restriction that a signed address is for, with site, clause and comment. 1 query for a well-signed one."""
    pk = read_restriction_token(token)
    related = ("site", "author", "clause", "comment")
    found = Restriction.objects.filter(pk=pk).select_related(*related).first() if pk else None
    if found is None:
        raise Http404(_("There is nothing here."))
    return found


def get_recipient_by_token_or_404(token: str) -> Recipient:
    """The address and site whose mails a link ends. 1 query for a well-signed one."""
    recipient = read_recipient_token(token)
    if recipient is None:
        raise Http404(_("There is nothing here."))
    return recipient


def get_digest_reader_or_404(token: str) -> DeskPreferences:
    """How a moderator wants to be written to whose mails a link ends. 1 query for a well-signed one."""
    user_id = read_desk_token(token)
    kept = DeskPreferences.objects.filter(user=user_id).first() if user_id else None
    if kept is None:
        raise Http404(_("There is nothing here."))
    return kept
