"""People: the page of an author with all that is known, who is restricted or trusted on a site, and what is done about it."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.enums import Status
from comments.exceptions import CommentError, InvalidInputError
from comments.models import Author, Comment
from moderation.access import get_author_or_404, get_note_or_404, get_restriction_or_404
from moderation.enums import Permission, RestrictionTarget
from moderation.exceptions import NotAllowedError, OwnDecisionError
from moderation.forms_people import ChangeForm, NoteForm, RestrictForm, TrustRuleForm, WrittenForm
from moderation.models import DeskSettings, Restriction
from moderation.queue.people import AuthorFacts, read_author, read_people, read_written
from moderation.services.notes import TEXT_LIMIT, add_note, delete_note, is_deletable
from moderation.services.policies import current_policy
from moderation.services.restrictions import answer_objection, confirm_ban, lift, possible_targets, restrict
from moderation.services.trust import grant_trust, is_proved, revoke_trust, save_rule
from moderation.views.answers import HttpResponseSeeOther, desk_url
from moderation.views.desk import Desk, desk_action, desk_page, open_desk, signed_in


@desk_page
@require_safe
def author(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who somebody is, everything they wrote and what became of it, notes, restrictions, trust. 14 queries besides those of
    the session, whatever they did."""
    return _author_page(request, get_author_or_404(request.user, public_id))


@desk_page
@require_safe
def authors(request: HttpRequest) -> HttpResponse:
    """Who is restricted or trusted on a site, and what waits for an answer. 8 queries besides those of the session."""
    return _people_page(request, open_desk(request))


@desk_action
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep a note on an author; then 303 to where its form stood."""
    found = get_author_or_404(request.user, public_id)
    form = NoteForm(request.POST)
    form.full_clean()
    comment = _comment_of(found, form.cleaned_data.get("comment", ""))
    text = form.cleaned_data["text"]
    try:
        add_note(author=found, moderator=signed_in(request), text=text, comment=comment)
    except CommentError as error:
        return _author_page(request, found, refusal=error, note=text)
    return _back(request, found, comment if form.cleaned_data["from_card"] else None, "notes")


@desk_action
def remove_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own note within ten minutes; then 303 to the author's page."""
    found = get_note_or_404(request.user, pk)
    try:
        delete_note(note=found, moderator=signed_in(request))
    except CommentError as error:
        return _author_page(request, found.author, refusal=error)
    return _back(request, found.author, None, "notes")


@desk_action
def restrict_author(request: HttpRequest, public_id: str) -> HttpResponse:
    """Restrict somebody; then 303 to where the form stood. A refused one is shown on the author's page as it was filled in."""
    found = get_author_or_404(request.user, public_id)
    desk = open_desk(request, found.site)
    comment = _comment_of(found, request.POST.get("comment", ""))
    facts = read_author(found)
    about = comment or facts.last_network
    form = _restrict_form(found, desk, about, data=request)
    if not form.is_valid():
        return _author_page(request, found, form=form, facts=facts)
    draft = form.draft()
    if draft.target == RestrictionTarget.NETWORK and not (comment and comment.network):
        comment = facts.last_network
    try:
        restrict(author=found, moderator=signed_in(request), draft=draft, comment=comment)
    except CommentError as error:
        form.refuse(error)
        return _author_page(request, found, form=form, facts=facts, refusal=error)
    return _back(request, found, comment if form.cleaned_data["from_card"] else None, "restrictions")


