"""Appeals: the author's objection, sent from the status page, and a moderator's answer, given on the desk."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments.access import get_comment_by_status_token_or_404
from comments.enums import Status
from comments.exceptions import CommentError
from comments.models import Comment
from comments.prepared import interface_language
from moderation.access import get_appeal_or_404
from moderation.exceptions import AppealNotPossibleError
from moderation.forms_reports import AppealAnswerForm, AppealForm
from moderation.queue import next_in_queue, read_item
from moderation.services.appeals import TEXT_LIMIT, file_appeal, reject_appeal, uphold_appeal
from moderation.views.answers import HttpResponseSeeOther, desk_url, refusal_of
from moderation.views.desk import desk_action, open_desk, render_desk, signed_in


# The address is the secret: nothing a browser sends unasked counts here, and whoever knows the address can simply open it.
# So the form can stand where no token of a session can: among one's own comments in a page elsewhere.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, token: str) -> HttpResponse:
    """Take an author's objection to the decision on their comment. A refused one is shown again with its text."""
    comment = get_comment_by_status_token_or_404(token)
    if request.method != "POST":
        return redirect("comments:status", token)
    with translation.override(_author_language(request, comment)):
        form = AppealForm(request.POST)
        form.full_clean()
        try:
            file_appeal(comment=comment, text=form.cleaned_data["text"])
        except CommentError as error:
            form.refuse(error)
            status = 409 if isinstance(error, AppealNotPossibleError) else 422
            context = {"form": form, "comment": comment, "site": comment.site, "token": token, "limit": TEXT_LIMIT}
            response = render(request, "moderation/appeal.html", context, status=status)
        else:
            response = HttpResponseSeeOther(reverse("comments:status", args=[token]) + "#appeal")
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


@desk_action
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an appeal; then 303 to the next one. Refused: the comment again, with the answer kept."""
    found = get_appeal_or_404(request.user, pk)
    comment = found.decision.comment
    desk = open_desk(request, comment.site)
    form = AppealAnswerForm(request.POST)
    if not form.is_valid():
        raise Http404(_("There is nothing here."))
    following = next_in_queue(desk.site, desk.filters, comment.public_id)
    decide = uphold_appeal if form.cleaned_data["judgement"] == "uphold" else reject_appeal
    try:
        decide(appeal=found, moderator=signed_in(request), answer=form.cleaned_data["answer"])
    except CommentError as error:
        refusal = refusal_of(error, form.cleaned_data["answer"], Status(found.decision.to_status))
        comment.refresh_from_db()
        return render_desk(request, desk, item=read_item(comment), refusal=refusal)
    return HttpResponseSeeOther(desk_url(desk, comment=following))


def _author_language(request: HttpRequest, comment: Comment) -> str:
    """As on the status page: the language somebody chose here, else the comment's."""
    if django_settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return translation.get_language() or comment.language
    return interface_language(comment.language)
