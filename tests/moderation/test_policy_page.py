from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from moderation.enums import PolicyState
from moderation.models import Clause, PolicyVersion
from moderation.seeding import seed_policy
from tests.factories import CLAUSES, make_policy, make_site
from tests.moderation.desk_pages import html_of, sign_in, text_of

pytestmark = pytest.mark.django_db


def date(moment: datetime.datetime | None) -> str:
    assert moment is not None
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y}"


def make_versions(count: int) -> list[PolicyVersion]:
    """Versions of one site's policy, each in force a day later than the one before."""
    site = make_site("post")
    versions = [make_policy(site, number=number) for number in range(1, count + 1)]
    for version in versions:
        version.effective_at = timezone.now() - datetime.timedelta(days=10 * (count - version.number + 1))
        version.change_note_en = f"Change {version.number}"
        version.change_note_de = f"Änderung {version.number}"
        version.save()
    return versions


def test_policy_page_shows_the_version_in_force_to_everybody() -> None:
    first, second = make_versions(2)

    page = sign_in().get("/policy/post/")

    assert page.status_code == 200
    main = text_of(page).partition("Sign in ")[2]
    clauses = " ".join(f"Title {slug} Text of {slug}" for slug in CLAUSES)
    earlier = " ".join(f"Title {slug}. Text of {slug}" for slug in CLAUSES)
    assert main.startswith(
        "Post How we talk here Stay on the topic. Respect each other. "
        f"Version 2, in force since {date(second.effective_at)} . Change 2 {clauses} "
        f"Earlier versions Version 1 {date(first.effective_at)} to {date(second.effective_at)} "
        f"Stay on the topic. Respect each other. Change 1 {earlier}"
    )
    assert re.findall(r'<li class="mg-clause" id="clause-([a-z-]+)"', html_of(page)) == list(CLAUSES)


def test_policy_page_in_german_is_german() -> None:
    make_versions(1)
    page = sign_in().get("/policy/post/", headers={"accept-language": "de"})
    words = text_of(page)
    assert "Bleiben Sie beim Thema. Achten Sie einander." in words
    assert "Titel respect Text respect" in words
    assert "Title respect" not in words


def test_policy_page_with_a_version_in_the_address_unfolds_it() -> None:
    make_versions(3)

    def unfolded(query: str) -> list[str]:
        html = html_of(sign_in().get(f"/policy/post/{query}"))
        return re.findall(r'id="version-(\d+)">\s*<details class="mg-details" open>', html)

    assert unfolded("") == []
    assert unfolded("?version=1") == ["1"]
    assert unfolded("?version=3") == []
    assert unfolded("?version=%3Cb%3E") == []


@pytest.mark.parametrize("count", [1, 5])
def test_policy_page_with_any_number_of_versions_takes_three_queries(count: int) -> None:
    make_versions(count)
    with CaptureQueriesContext(connection) as queries:
        sign_in().get("/policy/post/")
    assert len(queries) == 3


def test_policy_page_hides_drafts_and_what_is_not_in_force_yet() -> None:
    site = make_site("post")
    draft, coming = make_policy(site, number=1), make_policy(site, number=2)
    PolicyVersion.objects.filter(pk=draft.pk).update(state=PolicyState.DRAFT, introduction_en="Secret draft")
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    PolicyVersion.objects.filter(pk=coming.pk).update(effective_at=tomorrow, introduction_en="Secret plan")

    page = sign_in().get("/policy/post/")

    assert page.status_code == 200
    assert "This site has not published a comment policy yet." in text_of(page)
    assert "Secret" not in text_of(page)
    assert "Title respect" not in text_of(page)


def test_policy_page_of_another_site_shows_its_own_policy() -> None:
    make_versions(2)
    make_policy(make_site("gazette"), number=7)
    assert "Version 7" in text_of(sign_in().get("/policy/gazette/"))
    assert "Earlier versions" not in text_of(sign_in().get("/policy/gazette/"))


def test_policy_page_of_no_site_is_not_there() -> None:
    assert sign_in().get("/policy/nowhere/").status_code == 404


def test_policy_page_never_shows_the_guidance_for_moderators() -> None:
    (version,) = make_versions(1)
    version.clauses.update(guidance_de="Nur unter uns", guidance_en="Between ourselves")
    assert "Between ourselves" not in text_of(sign_in().get("/policy/post/"))


def test_policy_page_gives_a_cookie_and_is_kept_by_no_shared_cache() -> None:
    make_versions(1)
    page = sign_in().get("/policy/post/")
    assert "csrftoken" in page.cookies
    assert set(page["cache-control"].split(", ")) == {"private", "no-cache"}


def test_seeded_policy_has_examples_for_every_clause_in_both_languages() -> None:
    seed_policy(make_site())
    clauses = list(Clause.objects.all())
    assert len(clauses) == 7
    for clause in clauses:
        for examples in (clause.examples_de, clause.examples_en):
            assert set(examples) == {"fits", "does_not_fit"}
            assert 2 <= len(examples["fits"]) + len(examples["does_not_fit"]) <= 5
            assert examples["fits"]
            assert examples["does_not_fit"]
