"""The bar above every page of the moderators' side, and its menu."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse

from moderation.enums import Role
from moderation.models import Membership
from tests.factories import make_article, make_comment, make_moderator, make_site
from tests.moderation.desk_pages import QUEUE, html_of, sign_in
from tests.moderation.restricting import lay, make_author

pytestmark = pytest.mark.django_db

PAGES = ("", "decisions/", "authors/", "articles/", "figures/", "practice/", "tokens/", "preferences/", "embed-check/")
ADMINISTRATION = (
    "/moderation/members/",
    "/moderation/settings/",
    "/moderation/deliveries/",
    "/moderation/flaggers/",
    "/moderation/mails/",
)


def bar(page: HttpResponse) -> str:
    found = re.search(r'<header class="mg-bar .*?</header>', html_of(page), re.DOTALL)
    assert found
    return found[0]


def menu(page: HttpResponse) -> list[str]:
    """The addresses in the menu, without what follows the question mark."""
    found = re.search(r'<ul class="mg-pages" id="pages" popover>.*?</ul>', bar(page), re.DOTALL)
    assert found
    return [address.partition("?")[0] for address in re.findall(r'(?:href|action)="([^"]*)"', found[0])]


@pytest.mark.parametrize("page", PAGES)
def test_menu_of_an_administrator_leads_everywhere_from_every_page(page: str) -> None:
    site = make_article().site

    found = menu(sign_in(make_moderator(site, role=Role.ADMINISTRATOR)).get(QUEUE + page))

    assert found == [
        QUEUE, "/moderation/decisions/", "/moderation/authors/", "/moderation/articles/", "/moderation/figures/",
        "/moderation/practice/", "/moderation/embed-check/", "/moderation/tokens/",
        *ADMINISTRATION,
        "/moderation/preferences/", "/accounts/email/", "/accounts/logout/",
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MODERATOR, Role.SENIOR])
def test_menu_of_others_does_not_lead_to_the_members_and_the_settings(role: Role) -> None:
    site = make_article().site

    found = menu(sign_in(make_moderator(site, role=role)).get(QUEUE))

    assert "/moderation/tokens/" in found
    assert not {*found} & {*ADMINISTRATION}


def test_menu_of_somebody_on_two_desks_stays_on_the_site_that_is_shown() -> None:
    first, second = make_article().site, make_article(make_site("second")).site
    user = make_moderator(first, role=Role.ADMINISTRATOR)
    Membership.objects.create(user=user, site=second, role=Role.ADMINISTRATOR)

    shown = bar(sign_in(user).get(f"{QUEUE}settings/?site={second.slug}"))

    assert f'href="/moderation/members/?site={second.slug}"' in shown
    assert f'href="/moderation/settings/?site={second.slug}" aria-current="page"' in shown
    assert f'href="/moderation/members/?site={first.slug}"' not in shown


@pytest.mark.parametrize("page", ["decisions/", "authors/"])
def test_bar_of_a_page_that_lists_people_says_nothing_of_them(page: str) -> None:
    """Who is of the desk and who is restricted is the page's own business, and nobody is here for it."""
    article = make_article()
    make_comment(article)
    lay(make_author(article.site, name="Udo Halt"))
    colleague = make_moderator(article.site)

    answer = sign_in(make_moderator(article.site, role=Role.SENIOR)).get(QUEUE + page)

    assert ("Udo Halt" if page == "authors/" else colleague.email) in html_of(answer)
    assert "Here now" not in html_of(answer)
    assert "Udo Halt" not in bar(answer)
    assert colleague.email not in bar(answer)
