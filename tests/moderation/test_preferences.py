from __future__ import annotations

import json
import re
from html import unescape

import pytest

from moderation.enums import Role
from moderation.keys import CORAL, STANDARD
from moderation.models import DeskPreferences
from tests.factories import make_article, make_comment, make_moderator, make_user
from tests.moderation.desk_pages import QUEUE, html_of, sign_in, text_of

pytestmark = pytest.mark.django_db

PREFERENCES = "/moderation/preferences/"


def sent(**changed: str) -> dict[str, str]:
    """The form as the page shows it at first, with some fields changed; a field without a value is left out."""
    fields = {"has_keys": "on"} | {f"key_{name}": key for name, key in STANDARD.items()} | changed
    return {name: value for name, value in fields.items() if value}


def keys_of(response: object) -> dict[str, str]:
    """The keys that the desk's page gives to its script."""
    (found,) = re.findall(r'data-keys="([^"]*)"', html_of(response))
    return dict(json.loads(unescape(found)))


def test_preferences_are_kept_and_the_desk_works_by_them() -> None:
    article = make_article()
    make_comment(article)
    user = make_moderator(article.site)
    client = sign_in(user)
    assert keys_of(client.get(QUEUE)) == STANDARD

    response = client.post(PREFERENCES, sent(is_compact="on", key_approve="p", key_next=""))

    assert (response.status_code, response["location"]) == (303, f"{PREFERENCES}?saved=1")
    kept = DeskPreferences.objects.get()
    assert (kept.user, kept.has_keys, kept.is_compact, kept.keys) == (user, True, True, {"approve": "p"})
    page = client.get(QUEUE)
    assert keys_of(page) == STANDARD | {"approve": "p"}
    assert 'class="mg-desk mg-desk--compact"' in html_of(page)
    assert "p Publish" in text_of(page)
    assert 'name="key_approve" value="p"' in html_of(client.get(PREFERENCES))


def test_keys_that_are_switched_off_are_not_in_the_page() -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site))
    client.post(PREFERENCES, sent(has_keys=""))
    assert keys_of(client.get(QUEUE)) == {}
    assert "You have switched the keys off." in text_of(client.get(QUEUE))


def test_keys_of_coral_are_taken_by_one_button_and_given_back_by_another() -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site))

    client.post(PREFERENCES, sent(preset="coral", key_search="q"))
    assert DeskPreferences.objects.get().keys == CORAL
    assert {CORAL[name] for name in ("approve", "sentence", "single")} == {"f", "d", "z"}

    client.post(PREFERENCES, sent(preset="standard", key_search="q"))
    assert DeskPreferences.objects.get().keys == {}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"key_spam": "a"},
            "“a” cannot do two things: “Publish” and “Spam”. Please choose another key for one of them.",
        ),
        ({"key_spam": "@"}, "“@” needs AltGr on a German keyboard, so it cannot be a key for “Spam”."),
        ({"key_spam": "3"}, "The numbers 1 to 9 stand for the clauses of the policy."),
        ({"key_spam": "g"}, "“g” begins the keys that lead to other pages."),
        ({"key_spam": "sp"}, "One key is one character. For “Spam” it is not."),
        ({"key_queue": "x q"}, "One key is one character. For “To what waits” it is not."),
    ],
)
def test_key_that_cannot_be_had_is_refused_with_a_sentence_and_the_form_is_kept(
    changed: dict[str, str], sentence: str
) -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site))

    response = client.post(PREFERENCES, sent(is_compact="on", **changed))

    assert response.status_code == 422
    assert sentence in text_of(response)
    (name, value), *_rest = changed.items()
    assert f'name="{name}" value="{value}"' in html_of(response)
    assert 'name="is_compact" checked' in html_of(response)
    assert not DeskPreferences.objects.exists()


def test_preferences_are_for_people_of_a_desk() -> None:
    article = make_article()
    auditor = make_moderator(article.site, role=Role.AUDITOR)
    assert sign_in(make_user()).get(PREFERENCES).status_code == 404
    assert sign_in(make_user()).post(PREFERENCES, sent()).status_code == 404
    assert sign_in().get(PREFERENCES).status_code == 302
    assert sign_in(auditor).post(PREFERENCES, sent()).status_code == 303
    assert DeskPreferences.objects.get().user == auditor
