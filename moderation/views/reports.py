"""Reporting a comment: the page, the same form as a fragment for everybody, and the page of a report that was sent."""

from __future__ import annotations

import hashlib
import math

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from comments.access import get_published_comment_or_404, request_identity
from comments.api.public import Freshness, PublicResponse, is_confirmed, make_etag
from comments.enums import Status
from comments.exceptions import CommentError, RestrictedError, TooManyRequestsError
from comments.fragment import complete_addresses
from comments.models import Comment
from comments.prepared import interface_language
from moderation.access import get_comment_or_404, get_report_or_404
from moderation.enums import ReportState
from moderation.forms_reports import DismissalForm, ReportForm
from moderation.queue import next_in_queue, read_item
from moderation.services.policies import current_policy
from moderation.services.report_outcomes import dismiss_reports, what_software_did
from moderation.services.reports import (
    REASONS_LIMIT,
    TEXT_LIMIT,
    comment_url,
    make_receipt_token,
    report_comment,
    what_happens_next,
)
from moderation.views.answers import HttpResponseSeeOther, desk_url, refusal_of
from moderation.views.desk import desk_action, open_desk, render_desk, signed_in

FRESHNESS = Freshness(max_age=60, stale_while_revalidate=600)
HTML = "text/html; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Report a published comment, signed in or not; then 303 to the page of the report. A refused one keeps its words."""
    comment = get_published_comment_or_404(public_id)
    language = interface_language(request.GET.get("lang") or comment.article.language)
    with translation.override(language):
        form = ReportForm(request.POST if request.method == "POST" else None, policy=current_policy(comment.site))
        if request.method != "POST":
            return _report_page(request, comment, form)
        try:
            sent = report_comment(
                comment=comment,
                identity=request_identity(request, site=comment.site),
                draft=form.draft(language),
            )
        except CommentError as error:
            form.refuse(error)
            return _report_page(request, comment, form, error=error)
    return _private(HttpResponseSeeOther(reverse("moderation:receipt", args=[make_receipt_token(sent)])))


@require_safe
def report_fragment(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form alone, without anything of one reader's, for the script in whatever page. 3 queries."""
    comment = get_published_comment_or_404(public_id)
    language = interface_language(request.GET.get("lang") or comment.article.language)
    with translation.override(language):
        form = ReportForm(policy=current_policy(comment.site), id_prefix=f"mg-report-{public_id}")
        context = _form_context(comment, form) | {"is_fragment": True}
        content = complete_addresses(render_to_string("moderation/_report_form.html", context)).encode()
    etag = make_etag("report", hashlib.sha256(content).hexdigest())
    if is_confirmed(request, etag):
        return PublicResponse(etag=etag, freshness=FRESHNESS, status=304)
    return PublicResponse(content, etag=etag, freshness=FRESHNESS, content_type=HTML, language=language)


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a report, for whoever has its address: no word of it, and nobody's name. 1 query, 2 for one
    that was dismissed."""
    found = get_report_or_404(token)
    with translation.override(interface_language(found.language)):
        context = {
            "report": found,
            "comment": found.comment,
            "site": found.comment.site,
            "next": what_happens_next(found),
            "software": "" if found.state == ReportState.OPEN else what_software_did(found),
        }
        response = render(request, "moderation/report_receipt.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return _private(response)


@desk_action
def dismiss(request: HttpRequest, public_id: str) -> HttpResponse:
    """ "No objection": dismiss the reports that the moderator saw; then 303 to the next comment of the queue."""
    comment = get_comment_or_404(request.user, public_id)
    desk = open_desk(request, comment.site)
    form = DismissalForm(request.POST)
    if not form.is_valid():
        raise Http404(_("There is nothing here."))
    following = next_in_queue(desk.site, desk.filters, public_id)
    try:
        dismiss_reports(comment=comment, moderator=signed_in(request), up_to=form.cleaned_data["up_to"])
    except CommentError as error:
        refusal = refusal_of(error, "", Status(comment.status))
        return render_desk(request, desk, item=read_item(comment), refusal=refusal)
    return HttpResponseSeeOther(desk_url(desk, comment=following))


def _report_page(
    request: HttpRequest, comment: Comment, form: ReportForm, *, error: CommentError | None = None
) -> HttpResponse:
    status = 200 if error is None else _status(error)
    response = render(request, "moderation/report.html", _form_context(comment, form), status=status)
    if isinstance(error, TooManyRequestsError):
        response["Retry-After"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    return _private(response)


def _status(error: CommentError) -> int:
    if isinstance(error, TooManyRequestsError):
        return 429
    return 403 if isinstance(error, RestrictedError) else 422


def _form_context(comment: Comment, form: ReportForm) -> dict[str, object]:
    return {
        "comment": comment,
        "site": comment.site,
        "form": form,
        "address": comment_url(comment),
        "text_limit": TEXT_LIMIT,
        "reasons_limit": REASONS_LIMIT,
    }


def _private(response: HttpResponse | HttpResponseRedirect) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    return response
