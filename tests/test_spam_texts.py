"""The generated texts that the spam models learn from."""

from __future__ import annotations

import re
from collections import Counter

from training.spam_texts import spam_texts
from training.spam_texts_english import ENGLISH
from training.spam_texts_german import GERMAN

ADDRESS = re.compile(r"(?:https?://|www\.)([a-z0-9.-]*[a-z0-9])", re.IGNORECASE)


def test_spam_texts_are_different_half_spam_and_the_same_each_time() -> None:
    made = spam_texts(6000)
    assert made == spam_texts(6000)
    assert Counter((one.language, one.is_spam) for one in made) == {
        ("de", True): 2500,
        ("de", False): 2500,
        ("en", True): 500,
        ("en", False): 500,
    }
    assert len({one.text for one in made}) == 6000


def test_spam_texts_use_every_template_and_fill_every_place() -> None:
    made = spam_texts(6000)
    templates = sum(
        len(ones)
        for texts in (GERMAN, ENGLISH)
        for side in (texts["spam"], texts["harmless"])
        for ones in side.values()
    )
    assert len({one.group for one in made}) == templates
    assert [one.text for one in made if re.search(r"[{}]", one.text) or not one.text] == []


def test_spam_texts_advertise_only_addresses_that_cannot_exist() -> None:
    hosts = {host.lower() for one in spam_texts(6000) if one.is_spam for host in ADDRESS.findall(one.text)}
    assert len(hosts) > 10
    assert [host for host in hosts if not host.endswith(".example")] == []
