from __future__ import annotations

from moderation.models.decisions import Decision
from moderation.models.findings import Finding, Term
from moderation.models.people import ApiToken, Membership
from moderation.models.policies import Clause, PolicyVersion
from moderation.models.reports import Appeal, Report

__all__ = ["ApiToken", "Appeal", "Clause", "Decision", "Finding", "Membership", "PolicyVersion", "Report", "Term"]
