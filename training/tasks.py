"""What the models are to learn, and with whose texts."""

from __future__ import annotations

from typing import Final

from training.model import Task

RESPECT: Final = Task(
    name="respect",
    bits=20,
    with_addresses=False,
    false_alarms={"de": 0.01, "en": 0.01},
    strength=4.0,
    licences=(
        "GermEval 2018: CC BY 4.0",
        "GAHD: CC BY 4.0",
        "IWG hatespeech: CC BY-SA 3.0",
        "Davidson et al. 2017: MIT",
        "Civil Comments toxic spans: CC0 1.0",
        "Context toxicity: Apache 2.0, texts CC BY-SA",
        "Fox News comments: MIT",
    ),
)
SPAM: Final = Task(
    name="spam",
    bits=18,
    with_addresses=True,
    false_alarms={"de": 0.002, "en": 0.002},
    strength=10.0,
    licences=("YouTube Spam Collection: CC BY 4.0", "SMS Spam Collection: CC BY 4.0", *RESPECT.licences),
)
