"""A site's list of words: for its administrators."""

from __future__ import annotations

from http import HTTPStatus

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from comments.exceptions import CommentError
from moderation.access import get_term_or_404, read_key
from moderation.forms_terms import TableForm, TermForm
from moderation.models import Term
from moderation.services.policies import current_clauses
from moderation.services.term_list import save_term, switch_term
from moderation.services.terms import TermImport, export_terms, import_terms
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Desk, desk_action, desk_page, open_administered_desk, signed_in

SHOWN = 200


@desk_page
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The words, those with ?q= in them, and a form to add one or to change that of ?edit=. 3 queries besides the session's."""
    desk = open_administered_desk(request)
    edited = request.GET.get("edit", "")
    term = get_term_or_404(desk.site, read_key(edited)) if edited else None
    return _render(request, desk, TermForm(clauses=current_clauses(desk.site), term=term), term=term)


@desk_action
def save(request: HttpRequest) -> HttpResponse:
    """Add a word, or change that of the field `term`; then 303 to the page. Refused: the form with what was typed."""
    desk = open_administered_desk(request)
    edited = request.POST.get("term", "")
    term = get_term_or_404(desk.site, read_key(edited)) if edited else None
    form = TermForm(request.POST, clauses=current_clauses(desk.site), term=term)
    if form.is_valid():
        stored = term or Term(site=desk.site)
        for name, value in form.cleaned_data.items():
            setattr(stored, name, value)
        try:
            save_term(term=stored, administrator=signed_in(request))
        except CommentError as error:
            form.refuse(error)
    if form.errors:
        return _render(request, desk, form, term=term, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _see(desk, saved="1")


@desk_action
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for a word from now on, or with active=0 no longer; then 303 to the page."""
    desk = open_administered_desk(request)
    term = get_term_or_404(desk.site, pk)
    switch_term(term=term, administrator=signed_in(request), is_active=request.POST.get("active") != "0")
    return _see(desk, q=request.GET.get("q", ""))


@desk_action
def upload(request: HttpRequest) -> HttpResponse:
    """Add and change the words of a table, all or none; the page says what became of it, with 422 which lines were refused."""
    desk = open_administered_desk(request)
    table = TableForm(request.POST, request.FILES)
    result = import_terms(site=desk.site, text=table.cleaned_data["file"]) if table.is_valid() else None
    is_refused = result is None or bool(result.refused)
    form = TermForm(clauses=current_clauses(desk.site))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return _render(request, desk, form, table=table, result=result, status=status)


@desk_page
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """All words as the table that can be sent back (RFC 4180, UTF-8)."""
    desk = open_administered_desk(request)
    response = HttpResponse(export_terms(desk.site), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{desk.site.slug}-terms.csv"'
    return response


def _render(
    request: HttpRequest,
    desk: Desk,
    form: TermForm,
    *,
    term: Term | None = None,
    table: TableForm | None = None,
    result: TermImport | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    found = Term.objects.filter(site=desk.site).order_by(Lower("phrase"), "phrase", "language")
    if q:
        found = found.filter(Q(phrase__icontains=q) | Q(note__icontains=q))
    shown = list(found[: SHOWN + 1])
    context = {
        "site": desk.site,
        "desk": desk,
        "form": form,
        "term": term,
        "table": table or TableForm(),
        "result": result,
        "refused": sorted(result.refused.items()) if result else [],
        "rows": [
            (one, form.label_of("language", one.language), form.label_of("clause", one.clause)) for one in shown[:SHOWN]
        ],
        "has_more": len(shown) > SHOWN,
        "limit": SHOWN,
        "q": q,
        "saved": "saved" in request.GET,
    }
    return render(request, "moderation/terms.html", context, status=status)


def _see(desk: Desk, **parameters: str) -> HttpResponse:
    query = urlencode({"site": desk.site.slug} | {name: value for name, value in parameters.items() if value})
    return HttpResponseSeeOther(f"{reverse('moderation:terms')}?{query}")
