from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from comments.conf import settings
from comments.embed_check.checks import element_line, loader_line, script_line
from comments.exceptions import InvalidInputError
from comments.services.embed_check import EmbedReport, check_embed
from moderation.forms import EmbedCheckForm
from moderation.views.desk import desk_page, open_desk


@desk_page
def embed_check(request: HttpRequest) -> HttpResponse:
    """What is wrong with a page of the site that embeds a discussion. POST looks at it: 2 queries besides the desk's.

    Only pages on the site's registered origins are asked for.
    """
    desk = open_desk(request)
    form = EmbedCheckForm(request.POST or None)
    report: EmbedReport | None = None
    if request.method == "POST" and form.is_valid():
        try:
            report = check_embed(address=form.cleaned_data["address"], sites=[desk.site], only_registered=True)
        except InvalidInputError as error:
            form.add_error("address", str(error.message))
    context = {
        "site": desk.site,
        "desk": desk,
        "form": form,
        "report": report,
        "lines": (loader_line(settings.base_url), element_line(desk.site.slug, "article-4711")),
        "plain_line": script_line(settings.base_url),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "moderation/embed_check.html", context, status=status)
