"""The versions of what was learnt from a site's decisions: what administrators see of them, and the way back to an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from comments.models import Site
from moderation.enums import Permission
from moderation.evaluation.progress import Comparison, WindowFigures
from moderation.exceptions import NotAllowedError, NothingLearntError, UnreadableVersionError
from moderation.flaggers.learned import NAME
from moderation.flaggers.learning.knowledge import load_model
from moderation.flaggers.learning.model import ModelError, unpack
from moderation.models import SiteModel
from moderation.permissions import may
from moderation.services.deciding_rules import measure_anew
from moderation.services.policies import current_clauses


class ClauseFigures(TypedDict):
    """How good the judge of one clause was, as progressive validation: by windows and of the newest decisions; `title` in the
    language of the site when it was made. `compared`: with the version that was in use, where there was enough to compare them by."""

    title: str
    bad: int
    good: int
    calibration_error: float | None
    windows: list[WindowFigures]
    newest: NotRequired[WindowFigures | None]
    compared: NotRequired[Comparison | None]


def put_to_use(*, site: Site, administrator: AbstractBaseUser | None, number: int) -> SiteModel:
    """Have an earlier model asked from now on; the row says who chose it. 5 queries. Without an account: from the command
    line. What it decides by a rule it has to be proved right in anew. Raises NotAllowedError, NothingLearntError,
    UnreadableVersionError."""
    if administrator is not None and not may(administrator, site, Permission.ADMINISTER):
        raise NotAllowedError
    with transaction.atomic():
        kept = {model.number: model for model in locked_models(site)}
        if number not in kept:
            raise NothingLearntError
        _require_readable(kept[number])
        SiteModel.objects.filter(site=site, is_current=True).update(is_current=False)
        chosen = kept[number]
        chosen.is_current, chosen.chosen_at = True, timezone.now()
        chosen.chosen_by_id = None if administrator is None else administrator.pk
        chosen.save(update_fields=["is_current", "chosen_at", "chosen_by"])
        measure_anew(site=site, flagger=NAME)
    return chosen


def roll_back(*, site: Site, administrator: AbstractBaseUser | None = None) -> SiteModel:
    """Put the model to use that was made before the one in use, of those that were not withheld and say anything. 6 queries.
    Raises NotAllowedError, NothingLearntError, UnreadableVersionError."""
    current = SiteModel.objects.in_use().filter(site=site).values_list("number", flat=True).first()
    if current is None:
        raise NothingLearntError
    earlier = SiteModel.objects.filter(site=site, number__lt=current, is_withheld=False).order_by("-number")
    number = next((number for number, figures in earlier.values_list("number", "figures") if figures), None)
    if number is None:
        raise NothingLearntError
    return put_to_use(site=site, administrator=administrator, number=number)


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """How good the model in use was lately for one clause, of so many texts, and refused ones among them: AUC of the shipped model
    and with what was learnt, and the calibration error; None where it has no meaning. `bad`: how many it learnt from.
    `shipped`: the versions of the shipped model with how many of the texts each had judged, the most first; none where it was
    one."""

    title: str
    bad: int
    texts: int
    texts_bad: int
    cold: float | None
    both: float | None
    off: float | None
    shipped: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is kept of a site and says something, or is in use, the newest first; how good the model in use was by clause; and by
    identifier the titles of clauses that an earlier model spoke of and the one in use does not. Titles in the active language, as
    long as the policy has the clause. Not `is_readable`: the one in use was made by another release. Not `has_policy`: there are no clauses to learn."""

    models: list[SiteModel]
    lines: list[ClauseLine]
    silenced: dict[str, str]
    is_readable: bool
    has_policy: bool


def read_learning(site: Site) -> Learnt:
    """What administrators see of what was learnt. 2 or 3 queries, 1 more for a model that was not read before."""
    models = [model for model in read_models(site) if model.is_current or model.figures]
    clauses = current_clauses(site)
    titles = {clause.slug: clause.title for clause in clauses}
    for model in models:
        for slug, one in model.figures.items():
            one["title"] = titles.get(slug, one["title"])
    current = next((model for model in models if model.is_current), None)
    figures = current.figures if current else {}
    earlier = [model for model in models if current and model.number < current.number and not model.is_withheld]
    return Learnt(
        models=models,
        lines=[_line(one) for one in figures.values()],
        silenced={
            clause: one["title"] for model in earlier for clause, one in model.figures.items() if clause not in figures
        },
        is_readable=current is None or load_model(site.pk) is not None,
        has_policy=bool(clauses),
    )


def _line(figures: ClauseFigures) -> ClauseLine:
    # Rows of an earlier release have no newest decisions.
    newest = figures.get("newest") or figures["windows"][-1]
    return ClauseLine(
        title=figures["title"],
        bad=figures["bad"],
        texts=newest["texts"],
        texts_bad=newest["bad"],
        cold=newest["cold"],
        both=newest["both"],
        off=figures["calibration_error"],
        shipped=mixed_versions([newest]),
    )


def mixed_versions(windows: Iterable[WindowFigures]) -> list[tuple[str, int]]:
    """The versions of the shipped model that windows are of, with how many texts each had judged, the most first; none where it was
    one."""
    found: Counter[str] = Counter()
    for window in windows:
        found.update(window.get("shipped", {}))
    return found.most_common() if len(found) > 1 else []


def read_models(site: Site) -> list[SiteModel]:
    """What is kept of a site, the newest first, without weights. 1 query."""
    return list(SiteModel.objects.without_weights().filter(site=site).select_related("chosen_by").order_by("-number"))


def locked_models(site: Site) -> QuerySet[SiteModel]:
    """The models of a site, so that of two that are made at once one waits for the other."""
    Site.objects.select_for_update().get(pk=site.pk)
    return SiteModel.objects.without_weights().filter(site=site).order_by("-number")


def _require_readable(model: SiteModel) -> None:
    try:
        # They were left out before. 1 query.
        unpack(bytes(model.weights), model.number)
    except ModelError as error:
        raise UnreadableVersionError from error
