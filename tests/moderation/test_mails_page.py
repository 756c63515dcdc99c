from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from comments.models import Comment
from moderation.enums import Role
from moderation.mail_samples import SAMPLES, make_sample
from tests.comments.mails import addresses_in
from tests.factories import make_moderator, make_policy, make_site
from tests.moderation.desk_pages import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/moderation/mails/"


def test_every_mail_can_be_looked_at_in_both_languages_as_page_and_as_text() -> None:
    site = make_site()
    make_policy(site)
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))
    for name in SAMPLES:
        for language, hello in (("de", "Guten Tag,"), ("en", "Hello,")):
            shown = client.get(PAGE, {"name": name, "language": language})
            framed = client.get(f"{PAGE}{name}.html", {"language": language})
            assert shown.status_code == 200
            assert hello in shown.content.decode()
            if name == "confirmation":
                assert framed.status_code == 404
                continue
            assert f'<html lang="{language}">' in framed.content.decode()
            assert addresses_in(framed.content.decode())
    assert not Comment.objects.exists()


def test_page_of_a_mail_can_run_load_and_lead_to_nothing_and_is_framed_by_us_alone() -> None:
    client = sign_in(make_moderator(make_site(), role=Role.POLICY_EDITOR))
    answer = client.get(f"{PAGE}reply.html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert policy.endswith("frame-ancestors 'self'; sandbox")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = client.get(PAGE)
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert "<iframe" in client.get(PAGE, {"name": "reply"}).content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.MODERATOR, 403), (Role.AUDITOR, 403), (Role.POLICY_EDITOR, 200)])
def test_mails_are_for_those_who_answer_for_the_site_or_its_policy(role: Role, status: int) -> None:
    client = sign_in(make_moderator(make_site(), role=role))
    assert client.get(PAGE).status_code == status
    assert client.get(f"{PAGE}reply.html").status_code == status
    assert (PAGE in client.get("/moderation/").content.decode()) == (status == 200)
    assert client.get(PAGE, {"name": "none"}).status_code == (404 if status == 200 else 403)


def test_samples_are_made_without_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    site = make_site()
    with django_assert_num_queries(0):
        samples = [make_sample(name, site, "en") for name in SAMPLES]
    assert None not in samples
    assert make_sample("none", site, "en") is None
