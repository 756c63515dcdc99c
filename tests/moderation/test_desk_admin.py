from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from comments.enums import CheckOutcome, Status
from comments.models import Comment, Revision
from moderation.enums import Action, Role
from moderation.models import ApiToken, Clause, Decision, Finding, Membership, PolicyVersion
from moderation.services.decisions import decide
from tests.factories import make_article, make_comment, make_moderator, make_user
from tests.moderation.desk_pages import html_of, sign_in

pytestmark = pytest.mark.django_db

MODELS = ("decision", "finding", "membership", "term", "apitoken", "policyversion")


def make_superuser() -> User:
    user = make_user()
    user.is_staff = user.is_superuser = True
    user.save()
    return user


def admin_url(name: str, *arguments: object) -> str:
    return reverse(f"admin:marginalia_moderation_{name}", args=arguments)


def make_decision() -> Decision:
    article = make_article()
    comment = make_comment(article)
    Finding.objects.create(comment=comment, revision=1, flagger="x", version="1", outcome=CheckOutcome.CLEAR)
    return decide(
        comment=comment,
        moderator=make_moderator(article.site),
        action=Action.REJECT,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
    )


def test_admin_for_staff_with_every_permission_shows_nothing_of_the_desk() -> None:
    make_decision()
    user = make_user()
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.all())
    client = sign_in(user)
    assert [client.get(admin_url(f"{model}_changelist")).status_code for model in MODELS] == [403] * len(MODELS)


def test_admin_for_a_superuser_lists_everything_of_the_desk() -> None:
    make_decision()
    client = sign_in(make_superuser())
    assert [client.get(admin_url(f"{model}_changelist")).status_code for model in MODELS] == [200] * len(MODELS)


def test_admin_of_decisions_and_findings_is_for_reading() -> None:
    decision = make_decision()
    finding = Finding.objects.get(flagger="x")
    client = sign_in(make_superuser())
    for model, row in (("decision", decision), ("finding", finding)):
        assert client.get(admin_url(f"{model}_change", row.pk)).status_code == 200
        for url in (
            admin_url(f"{model}_change", row.pk),
            admin_url(f"{model}_delete", row.pk),
            admin_url(f"{model}_add"),
        ):
            assert client.post(url, {"note": "changed", "post": "yes"}).status_code == 403
    assert (Decision.objects.get().note, Finding.objects.filter(flagger="x").count()) == ("", 1)


def test_admin_of_tokens_shows_no_token_and_makes_none() -> None:
    article = make_article()
    token = ApiToken.objects.create(
        site=article.site, user=make_moderator(article.site), token_hash="a1b2" * 16, scopes=["read"]
    )
    client = sign_in(make_superuser())
    pages = [client.get(admin_url("apitoken_changelist")), client.get(admin_url("apitoken_change", token.pk))]
    assert [page.status_code for page in pages] == [200, 200]
    assert not any("a1b2" in html_of(page) for page in pages)
    assert client.post(admin_url("apitoken_add"), {}).status_code == 403

    data = {"scopes": '["read"]', "revoked_at_0": "2026-01-01", "revoked_at_1": "00:00:00"}
    assert client.post(admin_url("apitoken_change", token.pk), data).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert token.token_hash == "a1b2" * 16


def test_admin_changes_the_role_of_a_desk_member() -> None:
    article = make_article()
    member = Membership.objects.get(user=make_moderator(article.site))
    data = {"site": member.site_id, "user": member.user_id, "role": Role.AUDITOR.value}
    assert sign_in(make_superuser()).post(admin_url("membership_change", member.pk), data).status_code == 302
    member.refresh_from_db()
    assert member.role == Role.AUDITOR


def test_admin_of_a_published_policy_is_for_reading() -> None:
    article = make_article()
    version = PolicyVersion.objects.get(site=article.site)
    client = sign_in(make_superuser())
    assert client.get(admin_url("policyversion_change", version.pk)).status_code == 200
    changed = client.post(admin_url("policyversion_change", version.pk), {"introduction_en": "Anything goes."})
    deleted = client.post(admin_url("policyversion_delete", version.pk), {"post": "yes"})
    assert (changed.status_code, deleted.status_code) == (403, 403)
    version.refresh_from_db()
    assert version.introduction_en == "Stay on the topic. Respect each other."
    assert Clause.objects.filter(version=version).count() == 5


def test_admin_nowhere_changes_what_a_comment_says() -> None:
    """No admin page of any app writes a revision; that of comments, where there is one, only shows them."""
    comment = make_comment(make_article(), body="Meine Worte")
    assert Revision not in admin.site._registry
    registered = admin.site._registry.get(Comment)
    client = sign_in(make_superuser())
    if registered is not None:
        url = reverse("admin:marginalia_comment_change", args=[comment.pk])
        client.post(url, {"public_html": "Andere", "body": "Andere", "revisions-0-body": "Andere"})
    assert Revision.objects.get().body == "Meine Worte"
