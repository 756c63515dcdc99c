from __future__ import annotations

from moderation.models.articles import ArticleChange
from moderation.models.calibration import CalibrationAnswer, CalibrationCase
from moderation.models.deciding import DecidingEvent, DecidingRule
from moderation.models.decisions import Decision
from moderation.models.desk import ArticleRule, Batch, DeskPreferences, DeskSettings, SavedView
from moderation.models.findings import Finding, FindingFeedback, FlaggerDay, FlaggerSwitch, OutsideUse, Term
from moderation.models.learning import SiteModel, TextVector, TopicProjection
from moderation.models.mails import MailOptOut
from moderation.models.people import ApiToken, Membership, MembershipChange
from moderation.models.policies import Clause, PolicyVersion
from moderation.models.reports import Appeal, Report
from moderation.models.restrictions import AuthorNote, Restriction, Trust
from moderation.models.search import LinkedDomain, SearchDocument
from moderation.models.together import Deferral, Lease, Opinion, OpinionRequest, Presence

__all__ = [
    "ApiToken",
    "Appeal",
    "ArticleChange",
    "ArticleRule",
    "AuthorNote",
    "Batch",
    "CalibrationAnswer",
    "CalibrationCase",
    "Clause",
    "DecidingEvent",
    "DecidingRule",
    "Decision",
    "Deferral",
    "DeskPreferences",
    "DeskSettings",
    "Finding",
    "FindingFeedback",
    "FlaggerDay",
    "FlaggerSwitch",
    "Lease",
    "LinkedDomain",
    "MailOptOut",
    "Membership",
    "MembershipChange",
    "Opinion",
    "OpinionRequest",
    "OutsideUse",
    "PolicyVersion",
    "Presence",
    "Report",
    "Restriction",
    "SavedView",
    "SearchDocument",
    "SiteModel",
    "Term",
    "TextVector",
    "TopicProjection",
    "Trust",
]
