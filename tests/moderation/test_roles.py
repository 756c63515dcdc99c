"""Who may do what on the desk: every address that takes a POST, tried by those who may not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from comments.enums import Status
from comments.models import Comment
from moderation.enums import Action, Permission, Role, Scope
from moderation.exceptions import AppealNotYoursError
from moderation.models import Appeal, CalibrationCase, Decision, Membership, Opinion, OpinionRequest, Presence
from moderation.permissions import PERMISSIONS
from moderation.services.appeals import file_appeal, reject_appeal
from moderation.services.tokens import issue_token
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user
from tests.moderation.desk_pages import html_of, press, sign_in
from tests.moderation.reporting import judge, report

pytestmark = pytest.mark.django_db

# What everybody on a desk may do, an auditor as well: each is about the one who asks, and about nothing of the desk.
ABOUT_ONESELF = {
    "give_back",
    "make_token",
    "revoke_token",
    "answer_case",
    "finish_tour",
    "change_queue_feed",
    "preferences",
    "save_preferences",
}
# Addresses for everybody, outside of the desk.
FOR_READERS = (
    "c/",
    "reports/",
    "restrictions/",
    "status/",
    "embed/",
    "policy/",
    "acknowledge",
    "warning",
    "mails/",
    "feeds/",
)


def desk_patterns() -> Iterator[URLPattern]:
    """Every address of the desk."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.app_name == "moderation":
            for pattern in resolver.url_patterns:
                if isinstance(pattern, URLPattern) and not str(pattern.pattern).startswith(FOR_READERS):
                    yield pattern


class Desk:
    """A desk with one of everything on it, so that there is something to be changed."""

    def __init__(self) -> None:
        self.article = make_article()
        site = self.site = self.article.site
        self.senior = make_moderator(site, role=Role.SENIOR)
        self.administrator = make_moderator(site, role=Role.ADMINISTRATOR)
        self.waiting = make_comment(self.article)
        self.published = make_comment(self.article, status=Status.APPROVED)
        report(Comment.objects.with_context().get(pk=self.published.pk))
        self.refused = make_comment(self.article)
        self.decision = judge(self.refused, Action.REJECT, clause="respect", moderator=self.senior)
        Decision.objects.update(batch_id=uuid.uuid4())
        self.decision.refresh_from_db()
        self.appeal = file_appeal(comment=Comment.objects.with_context().get(pk=self.refused.pk), text="Nein.")
        self.case = CalibrationCase.objects.create(decision=self.decision, added_by=self.senior)
        self.question = OpinionRequest.objects.create(comment=self.waiting, asked_by=self.senior)
        Opinion.objects.create(comment=self.waiting, revision=1, moderator=self.senior, kind="second", action="approve")
        issue_token(user=self.senior, site=site, scopes=[Scope.READ])
        self.token = site.api_tokens.get()

    def addresses(self, pattern: URLPattern) -> list[str]:
        """The address, made for the things of this desk; several where a name is of several things."""
        numbers = {self.decision.pk, self.appeal.pk, self.case.pk, self.question.pk, self.token.pk, self.site.pk}
        numbers |= set(self.site.memberships.values_list("pk", flat=True))
        texts = {
            "public_id": [self.waiting.public_id, self.published.public_id, self.refused.public_id],
            "author_id": [self.waiting.author.public_id],
            "author": [self.waiting.author.public_id],
            "key": [self.article.key],
            "article": [self.article.key],
            "slug": [self.site.slug],
            "site_slug": [self.site.slug],
            "table": ["flow"],
        }
        converters = pattern.pattern.converters
        choices: list[dict[str, object]] = [{}]
        for name, converter in converters.items():
            kind = type(converter).__name__
            values: list[object]
            if kind == "IntConverter":
                values = [*sorted(numbers)]
            elif kind == "UUIDConverter":
                values = [self.decision.batch_id]
            else:
                values = list(texts.get(name, ["x"]))
            choices = [{**chosen, name: value} for chosen in choices for value in values]
        return [reverse(f"moderation:{pattern.name}", kwargs=chosen) for chosen in choices]


# A body with what the forms of the desk ask for; each takes what it knows.
def body(desk: Desk) -> dict[str, object]:
    return {
        "decision": "approve", "action": "approve", "expected_status": "pending", "expected_revision": "1",
        "note": "x", "judgement": "uphold", "answer": "x", "up_to": "999999", "role": "administrator",
        "email": desk.senior.email, "site": desk.site.slug, "scopes": ["moderate"], "reason": "x", "text": "x",
        "kind": "ban", "target": "author", "mode": "closed", "question": "x", "until": "2030-01-01T00:00",
        "comments": [desk.waiting.public_id], "ids": [desk.waiting.public_id], "clause": "respect", "name": "x",
        "item": [f"{desk.waiting.public_id}.pending.1"],
        "trust_after": "3",
        "trust_days": "90",
        "query": "status=spam", "is_shared": "on", "explanation": "x", "reader_note": "x", "days": "7",
    }  # fmt: skip


def contents() -> dict[str, str]:
    """Every row of both apps, as text; but for who is here, which whoever reads the desk is."""
    found = {}
    for model in [
        *apps.get_app_config("marginalia").get_models(),
        *apps.get_app_config("marginalia_moderation").get_models(),
    ]:
        if model is Presence:
            continue
        found[model._meta.label] = serializers.serialize("json", model._default_manager.order_by("pk"))
    return found