@desk_action
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a restriction, confirm a ban for good, or answer an objection; then 303 to where the button was."""
    found = get_restriction_or_404(request.user, pk)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise Http404(_("There is nothing here."))
    answer = form.cleaned_data["answer"]
    try:
        _change(request, found, form.cleaned_data["change"], answer)
    except CommentError as error:
        if form.cleaned_data["to_list"] or found.author is None:
            return _people_page(request, open_desk(request, found.site), refusal=error)
        return _author_page(request, found.author, refusal=error)
    if form.cleaned_data["to_list"] or found.author is None:
        return HttpResponseSeeOther(f"{reverse('moderation:authors')}?{urlencode({'site': found.site.slug})}")
    return _back(request, found.author, None, "restrictions")


@desk_action
def trust(request: HttpRequest, public_id: str) -> HttpResponse:
    """Trust an author, or take it back (`take_back`); then 303 to their page."""
    found = get_author_or_404(request.user, public_id)
    do = revoke_trust if "take_back" in request.POST else grant_trust
    try:
        do(author=found, moderator=signed_in(request))
    except CommentError as error:
        return _author_page(request, found, refusal=error)
    return _back(request, found, None, "trust")


@desk_action
def rule(request: HttpRequest) -> HttpResponse:
    """Change the rule by which authors are trusted; then 303 to the list."""
    desk = open_desk(request)
    form = TrustRuleForm(request.POST, instance=_settings(desk))
    try:
        if form.is_valid():
            save_rule(settings=form.save(commit=False), administrator=signed_in(request))
            return HttpResponseSeeOther(f"{reverse('moderation:authors')}?{urlencode({'site': desk.site.slug})}")
    except CommentError as error:
        return _people_page(request, desk, refusal=error)
    return _people_page(request, desk, form=form)


def _change(request: HttpRequest, found: Restriction, name: str, answer: str) -> None:
    moderator = signed_in(request)
    if name == "lift":
        lift(restriction=found, moderator=moderator)
    elif name == "confirm":
        confirm_ban(restriction=found, moderator=moderator)
    else:
        answer_objection(restriction=found, moderator=moderator, answer=answer, lifts=name == "uphold")


def _author_page(
    request: HttpRequest,
    found: Author,
    *,
    facts: AuthorFacts | None = None,
    form: RestrictForm | None = None,
    refusal: CommentError | None = None,
    note: str = "",
) -> HttpResponse:
    desk = open_desk(request, found.site)
    asked = WrittenForm(request.GET)
    status, before = asked.value("status"), asked.value("before")
    try:
        page = read_written(found, status=status, before=before)
    except InvalidInputError:
        page = read_written(found, status=status)
    facts = facts or read_author(found)
    about = _comment_of(found, asked.value("comment")) if asked.value("comment") else None
    form = form or _restrict_form(found, desk, about or facts.last_network, about=about)
    moderator = signed_in(request)
    context = {
        "site": found.site,
        "desk": desk,
        "author": found,
        "is_proved": is_proved(found),
        "facts": facts,
        "page": page,
        "status": status,
        "statuses": [(one, facts.counts[one]) for one in Status if facts.counts.get(one)],
        "standing": [one for one in facts.restrictions if one.is_standing_now],
        "past": [one for one in facts.restrictions if not one.is_standing_now],
        "deletable": {one.pk for one in facts.notes if is_deletable(one, moderator)},
        "form": form,
        "is_open": form.is_bound or about is not None,
        "note": note,
        "note_limit": TEXT_LIMIT,
        "may_restrict": Permission.RESTRICT in desk.permissions,
        "may_ban": Permission.BAN in desk.permissions,
        "refusal": refusal.message if refusal and not form.errors else "",
    }
    is_wrong = refusal is not None or bool(form.errors)
    return render(request, "moderation/author.html", context, status=_status(refusal) if is_wrong else HTTPStatus.OK)


def _people_page(
    request: HttpRequest, desk: Desk, *, form: TrustRuleForm | None = None, refusal: CommentError | None = None
) -> HttpResponse:
    context = {
        "site": desk.site,
        "desk": desk,
        "people": read_people(desk.site),
        "form": form or TrustRuleForm(instance=_settings(desk)),
        "may_administer": Permission.ADMINISTER in desk.permissions,
        "may_ban": Permission.BAN in desk.permissions,
        "may_answer": Permission.ANSWER_APPEALS in desk.permissions,
        "may_restrict": Permission.RESTRICT in desk.permissions,
        "refusal": refusal.message if refusal else "",
    }
    is_wrong = refusal is not None or (form is not None and bool(form.errors))
    return render(request, "moderation/authors.html", context, status=_status(refusal) if is_wrong else HTTPStatus.OK)


def _restrict_form(
    found: Author,
    desk: Desk,
    networked: Comment | None,
    *,
    about: Comment | None = None,
    data: HttpRequest | None = None,
) -> RestrictForm:
    """The form with what is possible for this author, for somebody with these permissions. 2 queries, for the policy."""
    may_ban = Permission.BAN in desk.permissions
    wide = (RestrictionTarget.DOMAIN, RestrictionTarget.NETWORK)
    known = possible_targets(found, network=networked.network if networked else "")
    targets = [(one.value, str(one.label)) for one in known if may_ban or one not in wide]
    policy = current_policy(found.site)
    return RestrictForm(
        data.POST if data is not None else None,
        targets=targets,
        clauses=list(policy.clauses.all()) if policy else [],
        may_ban=may_ban,
        initial={"comment": about.public_id if about else ""},
    )


def _settings(desk: Desk) -> DeskSettings:
    return DeskSettings.objects.filter(site=desk.site).first() or DeskSettings(site=desk.site)


def _comment_of(found: Author, public_id: str) -> Comment | None:
    """A comment by this author; None for any other. 1 query, none without an identifier."""
    return Comment.objects.with_public_id(public_id).filter(author=found).first() if public_id else None


def _back(request: HttpRequest, found: Author, comment: Comment | None, fragment: str) -> HttpResponse:
    """To the card on which the form stood, or to the author's page."""
    if comment is not None:
        return HttpResponseSeeOther(desk_url(open_desk(request, found.site), comment=comment.public_id))
    return HttpResponseSeeOther(f"{reverse('moderation:author', args=[found.public_id])}#{fragment}")


def _status(refusal: CommentError | None) -> HTTPStatus:
    if isinstance(refusal, NotAllowedError | OwnDecisionError):
        return HTTPStatus.FORBIDDEN
    is_about_input = refusal is None or isinstance(refusal, InvalidInputError)
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_about_input else HTTPStatus.CONFLICT
