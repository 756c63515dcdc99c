"""The admin: for superusers, and without a way to change what somebody wrote."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from comments.models import Article, Comment
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

MODELS = ("site", "article", "comment", "author", "outbox")


@pytest.mark.parametrize("model", MODELS)
def test_admin_list_opens_for_a_superuser(admin_client: Client, model: str) -> None:
    make_comment(make_article())

    assert admin_client.get(reverse(f"admin:marginalia_{model}_changelist")).status_code == 200


def test_admin_shows_a_comment_and_takes_no_change_of_it(admin_client: Client) -> None:
    comment = make_comment(make_article(), body="The author's words", name="Karla Wendt")
    url = reverse("admin:marginalia_comment_change", args=[comment.pk])

    shown = admin_client.get(url)
    changed = admin_client.post(url, {"author_name": "Somebody else", "revisions-0-body": "Other words"})

    assert "The author&#x27;s words" in shown.content.decode()
    assert 'name="_save"' not in shown.content.decode()
    assert changed.status_code == 403
    assert (Comment.objects.get().author_name, comment.revisions.get().body) == ("Karla Wendt", "The author's words")


def test_admin_changes_the_mode_of_an_article(admin_client: Client) -> None:
    article = make_article()
    url = reverse("admin:marginalia_article_change", args=[article.pk])
    fields = ("site_id", "key", "url", "title", "teaser", "section", "language")
    data = {name.removesuffix("_id"): getattr(article, name) for name in fields}

    admin_client.post(url, data | {"mode": "read_only", "urls-TOTAL_FORMS": 0, "urls-INITIAL_FORMS": 0})

    assert Article.objects.get().mode == "read_only"


@pytest.mark.parametrize("model", MODELS)
def test_admin_is_closed_to_staff_with_every_permission(client: Client, model: str) -> None:
    user = make_user()
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)

    assert client.get(reverse(f"admin:marginalia_{model}_changelist")).status_code == 403
