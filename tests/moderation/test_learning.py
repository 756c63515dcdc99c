"""Learning from the decisions of a site: what is a label, what is kept, and what the flagger says of a stored comment."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries, Settings

from comments.enums import CheckOutcome, Status
from comments.models import Comment
from moderation.enums import (
    Action,
    Automation,
    FlaggerState,
    Role,
)
from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.learning import vectors
from moderation.flaggers.learning.knowledge import load_model
from moderation.flaggers.learning.vectors import encoder_version
from moderation.models import Decision, Finding, SiteModel, TextVector
from moderation.services import learning, learnt_versions
from moderation.services.flagger_switches import choose_states
from moderation.services.screening import screen_stored_comment
from moderation.tasks import learn_site_task
from tests.factories import make_article, make_comment, make_moderator, make_policy, make_site
from tests.moderation.deciding import add_judged
from tests.moderation.inputs import sentence
from tests.moderation.learning import fill, keep_version, learn
from tests.moderation.reporting import judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learned_alone")]


def at_the_end(act: Callable[[], object]) -> AbstractContextManager[object]:
    """Have something happen when all decisions were read, before what was learnt is kept."""
    waiting = [act]

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        # The version in use was read before, by itself.
        if "moderation_sitemodel" in sql and "LIMIT" not in sql and waiting:
            waiting.pop()()
        return execute(sql, params, many, context)

    return connection.execute_wrapper(run)


def test_learning_of_a_clause_leaves_out_what_another_clause_refused() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator)
    judge(make_comment(article), Action.REJECT, clause="on-topic", moderator=moderator)
    made = learn(article)
    assert (made.number, made.decisions, made.is_current) == (1, 25, True)
    assert {clause: (one["bad"], one["good"]) for clause, one in made.figures.items()} == {"respect": (12, 12)}


def test_copies_of_a_text_teach_a_clause_once_and_once_more_what_else_was_decided() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator)
    copied = "Der Stadtrat und der Bürgermeister haben gelogen"
    for number in range(5):
        judge(make_comment(article, body=f"{copied}! {number}"), Action.REJECT, clause="respect", moderator=moderator)
    judge(make_comment(article, body=f"{copied}. 17"), Action.APPROVE, moderator=moderator)
    made = learning.learn(article.site)
    assert made.decisions == 30
    assert {clause: (one["bad"], one["good"]) for clause, one in made.figures.items()} == {"respect": (13, 13)}


def test_reading_labels_and_examples_takes_as_many_queries_for_one_as_for_three(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    learn(article)
    for count in (1, 3):
        for _comment in range(count):
            judge(make_comment(article), Action.APPROVE, moderator=moderator)
        # Weights 3, policy 2, how many and which encoder 2, the version in use 3, a rule 1, a batch 4, the end 1, to keep it 9.
        with django_assert_num_queries(25):
            learn(article)


def test_check_that_is_switched_on_has_no_say_for_what_it_found_in_shadow() -> None:
    article = make_article()
    fill(article, make_moderator(article.site), bad=20, good=20)
    before = learn(article).weights
    for refused in Comment.objects.filter(status=Status.REJECTED):
        Finding.objects.create(
            comment=refused, revision=1, flagger="bursts", version="1", outcome=CheckOutcome.FLAGGED, score=0.7, is_shadow=True
        )  # fmt: skip
    assert learn(article).weights == before

    def judged(*, is_shadow: bool | None) -> float | None:
        # Of another author, or it would be the same comment.
        name = f"Hanna {Comment.objects.count()}"
        comment = make_comment(article, body="Noch mehr Klüngel im Rathaus", name=name)
        if is_shadow is not None:
            Finding.objects.create(
                comment=comment, revision=1, flagger="bursts", version="1", outcome=CheckOutcome.FLAGGED, score=0.7,
                is_shadow=is_shadow,
            )  # fmt: skip
        screen_stored_comment(comment.pk)
        return Finding.objects.get(comment=comment, flagger="learned").score

    alone = judged(is_shadow=None)
    assert alone is not None
    # Switched on it begins without a say, and gets one by what people decide.
    assert judged(is_shadow=True) == judged(is_shadow=False) == alone
    Finding.objects.filter(flagger="bursts", comment__status=Status.REJECTED).update(is_shadow=False)
    learn(article)
    assert (judged(is_shadow=False) or 0) > (judged(is_shadow=None) or 1)


def test_version_that_somebody_chose_while_another_one_was_learnt_stays_in_use() -> None:
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    fill(article, administrator)
    keep_version(article, 1, 0.5)
    keep_version(article, 2, 0.5, is_current=True)
    with at_the_end(lambda: learnt_versions.roll_back(site=article.site, administrator=administrator)):
        made = learn(article)
    assert (made.number, made.is_withheld, made.is_current) == (3, False, False)
    assert list(SiteModel.objects.in_use().values_list("number", flat=True)) == [1]
    # The next night is another matter.
    made = learn(article)
    assert (made.number, made.is_current) == (4, True)


def run_out_of_time() -> None:
    raise SoftTimeLimitExceeded


def test_nightly_learning_that_runs_out_of_time_leaves_what_was_learnt_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    article = make_article()
    keep_version(article, 1, 0.5, is_current=True)
    fill(article, make_moderator(article.site))
    with at_the_end(run_out_of_time), caplog.at_level(logging.ERROR, logger="moderation.tasks"):
        learn_site_task(article.site_id)
    assert [(one.number, one.is_current) for one in learnt_versions.read_models(article.site)] == [(1, True)]
    (said,) = [record.message for record in caplog.records if record.name == "moderation.tasks"]
    assert said == (
        f"There was no time to learn from all decisions of {article.site.slug}: what was learnt before stays in use. "
        f"Without a limit: manage.py learn --site {article.site.slug}"
    )
    # The next night all of it is read anew.
    assert learning.needs_learning(article.site)
    learn_site_task(article.site_id)
    newest = learnt_versions.read_models(article.site)[0]
    assert (newest.number, newest.decisions, newest.is_current) == (2, 24, True)


def test_what_is_decided_while_it_learns_is_learnt_the_next_time() -> None:
    article = make_article()
    moderator = make_moderator(article.site)
    fill(article, moderator)
    with at_the_end(lambda: judge(make_comment(article), Action.APPROVE, moderator=moderator)):
        made = learn(article)
    assert made.decisions == 24
    assert learning.needs_learning(article.site)
    assert learn(article).decisions == 25
    assert not learning.needs_learning(article.site)


def test_learned_flagger_speaks_of_a_stored_comment_after_learning(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    fill(article, administrator)
    choose_states(site=article.site, administrator=administrator, flagger="learned", states={"": FlaggerState.ON})
    forget_knowledge()
    before = make_comment(article, body="Wieder nur Klüngel und Filz im Rathaus")
    screen_stored_comment(before.pk)
    assert Finding.objects.get(comment=before).outcome == CheckOutcome.NOT_RUN
    learn_site_task(article.site_id)
    after = make_comment(article, body="Schon wieder reiner Klüngel und Filz im Rathaus")
    with django_assert_max_num_queries(26):
        screen_stored_comment(after.pk)
    finding = Finding.objects.get(comment=after)
    assert (finding.outcome, finding.clause, finding.is_shadow) == (CheckOutcome.FLAGGED, "respect", False)
    assert sentence(finding).startswith("Like comments that were refused here by the clause “Titel respect”: “")
    after.refresh_from_db()
    assert after.risk > 0


def test_vector_of_a_text_is_kept_and_goes_with_it(settings: Settings) -> None:
    settings.MODERATION_ENCODER = True
    article = make_article()
    administrator = make_moderator(article.site, role=Role.ADMINISTRATOR)
    comment = make_comment(article, body="Das Freibad soll offen bleiben.")
    # Before anything was learnt.
    screen_stored_comment(comment.pk)
    kept = TextVector.objects.get(revision__comment=comment)
    assert (kept.encoder, len(kept.vector)) == (encoder_version(), vectors.SIZE)
    assert vectors.from_kept(bytes(kept.vector)) == pytest.approx(
        vectors.vector_of("Das Freibad soll offen bleiben."), abs=1e-3
    )
    comment.delete()
    assert not TextVector.objects.exists()

    choose_states(site=article.site, administrator=administrator, flagger="learned", states={"": FlaggerState.OFF})
    forget_knowledge()
    screen_stored_comment(make_comment(article).pk)
    judge(make_comment(article), Action.APPROVE, moderator=administrator)
    learning.learn(article.site)
    assert not TextVector.objects.exists()


def test_learning_makes_the_vectors_that_newest_decided_texts_lack(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODERATION_ENCODER = True
    monkeypatch.setattr("moderation.services.vectors.MOST_MADE", 22)
    article = make_article()
    fill(article, make_moderator(article.site))
    # Of another encoder: worth nothing to this one.
    newest = Comment.objects.latest("pk").revisions.get()
    TextVector.objects.create(revision=newest, encoder="encoder-before", vector=bytes(vectors.SIZE))
    learn(article)
    assert [vector.encoder for vector in TextVector.objects.all()] == [encoder_version()] * 22
    model = load_model(article.site_id)
    assert model is not None
    assert model.encoder == encoder_version()
    assert any(model.clauses[0].meaning)

    # Where the extra is gone what was kept is still learnt from.
    settings.MODERATION_ENCODER = False
    learning.learn(article.site)
    model = load_model(article.site_id)
    assert model is not None
    assert (model.number, model.encoder, any(model.clauses[0].meaning)) == (
        2,
        TextVector.objects.latest("pk").encoder,
        True,
    )


def test_command_says_in_english_what_it_takes_to_learn_and_that_there_is_no_way_back() -> None:
    site, out = make_site("paper"), io.StringIO()
    make_policy(site)
    with override("de"):
        call_command("learn", site=site.slug, stdout=out)
        with pytest.raises(CommandError, match="There is no earlier version"):
            call_command("learn", "--roll-back", site=site.slug)
    first, second = out.getvalue().splitlines()
    assert first == "paper: too few decisions to learn from: it takes 10 refused by one clause and 10 published."
    assert second.startswith("paper: topics: nothing learnt: ")


def test_command_replays_nothing_from_a_file_without_labels(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "x", "language": "de", "labels": {}}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="there is no text with a label in it"):
        call_command("learn", replay=path)


def test_what_a_rule_decides_is_nothing_to_learn_anew_for() -> None:
    article = make_article()
    keep_version(article, 1, 0.8, is_current=True)
    add_judged(article, 1)
    assert learning.needs_learning(article.site)
    Decision.objects.update(moderator=None, automated_decision=Automation.FULL)
    assert not learning.needs_learning(article.site)
