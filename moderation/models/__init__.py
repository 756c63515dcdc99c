from __future__ import annotations

from moderation.models.decisions import Decision
from moderation.models.findings import Finding, Term
from moderation.models.people import ApiToken, Membership
from moderation.models.policies import Clause, PolicyVersion

__all__ = ["ApiToken", "Clause", "Decision", "Finding", "Membership", "PolicyVersion", "Term"]
