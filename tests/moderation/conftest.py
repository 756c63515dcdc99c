"""What several modules of these tests set up alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from moderation.flaggers.knowledge import forget_knowledge
from moderation.flaggers.learning import knowledge
from moderation.flaggers.registry import added
from tests.moderation.deciding import Judge


@pytest.fixture
def learned_alone(settings: Settings) -> Iterator[None]:
    """The judge that learns is the only flagger, and knows nothing of what other tests taught it."""
    settings.MODERATION_FLAGGERS = ["moderation.flaggers.learned.LearnedFlagger"]
    forget_knowledge()
    # A model of another test may have had the same key.
    knowledge._models.clear()
    yield
    forget_knowledge()


@pytest.fixture
def only_added_flaggers(settings: Settings) -> Iterator[None]:
    """There is no flagger but those that a test adds, and nothing is known of its sites before."""
    settings.MODERATION_FLAGGERS = []
    forget_knowledge()
    yield
    forget_knowledge()


@pytest.fixture
def judge_alone(settings: Settings) -> Iterator[Judge]:
    """The judge that is sure of everything is the only flagger, and nothing is judged blind by chance."""
    settings.MODERATION_FLAGGERS = []
    settings.MODERATION_BLIND_SAMPLE_SHARE = 0
    flagger = Judge()
    with added(flagger):
        yield flagger
