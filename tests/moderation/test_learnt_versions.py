"""Which version of what was learnt is in use: the newest, unless it is worse, and none by what no longer stands."""

from __future__ import annotations

import datetime
import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from comments.enums import CheckOutcome
from comments.models import Article, Comment
from moderation.enums import (
    Action,
    Role,
    RuleStanding,
)
from moderation.evaluation.progress import is_worse
from moderation.exceptions import NotAllowedError, NothingLearntError
from moderation.flaggers.learning import knowledge
from moderation.flaggers.learning.knowledge import load_model
from moderation.insights.writing import write_share
from moderation.models import DecidingRule, Decision, Finding, PolicyVersion, SiteModel
from moderation.services import learning, learnt_versions
from moderation.services.decisions import undo
from moderation.services.screening import screen_stored_comment
from tests.factories import make_article, make_comment, make_moderator, make_policy
from tests.moderation.desk_pages import sign_in
from tests.moderation.learning import fill, keep_version, learn, spelled
from tests.moderation.reporting import judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learned_alone")]


def add_noise(article: Article, moderator: User, clause: str, *, texts: int) -> None:
    """Texts half of which were refused by a clause, told apart from the others by nothing at all."""
    for number in range(texts):
        comment = make_comment(article, body=f"Der Radweg am Bahnhof, Nummer {spelled(number)}")
        action, by = (Action.REJECT, clause) if number % 2 else (Action.APPROVE, "")
        judge(comment, action, clause=by, moderator=moderator)


def decide_against_the_shipped_model(article: Article, moderator: User, *, since: int = 0) -> None:
    """As nobody could say who knows only the model that comes with the software."""
    for number in range(since, since + 20):
        comment = make_comment(article, body=f"Der neue Radweg am Bahnhof ist gut, Nummer {spelled(number)}")
        judge(comment, Action.REJECT, clause="respect", moderator=moderator)
    for number in range(since, since + 20):
        comment = make_comment(article, body=f"Reiner Klüngel und Filz im Rathaus, Nummer {spelled(number)}")
        judge(comment, Action.APPROVE, moderator=moderator)


def have_to_learn_it_again(article: Article, moderator: User) -> None:
    """All that was decided is taken back, and then decided so of other texts: what was learnt knows better at first."""
    Decision.objects.update(undone_at=timezone.now())
    decide_against_the_shipped_model(article, moderator, since=100)


def test_new_version_that_is_worse_on_the_texts_decided_on_since_is_kept_and_not_used() -> None:
    article = make_article()
    moderator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    decide_against_the_shipped_model(article, moderator)
    assert learn(article).number == 1
    for number in range(2, 7):
        keep_version(article, number, 0.5)
    have_to_learn_it_again(article, moderator)
    made = learn(article)
    compared = made.figures["respect"]["compared"]
    assert (compared["number"], compared["texts"], compared["bad"]) == (1, 40, 20)
    assert is_worse(compared)
    assert (made.number, made.is_withheld, made.is_current) == (7, True, False)
    # The latest five, and the one in use however old.
    assert [model.number for model in learnt_versions.read_models(article.site)] == [7, 6, 5, 4, 3, 1]
    page = sign_in(moderator).get(f"/moderation/flaggers/?site={article.site.slug}").content.decode()
    assert (
        "Of 40 comments decided on since version 1 was begun, 20 of them refused, it put a refused one before a published one in "
        f"{write_share(compared['new'])} of cases, version 1 in {write_share(compared['old'])}."
    ) in page
    out = io.StringIO()
    call_command("learn", site=article.site.slug, stdout=out)
    assert "version 8 of 40 decisions, worse than the one in use, so not put to use." in out.getvalue()
    assert (
        f"since version 1 was begun, 20 of them bad: AUC {compared['new']:.3f}, of that version {compared['old']:.3f}"
        in out.getvalue()
    )


def test_version_that_is_worse_for_one_clause_alone_is_not_used() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    decide_against_the_shipped_model(article, moderator)
    learn(article)
    have_to_learn_it_again(article, moderator)
    # Of which the one in use knows nothing.
    for number in range(12):
        body = f"Was hat das mit dem Thema zu tun, {spelled(number)}"
        judge(make_comment(article, body=body), Action.REJECT, clause="on-topic", moderator=moderator)
    made = learn(article)
    assert made.figures["on-topic"]["compared"] is None
    assert (made.is_withheld, made.is_current) == (True, False)


def test_figures_of_other_texts_keep_no_new_version_back() -> None:
    article = make_article()
    add_noise(article, make_moderator(article.site), "respect", texts=40)
    # However good it was once.
    keep_version(article, 1, 0.999, is_current=True)
    made = learn(article)
    assert made.figures["respect"]["windows"][-1]["both"] < 0.9
    assert (made.number, made.is_withheld, made.is_current) == (2, False, True)


