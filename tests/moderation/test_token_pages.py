from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from moderation.enums import Role, Scope
from moderation.models import ApiToken, Membership
from moderation.services.tokens import issue_token, read_token
from tests.factories import make_article, make_moderator, make_site, make_user
from tests.moderation.desk_pages import html_of, sign_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/moderation/tokens/"


def shown(html: str) -> list[str]:
    return re.findall(r"mt_[\w-]{43}", html)


def test_token_made_on_the_page_is_shown_once_and_works() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    client = sign_in(moderator)

    made = client.post(f"{PAGE}make/", {"scopes": ["read", "moderate"]})
    [token] = shown(html_of(made))
    again = client.get(PAGE)

    row = ApiToken.objects.get()
    assert (made.status_code, row.user, row.site, row.scopes) == (201, moderator, article.site, ["moderate", "read"])
    assert "no-store" in made["Cache-Control"]
    assert read_token(token) == row
    assert shown(html_of(again)) == []
    assert row.token_hash not in html_of(again)
    assert "reads and decides" in text_of(again)
    queue = sign_in().get("/api/v1/moderation/queue", headers={"authorization": f"Bearer {token}"})
    assert queue.status_code == 200
    assert "last used" in text_of(client.get(PAGE))


def test_token_without_a_use_is_refused() -> None:
    site = make_site()
    answer = sign_in(make_moderator(site)).post(f"{PAGE}make/")
    assert answer.status_code == 422
    assert "Please choose at least one use." in text_of(answer)
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.POLICY_EDITOR])
def test_token_of_who_decides_nothing_is_for_reading(role: Role) -> None:
    site = make_site()
    client = sign_in(make_moderator(site, role=role))
    assert 'value="moderate"' not in html_of(client.get(PAGE))
    refused = client.post(f"{PAGE}make/", {"scopes": ["moderate"]})
    assert (refused.status_code, ApiToken.objects.count()) == (422, 0)
    assert client.post(f"{PAGE}make/", {"scopes": ["read"]}).status_code == 201


def test_token_for_handing_over_articles_is_made_by_administrators_alone() -> None:
    site = make_site()
    for role in (Role.MODERATOR, Role.SENIOR):
        client = sign_in(make_moderator(site, role=role))
        assert 'value="articles"' not in html_of(client.get(PAGE))
        assert client.post(f"{PAGE}make/", {"scopes": ["articles"]}).status_code == 422
    assert ApiToken.objects.count() == 0

    made = sign_in(make_moderator(site, role=Role.ADMINISTRATOR)).post(f"{PAGE}make/", {"scopes": ["articles"]})
    assert (made.status_code, ApiToken.objects.get().scopes) == (201, ["articles"])
    assert "hands over the texts of articles" in text_of(made)


def test_token_for_another_site_is_not_made() -> None:
    here, there = make_site(), make_site()
    client = sign_in(make_moderator(here))
    assert client.post(f"{PAGE}make/?site={there.slug}", {"scopes": ["read"]}).status_code == 404
    assert ApiToken.objects.count() == 0


def test_token_is_revoked_by_its_owner_and_by_an_administrator_and_by_nobody_else() -> None:
    site = make_site()
    owner, colleague = make_moderator(site), make_moderator(site)
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    elsewhere = make_moderator(make_site(), role=Role.ADMINISTRATOR)
    tokens = [issue_token(user=owner, site=site, scopes=[Scope.READ]) for _ in range(2)]
    first, second = ApiToken.objects.order_by("pk")

    refused = [
        sign_in(one).post(f"{PAGE}{first.pk}/revoke/").status_code for one in (colleague, elsewhere, make_user())
    ]
    assert refused == [404, 404, 404]
    assert all(read_token(token) for token in tokens)

    assert sign_in(owner).post(f"{PAGE}{first.pk}/revoke/").status_code == 303
    assert sign_in(administrator).post(f"{PAGE}{second.pk}/revoke/").status_code == 303
    assert [read_token(token) for token in tokens] == [None, None]


def test_tokens_page_shows_others_tokens_to_administrators_alone_and_never_a_secret() -> None:
    site = make_site()
    owner, colleague = make_moderator(site), make_moderator(site)
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    token = issue_token(user=owner, site=site, scopes=[Scope.READ])
    row = ApiToken.objects.get()
    address = f"{PAGE}{row.pk}/revoke/"

    pages = {
        name: html_of(sign_in(one).get(PAGE)) for name, one in (("c", colleague), ("a", administrator), ("o", owner))
    }

    assert [address in pages[name] for name in "cao"] == [False, True, True]
    assert [owner.email in pages[name] for name in "ca"] == [False, True]
    assert not any(token in page or row.token_hash in page for page in pages.values())
    assert sign_in(make_user()).get(PAGE).status_code == 404


def test_token_of_somebody_who_left_the_desk_is_out_of_reach() -> None:
    site = make_site()
    owner = make_moderator(site)
    issue_token(user=owner, site=site, scopes=[Scope.READ])
    Membership.objects.filter(user=owner).delete()
    client = sign_in(owner)
    assert client.post(f"{PAGE}{ApiToken.objects.get().pk}/revoke/").status_code == 404


def test_tokens_page_takes_as_many_queries_for_many_as_for_one() -> None:
    site = make_site()
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    client = sign_in(administrator)
    counts = []
    for _ in range(2):
        for user in (administrator, make_moderator(site), make_moderator(site)):
            issue_token(user=user, site=site, scopes=[Scope.READ])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
    # Two of them are the session and its account.
    assert counts == [6, 6]
