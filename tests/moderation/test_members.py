from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from moderation.enums import Role, Scope
from moderation.exceptions import LastAdministratorError
from moderation.models import ApiToken, Membership, MembershipChange
from moderation.services.members import change_role, remove_member
from moderation.services.tokens import issue_token, read_token
from tests.factories import make_article, make_moderator, make_site, make_user
from tests.moderation.desk_pages import html_of, sign_in, text_of
from tests.moderation.test_desk_admin import admin_url, make_superuser

pytestmark = pytest.mark.django_db

PAGE = "/moderation/members/"


def changes() -> list[tuple[str, str, str, str]]:
    """Whom, from which role, to which, by whom: the latest first."""
    return [
        (one.user.email if one.user else "", one.from_role, one.to_role, one.changed_by.email if one.changed_by else "")
        for one in MembershipChange.objects.all()
    ]


def test_member_is_added_by_address_given_another_role_and_removed_and_all_of_it_is_kept() -> None:
    site = make_article().site
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    newcomer = make_user("Newcomer@reader.example")
    client = sign_in(administrator)

    added = client.post(f"{PAGE}add/", {"email": " newcomer@READER.example ", "role": "moderator"})
    member = Membership.objects.get(user=newcomer)
    changed = client.post(f"{PAGE}{member.pk}/role/", {"role": "senior"})
    page = text_of(client.get(PAGE))
    removed = client.post(f"{PAGE}{member.pk}/remove/")

    assert [(one.status_code, one["Location"]) for one in (added, changed, removed)] == [(303, PAGE)] * 3
    assert f"{newcomer.email} : Moderator, now Senior moderator" in page
    assert f"{newcomer.email} : added as Moderator" in page
    assert list(Membership.objects.values_list("user__email", "role")) == [(administrator.email, "administrator")]
    assert changes() == [
        (newcomer.email, "senior", "", administrator.email),
        (newcomer.email, "moderator", "senior", administrator.email),
        (newcomer.email, "", "moderator", administrator.email),
    ]


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nobody@reader.example", "No account has this address. Please ask the person to sign up first."),
        ("desk@desk.example", "This person is on the desk already. Please change their role in the list."),
        ("rubbish", "Please check what you have entered."),
    ],
)
def test_member_that_cannot_be_added_is_refused_with_the_address_kept(email: str, sentence: str) -> None:
    site = make_site()
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    Membership.objects.create(site=site, user=make_user("desk@desk.example"))

    answer = sign_in(administrator).post(f"{PAGE}add/", {"email": email, "role": "senior"})

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert f'value="{email}"' in html_of(answer)
    assert (Membership.objects.count(), changes()) == (2, [])


def test_account_that_is_shut_cannot_be_added() -> None:
    site = make_site()
    gone = make_user("gone@reader.example")
    gone.is_active = False
    gone.save()
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))
    assert client.post(f"{PAGE}add/", {"email": gone.email, "role": "senior"}).status_code == 422
    assert Membership.objects.count() == 1


def test_last_administrator_is_neither_demoted_nor_removed() -> None:
    site = make_article().site
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)
    # Another site's administrator is none of this one's.
    make_moderator(make_site(), role=Role.ADMINISTRATOR)
    member = Membership.objects.get(user=administrator)
    client = sign_in(administrator)

    answers = [client.post(f"{PAGE}{member.pk}/role/", {"role": "auditor"}), client.post(f"{PAGE}{member.pk}/remove/")]

    assert [one.status_code for one in answers] == [409, 409]
    assert all("The desk needs an administrator." in text_of(one) for one in answers)
    assert Membership.objects.get(pk=member.pk).role == Role.ADMINISTRATOR
    assert changes() == []


def test_one_of_two_administrators_may_leave_and_the_other_may_not_then() -> None:
    site = make_site()
    first, second = (make_moderator(site, role=Role.ADMINISTRATOR) for _ in range(2))
    answer = sign_in(first).post(f"{PAGE}{Membership.objects.get(user=first).pk}/remove/")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    with pytest.raises(LastAdministratorError):
        remove_member(member=Membership.objects.get(user=second), administrator=second)
    with pytest.raises(LastAdministratorError):
        change_role(member=Membership.objects.get(user=second), role=Role.SENIOR, administrator=second)
    assert list(Membership.objects.values_list("user", flat=True)) == [second.pk]


def test_removed_member_reads_nothing_any_more_and_their_token_neither() -> None:
    site = make_article().site
    administrator, moderator = make_moderator(site, role=Role.ADMINISTRATOR), make_moderator(site)
    token = issue_token(user=moderator, site=site, scopes=[Scope.READ])
    client = sign_in(moderator)
    assert client.get("/moderation/").status_code == 200

    remove_member(member=Membership.objects.get(user=moderator), administrator=administrator)

    assert client.get("/moderation/").status_code == 404
    assert (read_token(token), ApiToken.objects.count()) == (None, 0)


@pytest.mark.parametrize("role", [one for one in Role if one != Role.ADMINISTRATOR])
def test_members_page_is_for_administrators(role: Role) -> None:
    site = make_site()
    make_moderator(site, role=Role.ADMINISTRATOR)
    client = sign_in(make_moderator(site, role=role))
    member = Membership.objects.first()
    assert member is not None

    answers = [
        client.get(PAGE),
        client.post(f"{PAGE}add/", {"email": make_user().email, "role": "moderator"}),
        client.post(f"{PAGE}{member.pk}/role/", {"role": "auditor"}),
        client.post(f"{PAGE}{member.pk}/remove/"),
    ]

    assert [one.status_code for one in answers] == [403] * 4
    assert member.user.email not in "".join(html_of(one) for one in answers)
    assert (Membership.objects.count(), changes()) == (2, [])


def test_members_page_of_another_site_is_absent() -> None:
    here, there = make_site(), make_site()
    stranger = make_moderator(there)
    client = sign_in(make_moderator(here, role=Role.ADMINISTRATOR))
    assert client.get(f"{PAGE}?site={there.slug}").status_code == 404
    assert sign_in(make_user()).get(PAGE).status_code == 404
    assert client.post(f"{PAGE}{Membership.objects.get(user=stranger).pk}/remove/").status_code == 404
    assert stranger.email not in html_of(client.get(PAGE))
    assert Membership.objects.count() == 2


def test_members_page_takes_as_many_queries_for_many_as_for_one() -> None:
    site = make_site()
    client = sign_in(make_moderator(site, role=Role.ADMINISTRATOR))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
        for _number in range(3):
            client.post(f"{PAGE}add/", {"email": make_user().email, "role": "moderator"})
    # Two of them are the session and its account.
    assert counts == [5, 5]


def test_admin_keeps_what_superusers_change_of_a_desk() -> None:
    site = make_site()
    member = Membership.objects.get(user=make_moderator(site))
    superuser = make_superuser()
    client = sign_in(superuser)
    data = {"site": site.pk, "user": member.user_id, "role": "senior"}
    client.post(admin_url("membership_change", member.pk), data)
    client.post(admin_url("membership_change", member.pk), data)
    client.post(admin_url("membership_delete", member.pk), {"post": "yes"})
    assert changes() == [
        (member.user.email, "senior", "", superuser.email),
        (member.user.email, "moderator", "senior", superuser.email),
    ]
    log = MembershipChange.objects.first()
    assert log is not None
    assert client.get(admin_url("membershipchange_change", log.pk)).status_code == 200
    assert client.post(admin_url("membershipchange_delete", log.pk), {"post": "yes"}).status_code == 403
