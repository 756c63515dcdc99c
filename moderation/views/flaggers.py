"""Which checks a site uses: for its administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.exceptions import InvalidInputError
from moderation.enums import FlaggerState, RuleStanding
from moderation.exceptions import NotAllowedError, NothingLearntError, UnreadableVersionError
from moderation.flaggers.learned import NAME as LEARNED
from moderation.flaggers.topic import NAME as TOPIC
from moderation.forms_flaggers import RuleForm, SwitchForm
from moderation.models import DecidingRule
from moderation.services.deciding_rules import FEWEST_DECISIONS, RuleLine, read_rules, switch_rule_off, switch_rule_on
from moderation.services.flagger_switches import COUNTED_DAYS, SwitchLine, choose_states, read_switches
from moderation.services.learnt_versions import put_to_use, read_learning
from moderation.services.topic_projection import read_topics
from moderation.views.answers import HttpResponseSeeOther
from moderation.views.desk import Desk, desk_action, desk_page, open_administered_desk, signed_in


@dataclass(frozen=True, slots=True)
class RuleEntry(RuleLine):
    """A rule on the page, with the form that changes it. `apart`: where it is for all languages and decides in some alone, in
    which it does and in which not, "" for all others."""

    form: RuleForm
    apart: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One check on the page. `rules`: each with whether its check holds back in any language of it, since it decides nowhere else."""

    form: SwitchForm
    rule_form: RuleForm
    rules: list[tuple[RuleEntry, bool]]
    is_refused: bool
    is_open: bool

    @property
    def decides(self) -> bool:
        """Whether software decides by what it says."""
        return any(one.rule.is_deciding and holds_back for one, holds_back in self.rules)


@desk_page
@require_safe
def flaggers(request: HttpRequest) -> HttpResponse:
    """Every check with its state, what it looks for, and how often it found something. 5 queries besides the
    session's, four more for the one that learns, and one for topics."""
    return _show(request, open_administered_desk(request))


@desk_action
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the states of one check; then 303 to it on the page. 404 for one that is not installed or a state there is not."""
    desk = open_administered_desk(request)
    form = SwitchForm(_line(desk, name), request.POST)
    if not form.is_valid():
        raise Http404(_("There is nothing here."))
    try:
        choose_states(site=desk.site, administrator=signed_in(request), flagger=name, states=form.states)
    except NotAllowedError as error:
        raise PermissionDenied(str(error.message)) from error
    return _back(desk, name)


@desk_action
def decide(request: HttpRequest, name: str) -> HttpResponse:
    """Let a check decide once it is proved; then 303 to it, which says so where it holds back from now on. 404 for a check there
    is not, 422 with the page for what is refused: also a rule there is that was not sent as `rule`, whose values nobody saw."""
    desk = open_administered_desk(request)
    line = _line(desk, name)
    rules = DecidingRule.objects.filter(site=desk.site, flagger=name)
    known = next((one for one in rules if str(one.pk) == request.POST.get("rule")), None)
    form = RuleForm(line, request.POST, known)
    if form.is_valid():
        try:
            _require_seen(form, rules)
            switch_rule_on(site=desk.site, administrator=signed_in(request), flagger=name, choice=form.choice)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            before = line.state_in(form.choice.language)
            return _back(desk, name, holds_back_now=before.is_heard and before != FlaggerState.ON)
    return _show(request, desk, form)


@desk_action
def stop_deciding(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a check decide no more by this rule; then 303 to it. 404 for a rule of another site."""
    desk = open_administered_desk(request)
    rule = get_object_or_404(DecidingRule, pk=pk, site=desk.site)
    switch_rule_off(rule=rule, administrator=signed_in(request))
    return _back(desk, rule.flagger)


@desk_action
def use_site_model(request: HttpRequest, number: int) -> HttpResponse:
    """Have an earlier version of what was learnt asked; then 303 to the page. 404 for one that is not kept, 422 with the page for
    one that cannot be read."""
    desk = open_administered_desk(request)
    try:
        put_to_use(site=desk.site, administrator=signed_in(request), number=number)
    except NothingLearntError as error:
        raise Http404(str(error.message)) from error
    except UnreadableVersionError as error:
        return _show(request, desk, unreadable=error)
    query = urlencode({"site": desk.site.slug, "used": str(number)})
    return HttpResponseSeeOther(f"{reverse('moderation:flaggers')}?{query}#check-{LEARNED}")