def who_may_not(desk: Desk, kind: str) -> User:
    if kind == "auditor":
        return make_moderator(desk.site, role=Role.AUDITOR)
    return make_user() if kind == "reader" else make_moderator(make_site(), role=Role.ADMINISTRATOR)


@pytest.mark.once
@pytest.mark.parametrize("kind", ["auditor", "reader", "stranger"])
def test_no_address_of_the_desk_lets_who_may_not_change_anything(kind: str) -> None:
    desk = Desk()
    client = sign_in(who_may_not(desk, kind))
    before = contents()
    answers = {}
    for pattern in desk_patterns():
        if pattern.name in ABOUT_ONESELF:
            continue
        for address in desk.addresses(pattern):
            answers[address] = client.post(f"{address}?site={desk.site.slug}", body(desk)).status_code
    assert contents() == before
    # 405: a page that takes no POST. 409 and 422: refused before anybody asked who it was; nothing changed either way.
    assert {address: code for address, code in answers.items() if code not in (403, 404, 405, 409, 422)} == {}
    assert set(answers.values()) >= ({403, 405} if kind == "auditor" else {404, 405})
    assert len(answers) > 10


def test_addresses_of_the_desk_let_an_administrator_change_something() -> None:
    """The control of the test above: with these bodies, the same addresses do change things for who may."""
    desk = Desk()
    client = sign_in(make_moderator(desk.site, role=Role.ADMINISTRATOR))
    answers = {
        address: client.post(address, body(desk)).status_code
        for pattern in desk_patterns()
        if pattern.name in {"decide", "dismiss_reports", "answer_appeal", "change_role"}
        for address in desk.addresses(pattern)
    }
    assert list(answers.values()).count(303) >= 4
    assert Comment.objects.get(pk=desk.waiting.pk).status == Status.APPROVED
    assert Appeal.objects.get().state == "upheld"


def test_api_lets_an_auditor_change_nothing_whatever_the_token_says() -> None:
    desk = Desk()
    auditor = make_moderator(desk.site, role=Role.SENIOR)
    token = issue_token(user=auditor, site=desk.site, scopes=[Scope.READ, Scope.MODERATE])
    Membership.objects.filter(user=auditor).update(role=Role.AUDITOR)
    client = sign_in()
    headers = {"authorization": f"Bearer {token}"}
    before = {name: rows for name, rows in contents().items() if "ApiToken" not in name}

    decision = {"action": "approve", "expected_status": "pending", "expected_revision": 1}
    answers = [
        client.post(
            f"/api/v1/moderation/comments/{desk.waiting.public_id}/decisions",
            decision,
            "application/json",
            headers=headers,
        ),
        client.post(f"/api/v1/moderation/decisions/{desk.decision.pk}/undo", headers=headers),
        client.post(f"/api/v1/moderation/batches/{desk.decision.batch_id}/undo", headers=headers),
    ]

    assert [one.status_code for one in answers] == [403, 403, 403]
    assert {name: rows for name, rows in contents().items() if "ApiToken" not in name} == before


def test_appeal_is_answered_by_a_senior_and_by_no_plain_moderator() -> None:
    desk = Desk()
    moderator = make_moderator(desk.site)
    with pytest.raises(AppealNotYoursError):
        reject_appeal(appeal=desk.appeal, moderator=moderator, answer="Nein.")

    page = sign_in(moderator).get(f"/moderation/?status=appealed&comment={desk.refused.public_id}")
    refused = sign_in(moderator).post(
        reverse("moderation:answer_appeal", args=[desk.appeal.pk]), {"judgement": "reject", "answer": "Nein."}
    )

    assert "Appeals are answered by senior moderators and administrators." in html_of(page)
    assert 'name="judgement"' not in html_of(page)
    assert refused.status_code == 403
    assert Appeal.objects.get().state == "open"
    reject_appeal(appeal=desk.appeal, moderator=make_moderator(desk.site, role=Role.SENIOR), answer="Nein.")
    assert Appeal.objects.get().state == "rejected"


def test_policy_editor_reads_and_decides_nothing() -> None:
    desk = Desk()
    client = sign_in(make_moderator(desk.site, role=Role.POLICY_EDITOR))
    assert client.get("/moderation/").status_code == 200
    assert press(client, desk.waiting, "approve").status_code == 403
    assert Comment.objects.get(pk=desk.waiting.pk).status == Status.PENDING


def test_table_of_permissions_is_this() -> None:
    names = {role.value: sorted(one.value for one in allowed) for role, allowed in PERMISSIONS.items()}
    moderating = ["decide", "manage_articles", "read", "restrict"]
    assert names == {
        "auditor": ["audit", "read"],
        "moderator": moderating,
        "senior": sorted([*moderating, "answer_appeals", "audit", "ban", "rearrange_articles", "teach"]),
        "policy_editor": ["edit_policy", "read"],
        "administrator": sorted(Permission.values),
    }


def test_walk_goes_to_every_address_of_the_desk() -> None:
    """The control of the walk: what it leaves out is for readers, and is not below moderation/."""
    names = {pattern.name for pattern in desk_patterns()}
    assert {"decide", "undo", "answer_appeal", "add_member", "change_role", "remove_member", "revoke_token"} <= names
    left_out = [
        str(pattern.pattern) for pattern in desk_patterns() if not str(pattern.pattern).startswith("moderation/")
    ]
    assert left_out == []
