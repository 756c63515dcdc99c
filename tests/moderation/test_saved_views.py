from __future__ import annotations

import re

import pytest
from django.test import Client

from comments.exceptions import InvalidInputError
from moderation.enums import Role
from moderation.exceptions import NotAllowedError
from moderation.models import Membership, SavedView
from moderation.services.saved_views import MOST_VIEWS, change_view, delete_view, save_view
from tests.factories import make_article, make_comment, make_moderator, make_site, make_user
from tests.moderation.desk_pages import QUEUE, html_of, rows, sign_in, text_of

pytestmark = pytest.mark.django_db


def listed(client: Client, address: str = QUEUE) -> list[tuple[str, str]]:
    """The saved views of the left pane: address and name."""
    return re.findall(r'<a class="mg-views__link" href="([^"]*)"[^>]*>([^<]*)</a>', html_of(client.get(address)))


def test_a_view_is_kept_listed_renamed_shared_and_deleted_by_plain_forms() -> None:
    article = make_article()
    ada, _bo = make_comment(article, name="Ada"), make_comment(article, name="Bo")
    owner, colleague = sign_in(make_moderator(article.site)), sign_in(make_moderator(article.site))

    page = owner.get(f"{QUEUE}?q=ada&sort=newest&comment={ada.public_id}")
    query = re.findall(r'<input type="hidden" name="query" value="([^"]*)">', html_of(page))
    kept = owner.post("/moderation/views/", {"name": " Adas  letters ", "query": query[0].replace("&amp;", "&")})

    view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("Adas letters", "sort=newest&q=ada", False)
    assert (kept.status_code, kept.headers["Location"]) == (303, "/moderation/?sort=newest&q=ada")
    assert rows(owner.get(kept.headers["Location"])) == [ada.public_id]
    assert listed(owner) == [("/moderation/?sort=newest&amp;q=ada", "Adas letters")]
    assert listed(colleague) == []
    assert colleague.get(f"/moderation/views/{view.pk}/").status_code == 404

    edit = owner.get(f"/moderation/views/{view.pk}/")
    assert 'value="Adas letters"' in html_of(edit)
    changed = owner.post(f"/moderation/views/{view.pk}/", {"name": "Ada", "is_shared": "on"})
    assert (changed.status_code, listed(colleague)) == (303, [("/moderation/?sort=newest&amp;q=ada", "Ada")])

    look = colleague.get(f"/moderation/views/{view.pk}/")
    assert "Only they can change it." in text_of(look)
    assert colleague.post(f"/moderation/views/{view.pk}/", {"name": "Mine now"}).status_code == 403
    assert colleague.post(f"/moderation/views/{view.pk}/delete/").status_code == 403
    assert SavedView.objects.get().name == "Ada"

    gone = owner.post(f"/moderation/views/{view.pk}/delete/")
    assert (gone.status_code, SavedView.objects.count()) == (303, 0)


def test_keep_view_keeps_of_an_address_only_what_chooses_a_view() -> None:
    site = make_article().site
    client = sign_in(make_moderator(site))
    query = "status=flagged&age=late&sort=upwards&cursor=1.2&comment=x&next=//evil.example&q=a%26b"

    client.post("/moderation/views/", {"name": "Late", "query": query})

    assert SavedView.objects.get().query == "status=flagged&age=late&q=a%26b"


def test_keep_view_without_a_name_or_with_one_that_is_taken_shows_the_form_again() -> None:
    site = make_article().site
    client = sign_in(make_moderator(site))
    client.post("/moderation/views/", {"name": "Late", "query": "age=late"})

    for name in ("", "  ", "Late", "x" * 61):
        refused = client.post("/moderation/views/", {"name": name, "query": "age=60"})
        assert refused.status_code == 422, name
        assert 'name="query" value="age=60"' in html_of(refused)
    assert SavedView.objects.count() == 1


def test_saved_views_are_limited_and_belong_to_the_desk() -> None:
    site = make_article().site
    owner = make_moderator(site)
    for number in range(MOST_VIEWS):
        save_view(site=site, owner=owner, name=f"View {number}", query="", is_shared=False)

    with pytest.raises(InvalidInputError):
        save_view(site=site, owner=owner, name="One more", query="", is_shared=False)
    with pytest.raises(NotAllowedError):
        save_view(site=site, owner=make_user(), name="Reader", query="", is_shared=False)
    with pytest.raises(NotAllowedError):
        save_view(site=site, owner=make_moderator(make_site()), name="Stranger", query="", is_shared=False)
    assert SavedView.objects.count() == MOST_VIEWS


def test_an_auditor_keeps_views_but_shares_none_and_an_administrator_tidies_up() -> None:
    site = make_article().site
    auditor, moderator = make_moderator(site, role=Role.AUDITOR), make_moderator(site)
    administrator = make_moderator(site, role=Role.ADMINISTRATOR)

    own = save_view(site=site, owner=auditor, name="Own", query="", is_shared=False)
    with pytest.raises(NotAllowedError):
        save_view(site=site, owner=auditor, name="Shared", query="", is_shared=True)
    with pytest.raises(NotAllowedError):
        change_view(view=own, user=auditor, name="Own", is_shared=True)
    shared = save_view(site=site, owner=moderator, name="Shared", query="", is_shared=True)
    with pytest.raises(InvalidInputError):
        save_view(site=site, owner=administrator, name="Shared", query="", is_shared=True)
    with pytest.raises(NotAllowedError):
        delete_view(view=own, user=administrator)
    delete_view(view=shared, user=administrator)

    assert list(SavedView.objects.values_list("name", "is_shared")) == [("Own", False)]


def test_saved_views_are_nothing_to_readers_and_strangers() -> None:
    site = make_article().site
    view = save_view(site=site, owner=make_moderator(site), name="Shared", query="", is_shared=True)

    for client in (sign_in(make_user()), sign_in(make_moderator(make_site()))):
        assert client.get(f"/moderation/views/{view.pk}/").status_code == 404
        assert client.post(f"/moderation/views/{view.pk}/", {"name": "x"}).status_code == 404
        assert client.post(f"/moderation/views/{view.pk}/delete/").status_code == 404
    reader = sign_in(make_user())
    assert reader.post("/moderation/views/", {"name": "x", "query": ""}).status_code == 404
    assert sign_in().post("/moderation/views/", {"name": "x"}).status_code == 302
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Shared"]


def test_a_view_on_one_of_several_desks_leads_to_that_desk() -> None:
    site, other = make_article().site, make_article().site
    user = make_moderator(site)
    Membership.objects.create(site=other, user=user, role=Role.MODERATOR)
    client = sign_in(user)

    kept = client.post(f"/moderation/views/?site={other.slug}", {"name": "Late", "query": f"site={site.slug}&age=late"})

    assert SavedView.objects.get().site == other
    assert kept.headers["Location"] == f"/moderation/?site={other.slug}&age=late"
    assert listed(client, f"{QUEUE}?site={other.slug}") == [(f"/moderation/?site={other.slug}&amp;age=late", "Late")]
    assert listed(client, f"{QUEUE}?site={site.slug}") == []