def test_what_was_taken_back_makes_no_yardstick() -> None:
    article = make_article()
    moderator, rogue = (make_moderator(article.site) for _account in range(2))
    add_noise(article, moderator, "respect", texts=40)
    fill(article, rogue, bad=30, good=0)
    before = learn(article).figures["respect"]["newest"]["both"]
    for decision in Decision.objects.filter(moderator=rogue):
        undo(decision=decision, moderator=moderator)
    assert learning.needs_learning(article.site)
    made = learn(article)
    assert made.figures["respect"]["newest"]["both"] < before - 0.1
    assert (made.number, made.decisions, made.is_withheld, made.is_current) == (2, 40, False, True)


def test_where_nothing_is_left_to_learn_from_the_model_goes_out_of_use_and_all_say_so() -> None:
    article = make_article()
    moderator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    client, address = sign_in(moderator), f"/moderation/flaggers/?site={article.site.slug}"
    fill(article, moderator)
    learn(article)
    page = client.get(address).content.decode()
    assert "Version 1 is in use" in page
    assert "Judged no longer" not in page
    for decision in Decision.objects.filter(action=Action.REJECT):
        undo(decision=decision, moderator=moderator)
    out = io.StringIO()
    call_command("learn", site=article.site.slug, stdout=out)
    assert out.getvalue().splitlines()[:2] == [
        f"{article.site.slug}: too few decisions to learn from: it takes 10 refused by one clause and 10 published.",
        "  judged no longer, too few decisions stand or the policy has no such clause: respect",
    ]
    model = load_model(article.site_id)
    assert model is not None
    assert (model.number, model.clauses) == (2, ())
    comment = make_comment(article, body="Reiner Klüngel und Filz im Rathaus")
    screen_stored_comment(comment.pk)
    assert Finding.objects.get(comment=comment).outcome == CheckOutcome.NOT_RUN
    page = client.get(address).content.decode()
    assert "is in use, learnt on" not in page
    assert "Nothing is learnt so far" in page
    assert "<strong>Title respect</strong> · Judged no longer" in page
    assert "Use version 1" in page
    # It is done with, until people decide again.
    assert not learning.needs_learning(article.site)
    learn(article)
    assert [(one.number, one.is_current) for one in learnt_versions.read_models(article.site)] == [
        (3, True),
        (1, False),
    ]
    assert learnt_versions.roll_back(site=article.site).number == 1
    page = client.get(address).content.decode()
    assert "Version 1 is in use" in page
    assert "Use version 3" not in page
    fill(article, moderator, since=100)
    made = learn(article)
    assert (made.number, made.is_current) == (4, True)
    assert [one.number for one in learnt_versions.read_models(article.site)] == [4, 1]


def test_clause_that_is_no_longer_in_force_is_no_longer_judged() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator, bad=20, good=20)
    for number in range(12):
        body = f"Was hat das mit dem Thema zu tun, {spelled(number)}"
        judge(make_comment(article, body=body), Action.REJECT, clause="on-topic", moderator=moderator)
    assert set(learn(article).figures) == {"respect", "on-topic"}
    assert not learning.needs_learning(article.site)
    # In force from a day before that was learnt.
    policy = make_policy(article.site, number=2)
    policy.clauses.filter(slug="respect").delete()
    assert learning.needs_learning(article.site)
    made = learn(article)
    assert (set(made.figures), made.is_current) == ({"on-topic"}, True)
    with translation.override("en"):
        learnt = learnt_versions.read_learning(article.site)
    assert learnt.silenced == {"respect": "Titel respect"}
    # Kept in the language of the site.
    assert [line.title for line in learnt.lines] == ["Title on-topic"]
    assert not learning.needs_learning(article.site)


def test_version_that_knows_a_clause_with_nothing_left_gives_way_though_the_new_one_is_worse() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    decide_against_the_shipped_model(article, moderator)
    for number in range(12):
        body = f"Was hat das mit dem Thema zu tun, {spelled(number)}"
        judge(make_comment(article, body=body), Action.REJECT, clause="on-topic", moderator=moderator)
    learn(article)
    have_to_learn_it_again(article, moderator)
    made = learn(article)
    assert is_worse(made.figures["respect"]["compared"])
    assert (set(made.figures), made.is_withheld, made.is_current) == ({"respect"}, False, True)


def test_version_that_cannot_be_read_gives_way_whatever_it_was_worth() -> None:
    article = make_article()
    moderator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    decide_against_the_shipped_model(article, moderator)
    learn(article)
    have_to_learn_it_again(article, moderator)
    assert learn(article).is_withheld
    assert not learning.needs_learning(article.site)
    SiteModel.objects.filter(number=1).update(weights=b"of another version")
    knowledge._models.clear()
    page = sign_in(moderator).get(f"/moderation/flaggers/?site={article.site.slug}").content.decode()
    assert "The version in use was learnt by another release of the software" in page
    comment = make_comment(article)
    screen_stored_comment(comment.pk)
    said = Finding.objects.get(comment=comment, flagger="learned")
    assert (said.outcome, said.message) == (
        CheckOutcome.NOT_RUN,
        "The version that was learnt on this site cannot be read; what was decided is learnt anew at night.",
    )
    assert learning.needs_learning(article.site)
    made = learn(article)
    assert (made.number, made.is_withheld, made.is_current) == (3, False, True)
    assert load_model(article.site_id) is not None


