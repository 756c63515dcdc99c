"""The desk's figures: read in a constant number of queries, counted in the database, never more than 30 days back."""

from __future__ import annotations

from moderation.insights.agreement import Agreement
from moderation.insights.flow import Backlog, Flow
from moderation.insights.judging import GROUP, FlaggerShare, Outcome, Overturned, Speed
from moderation.insights.page import Figures, OwnWeek, read_figures, read_own_week
from moderation.insights.places import Place
from moderation.insights.spans import Period, Span, span_of
from moderation.insights.statistics import agreement_share, cohens_kappa, wilson_interval

__all__ = [
    "GROUP",
    "Agreement",
    "Backlog",
    "Figures",
    "FlaggerShare",
    "Flow",
    "Outcome",
    "Overturned",
    "OwnWeek",
    "Period",
    "Place",
    "Span",
    "Speed",
    "agreement_share",
    "cohens_kappa",
    "read_figures",
    "read_own_week",
    "span_of",
    "wilson_interval",
]