def _show(
    request: HttpRequest,
    desk: Desk,
    refused: RuleForm | None = None,
    unreadable: UnreadableVersionError | None = None,
) -> HttpResponse:
    """The page, with a form that was refused in its place, or why an earlier version of what was learnt was not put to use."""
    rules, lines = read_rules(desk.site), read_switches(desk.site)
    names = {line.flagger.name for line in lines}
    used, saved = request.GET.get("used", ""), request.GET.get("saved", "")
    changed = {saved, LEARNED if used or unreadable else ""}
    context = {
        "site": desk.site,
        "desk": desk,
        "entries": [_entry(line, rules.get(line.flagger.name, []), refused, changed) for line in lines],
        "contents": _contents(lines),
        "learned": read_learning(desk.site) if LEARNED in names else None,
        "topics": read_topics(desk.site) if TOPIC in names else None,
        "used": used,
        "unreadable": unreadable,
        "days": COUNTED_DAYS,
        "fewest": FEWEST_DECISIONS,
        "saved": saved,
        "holds_back_now": "holds" in request.GET,
    }
    return render(request, "moderation/flaggers.html", context, status=422 if refused or unreadable else 200)


def _entry(line: SwitchLine, rules: list[RuleLine], refused: RuleForm | None, changed: set[str]) -> Entry:
    of_check = refused if refused and refused.line.flagger.name == line.flagger.name else None
    own = [_rule_entry(line, one, rules, of_check) for one in rules]
    has_rule = any(one.rule.is_active or one.rule.standing == RuleStanding.FALLEN for one in rules)
    is_open = of_check is not None or has_rule or line.flagger.name in changed
    another = of_check if of_check and not of_check.rule else None
    return Entry(SwitchForm(line), another or RuleForm(line), own, another is not None, is_open)


def _rule_entry(
    line: SwitchLine, one: RuleLine, rules: list[RuleLine], refused: RuleForm | None
) -> tuple[RuleEntry, bool]:
    is_refused = refused is not None and refused.rule == one.rule
    form = refused if refused and is_refused else RuleForm(line, rule=one.rule)
    holds = {language: line.state_in(language) == FlaggerState.ON for language in _languages(line, one, rules)}
    usual = holds[one.rule.language]
    apart = [(language, is_held) for language, is_held in holds.items() if is_held != usual or not (language or usual)]
    entry = RuleEntry(one.rule, one.today, one.events, form, tuple(apart) if len(set(holds.values())) > 1 else ())
    return entry, any(holds.values())


def _languages(line: SwitchLine, one: RuleLine, rules: list[RuleLine]) -> list[str]:
    """Those that a rule is for, as far as something may be chosen for them: not those that have one of their own."""
    if one.rule.language:
        return [one.rule.language]
    own = {other.rule.language for other in rules if other.rule.action == one.rule.action and other.rule.language}
    return [language for language in line.states if language not in own]


def _require_seen(form: RuleForm, rules: Iterable[DecidingRule]) -> None:
    """Refuse to change a rule by the form for another one."""
    choice = form.choice
    if any((one.action, one.language) == (choice.action, choice.language) and one != form.rule for one in rules):
        raise InvalidInputError("language", _("There is such a rule: please change it where it stands above."))


def _contents(lines: list[SwitchLine]) -> list[tuple[str, list[str]]]:
    """The names of the checks by what becomes of them in general, those that reach farthest first."""
    groups = ((state, [one.flagger.name for one in lines if one.state == state]) for state in reversed(FlaggerState))
    return [(str(state.label), names) for state, names in groups if names]


def _line(desk: Desk, name: str) -> SwitchLine:
    line = next((one for one in read_switches(desk.site) if one.flagger.name == name), None)
    if line is None:
        raise Http404(_("There is nothing here."))
    return line


def _back(desk: Desk, name: str, *, holds_back_now: bool = False) -> HttpResponse:
    query = urlencode({"site": desk.site.slug, "saved": name} | ({"holds": "1"} if holds_back_now else {}))
    return HttpResponseSeeOther(f"{reverse('moderation:flaggers')}?{query}#check-{name}")
