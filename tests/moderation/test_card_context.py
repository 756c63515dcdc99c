"""What the card shows besides the words: severe text, links, place, author, others, examples."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from comments.enums import ArticleMode, CheckOutcome, Status
from comments.models import Comment
from comments.services.identity import Identity
from moderation.enums import Action, FlaggerState, RestrictionKind, RestrictionTarget, Role
from moderation.flaggers.guard import FAILED
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.outside.sentences import NOT_JSON, SPENT
from moderation.flaggers.registry import added
from moderation.models import AuthorNote, Clause, DeskSettings, Finding, FlaggerSwitch, Restriction
from moderation.services.decisions import decide
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_moderator
from tests.moderation.desk_pages import QUEUE, add_text, flag, html_of, sign_in, text_of
from tests.services.bad_flaggers import GoesDown, Well

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
FIRST = "first time on this site"


@pytest.fixture(autouse=True)
def _no_flaggers(settings: SettingsWrapper) -> None:
    settings.MODERATION_FLAGGERS = []


def card_of(comment: Comment, role: Role = Role.MODERATOR) -> tuple[str, str]:
    """The card's HTML and its words, as somebody on the desk of the comment's site sees it."""
    page = sign_in(make_moderator(comment.site, role=role)).get(f"{QUEUE}?comment={comment.public_id}")
    assert page.status_code == 200
    html = html_of(page)
    found = re.search(r'<article class="mg-card.*?</article>', html, re.DOTALL)
    assert found is not None
    words = text_of(page)
    return found[0], words


def mark_unlawful(comment: Comment) -> None:
    finding = flag(comment, "threats")
    finding.clause = "unlawful"
    finding.save()


def test_card_of_severe_text_hides_it_until_somebody_asks_in_card_and_list() -> None:
    comment = make_comment(make_article(), body="Sehr böse Worte")
    mark_unlawful(comment)

    html, _words = card_of(comment)
    page = html_of(sign_in(make_moderator(comment.site)).get(QUEUE))

    veil = html.partition('<details class="mg-veil">')[2].partition("</details>")[0]
    assert 'data-key="reveal"' in veil
    assert "böse Worte" in re.sub(r"<[^>]*>", "", veil)
    shape = html.partition('<div class="mg-veil__shape" aria-hidden="true" inert>')[2].partition("</div>")[0]
    assert shape == "<p>Sehr böse Worte</p>"
    # Nowhere else on the page are the words to be read.
    assert page.count("böse Worte") == 3
    row = re.search(r'<span class="mg-item__text mg-item__text--veiled"[^>]*aria-hidden="true">Sehr böse Worte', page)
    assert row is not None
    add_text(comment, "Sanfte Worte")
    assert "mg-veil" not in card_of(comment)[0]


def test_card_of_a_severe_edit_hides_what_changed_as_well() -> None:
    comment = make_comment(make_article(), body="Guten Tag", status=Status.APPROVED)
    add_text(comment, "Böse Worte")
    mark_unlawful(comment)
    html, _words = card_of(comment)
    before, *veiled = re.split(r'<details class="mg-veil">', html)
    assert len(veiled) == 2
    assert "Böse" not in before


def test_card_shows_where_a_text_links_to_and_makes_no_link_that_hides_it() -> None:
    comment = make_comment(
        make_article(), body="https://new.example/a?b=c http://bit.ly/x https://bank.example@evil.example/"
    )
    html, words = card_of(comment)
    assert "Leads to 3 addresses" in words
    assert "new.example first time on this site https://new.example/a?b=c" in words
    assert "bit.ly shortened: hides where it leads first time on this site http://bit.ly/x" in words
    assert "evil.example a name before the host" in words
    links = re.findall(r'<a href="([^"]*)" rel="noopener noreferrer nofollow"[^>]*>([^<]*)</a>', html)
    assert links == [("https://new.example/a?b=c", "https://new.example/a?b=c")]
    assert 'href="http://bit.ly' not in html
    assert 'href="https://bank' not in html


def test_card_shows_an_address_that_would_be_a_script_as_what_it_is() -> None:
    comment = make_comment(make_article(), body='https://x.example/"onmouseover="alert(1)')
    html, _words = card_of(comment)
    assert "onmouseover=" not in re.sub(r">[^<]*<", "><", html)


def test_card_shows_section_mode_chain_and_neighbours_folded() -> None:
    article = make_article()
    root = make_comment(article, body="Wurzel", name="Ada", status=Status.APPROVED)
    make_comment(article, body="Früher gesagt", name="Bo", parent=root, status=Status.REJECTED)
    comment = make_comment(article, body="Dazu auch", parent=root)
    article.section, article.teaser, article.mode = "Stadt", "Worum es geht.", ArticleMode.POST_MODERATED
    article.save()

    html, words = card_of(comment)

    context = words.partition("Context:")[2]
    assert "Worum es geht. Stadt · Published at once, checked afterwards What it answers Ada" in context
    assert "Published Wurzel Other answers to the same comment Bo" in context
    assert "Not published Früher gesagt Open it on the desk Here stands this comment." in context
    assert '<details class="mg-details mg-card__context">' in html
    assert '<summary data-key="context">' in html
    assert 'data-key="article"' in html


def test_card_tells_the_author_in_one_line_and_the_rest_folded() -> None:
    article = make_article()
    comment = make_comment(article, body="Neu", name="Hanna Kuhl")
    identity = Identity(author=comment.author)
    for status in (Status.APPROVED, Status.REMOVED, Status.SPAM):
        make_comment(article, identity=identity, status=status)
    refused = make_comment(article, identity=identity)
    decide(
        comment=refused,
        moderator=make_moderator(article.site),
        action=Action.REJECT,
        expected_status=Status.PENDING,
        expected_revision=1,
        clause="respect",
    )
    AuthorNote.objects.create(author=comment.author, text="Hat sich entschuldigt.")
    Restriction.objects.create(
        site=article.site,
        kind=RestrictionKind.HOLD,
        target=RestrictionTarget.AUTHOR,
        author=comment.author,
        value="x",
        reason="Weil.",
        created_at=timezone.now(),
        ends_at=datetime.datetime(2099, 1, 2, 12, tzinfo=datetime.UTC),
    )

    html, words = card_of(comment)

    assert "Hanna Kuhl · Guest, nothing proved · since" in words
    assert "· 1 published, 3 not (1 removed later) · 1 note · everything waits until 2 January 2099" in words
    assert "Not published: clause 2, Title respect" in words
    assert "Hat sich entschuldigt." in words
    assert f'href="/moderation/?comment={refused.public_id}"' in html


def test_card_offers_to_decide_others_together_only_to_who_may_decide() -> None:
    article = make_article()
    comment, other = (make_comment(article, body=body, name="Ada") for body in ("Kaufen!", "kaufen"))
    html, words = card_of(comment)
    assert "1 other with the same text waits" in words
    assert f'comment={other.public_id}"' in html
    form = re.search(r'<form method="get" action="/moderation/bulk/"[^>]*data-native>(.*?)</form>', html, re.DOTALL)
    if form is not None:
        assert re.findall(r'name="comment" value="([^"]*)"', form[1]) == [comment.public_id, other.public_id]
    html, words = card_of(comment, Role.AUDITOR)
    assert "1 other with the same text waits" in words
    assert "/moderation/bulk/" not in html


def test_card_that_is_judged_blind_tells_nothing_of_the_author() -> None:
    article = make_article()
    DeskSettings.objects.create(site=article.site, is_blind=True)
    comment = make_comment(article, body="Gleich", name="Hanna Kuhl", identity=Identity(network="net"))
    elsewhere = make_article(article.site)
    make_comment(elsewhere, body="gleich", name="Hanna Kuhl", identity=Identity(author=comment.author, network="net"))
    AuthorNote.objects.create(author=comment.author, text="Notiz")
    Comment.objects.update(vote_count=7)

    html, words = card_of(comment)

    assert "Who wrote it, and what readers think of it, is shown after the decision." in words
    assert "1 other with the same text waits" in words
    for hidden in ("Hanna Kuhl", "Notiz", comment.author.public_id, "same author", "same network", "worth reading"):
        assert hidden not in html, hidden
    # Judged, it is shown.
    Comment.objects.filter(pk=comment.pk).update(status=Status.SPAM, waiting_since=None)
    html, words = card_of(comment)
    assert "Hanna Kuhl" in html
    assert "7 readers find it worth reading" in words


@pytest.mark.parametrize(
    ("minutes", "expected"), [(10, "On time."), (44, "On time."), (46, "Soon late."), (61, "Late.")]
)
def test_card_says_how_a_comment_stands_against_the_promised_time(minutes: int, expected: str) -> None:
    comment = make_comment(make_article())
    Comment.objects.update(waiting_since=timezone.now() - datetime.timedelta(minutes=minutes))
    _html, words = card_of(comment)
    assert re.findall(r"promised within 60 min\. (On time\.|Soon late\.|Late\.)", words) == [expected]


def test_card_names_checks_that_did_not_run_on_this_text(settings: SettingsWrapper) -> None:
    comment = make_comment(make_article())
    settings.MODERATION_FLAGGERS = [
        "moderation.flaggers.links.LinksFlagger",
        "moderation.flaggers.repetition.SiteRepetitionFlagger",
    ]
    assert "Did not run on this text: Links The checks that run in the background" in card_of(comment)[1]
    Comment.objects.update(screened_revision=1)
    assert "Did not run on this text: Links, Repetition on the site" in card_of(comment)[1]


def test_card_waits_for_no_check_that_was_taken_out_before_it_had_finished() -> None:
    comment = make_comment(make_article())
    with added(GoesDown()):
        with pytest.raises(GoesDown.ProcessEndedError):
            screen_stored_comment(comment.pk)
        assert "The check “goesdown” has not finished yet." in card_of(comment)[1]
    words = card_of(comment)[1]
    assert "The check “goesdown” did not finish, and is not installed any more." in words
    assert "has not finished yet" not in words


def test_card_waits_for_no_check_that_was_switched_off_before_it_had_finished() -> None:
    comment = make_comment(make_article())
    with added(GoesDown(), Well()):
        with pytest.raises(GoesDown.ProcessEndedError):
            screen_stored_comment(comment.pk)
        FlaggerSwitch.objects.create(site=comment.site, flagger="goesdown", state=FlaggerState.OFF)
        forget_knowledge()
        assert screen_stored_comment(comment.pk)
        words = card_of(comment)[1]
    assert "The check “goesdown” was switched off before it had finished." in words
    assert "has not finished yet" not in words


def test_card_calls_a_check_without_result_by_its_name_and_names_it_once() -> None:
    comment = make_comment(make_article())
    for name, outcome, message in (
        ("call_out", CheckOutcome.FAILED, NOT_JSON), ("outside_judge", CheckOutcome.NOT_RUN, SPENT),
        ("links", CheckOutcome.FAILED, ""), ("nobodys", CheckOutcome.FAILED, FAILED),
    ):  # fmt: skip
        Finding.objects.create(
            comment=comment, revision=1, flagger=name, outcome=outcome, message=message, parameters={"flagger": name}
        )
    html, _words = card_of(comment)
    missing = re.findall(r'<li class="mg-finding mg-finding--missing">(.*?)</li>', html, re.DOTALL)
    assert [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in missing[:4]] == [
        "The answer to the check “The site&#x27;s own service” was not the JSON that was asked for, and nothing else.",
        "This check failed. Links",
        "The check “nobodys” failed.",
        "Not asked: today&#x27;s budget of the check “Judge from outside” is spent.",
    ]


def test_guidance_shows_examples_in_the_language_of_the_moderator() -> None:
    article = make_article()
    Clause.objects.filter(slug="respect").update(
        examples_de={"fits": ["Das ist falsch gerechnet."], "does_not_fit": []},
        examples_en={"fits": ["This sum is wrong."], "does_not_fit": ["You cannot even add up."]},
    )
    comment = make_comment(article)
    _html, words = card_of(comment)
    assert "Can be published: This sum is wrong. Cannot be published: You cannot even add up." in words
    german = sign_in(make_moderator(article.site)).get(
        f"{QUEUE}?comment={comment.public_id}", headers={"accept-language": "de"}
    )
    assert "Das ist falsch gerechnet." in text_of(german)
    assert "add up" not in text_of(german)