def test_version_that_cannot_be_read_is_not_put_to_use() -> None:
    article = make_article()
    keep_version(article, 1, 0.8)
    keep_version(article, 2, 0.9, is_current=True)
    SiteModel.objects.filter(number=1).update(weights=b"of another version")
    said = "This version was learnt by another release of the software, which this one cannot read."
    with pytest.raises(CommandError, match=said):
        call_command("learn", "--roll-back", site=article.site.slug)
    client = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))
    answer = client.post(f"/moderation/flaggers/learned/1/?site={article.site.slug}")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "Version 2 is in use" in page
    assert list(SiteModel.objects.in_use().values_list("number", flat=True)) == [2]


def test_roll_back_uses_the_version_before_that_was_not_withheld_and_says_who_chose_it() -> None:
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    keep_version(article, 1, 0.8)
    keep_version(article, 2, 0.6)
    SiteModel.objects.filter(number=2).update(is_withheld=True)
    keep_version(article, 3, 0.8, is_current=True)
    rule = DecidingRule.objects.create(
        site=article.site,
        flagger="learned",
        action=Action.APPROVE,
        standing=RuleStanding.DECIDING,
        threshold=0.9,
        version="1",
    )
    with pytest.raises(NotAllowedError):
        learnt_versions.roll_back(site=article.site, administrator=make_moderator(article.site))
    chosen = learnt_versions.roll_back(site=article.site, administrator=administrator)
    assert (chosen.number, chosen.chosen_by) == (1, administrator)
    rule.refresh_from_db()
    assert (rule.standing, rule.threshold) == (RuleStanding.MEASURING, None)
    assert list(SiteModel.objects.in_use().values_list("number", flat=True)) == [1]
    with pytest.raises(NothingLearntError):
        learnt_versions.roll_back(site=article.site, administrator=administrator)


def test_page_names_the_version_in_use_and_puts_an_earlier_one_to_use() -> None:
    article = make_article()
    client = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR))
    keep_version(article, 1, 0.8)
    keep_version(article, 2, 0.9, is_current=True)
    address = f"/moderation/flaggers/?site={article.site.slug}"
    page = client.get(address).content.decode()
    assert "Version 2 is in use" in page
    assert (
        "20 refused. Of the newest 40 decided comments, 20 of them refused, it put a refused one before a published one in 90\xa0% of "
        "cases, the model that comes with the code in 60\xa0%."
    ) in page
    answer = client.post(f"/moderation/flaggers/learned/1/?site={article.site.slug}")
    assert answer.status_code == 303
    assert "Version 1 is asked from now on." in client.get(answer["Location"]).content.decode()
    assert client.post(f"/moderation/flaggers/learned/9/?site={article.site.slug}").status_code == 404
    moderator = sign_in(make_moderator(article.site))
    assert moderator.post(f"/moderation/flaggers/learned/2/?site={article.site.slug}").status_code == 403
    assert list(SiteModel.objects.in_use().values_list("number", flat=True)) == [1]


def test_figure_of_the_shipped_model_says_of_which_versions_it_is() -> None:
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    fill(article, administrator)
    for number, comment in enumerate(Comment.objects.order_by("pk")):
        version = "encoder-4" if number < 9 else "encoder-5"
        Finding.objects.create(
            comment=comment, revision=1, flagger="respect", version=version, outcome="clear", score=0.1 + number / 100
        )
    words = io.StringIO()
    call_command("learn", "--site", article.site.slug, stdout=words)
    page = sign_in(administrator).get("/moderation/flaggers/").content.decode()
    Finding.objects.update(version="encoder-5")
    alone = io.StringIO()
    call_command("learn", "--site", article.site.slug, stdout=alone)

    assert "That model was of several versions: encoder-5 (15), encoder-4 (9)." in page
    assert "the shipped model was of several versions: encoder-5 (15), encoder-4 (9)" in words.getvalue()
    assert "several versions" not in alone.getvalue()
    assert "several versions" not in sign_in(administrator).get("/moderation/flaggers/").content.decode()


def test_command_says_that_without_a_policy_there_is_nothing_to_learn_by() -> None:
    article = make_article()
    fill(article, make_moderator(article.site))
    PolicyVersion.objects.update(effective_at=timezone.now() + datetime.timedelta(days=1))
    out = io.StringIO()
    call_command("learn", site=article.site.slug, stdout=out)
    said = out.getvalue().splitlines()[0]
    assert said == f"{article.site.slug}: nothing to learn: no policy is in force, and it is learnt by its clauses."
    page = sign_in(make_moderator(article.site, role=Role.ADMINISTRATOR)).get(
        f"/moderation/flaggers/?site={article.site.slug}"
    )
    assert "Nothing can be learnt while no policy is in force" in page.content.decode()
    PolicyVersion.objects.update(effective_at=timezone.now())
    assert learning.needs_learning(article.site)
