"""What moderators say of a single finding."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from moderation.access import get_finding_or_404
from moderation.exceptions import NotAllowedError
from moderation.services.finding_feedback import call_wrong
from moderation.views.answers import HttpResponseSeeOther, desk_url
from moderation.views.desk import desk_action, is_fragment, open_desk, signed_in


@desk_action
def call_finding_wrong(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a finding wrong, or with wrong=0 no longer; then 303 to its comment, for the script 204. 403 for who may only look."""
    finding = get_finding_or_404(request.user, pk)
    desk = open_desk(request, finding.comment.site)
    try:
        call_wrong(finding=finding, moderator=signed_in(request), is_wrong=request.POST.get("wrong") != "0")
    except NotAllowedError as error:
        raise PermissionDenied(str(error.message)) from error
    if is_fragment(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponseSeeOther(desk_url(desk, comment=finding.comment.public_id))
