from __future__ import annotations

import re

import pytest

from comments.excerpts import without_links


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://evil.example/x?y=1", "https[:]//evil[.]example/x?y=1"),
        ("HTTP://EVIL.EXAMPLE", "HTTP[:]//EVIL[.]EXAMPLE"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("evil.co.uk.", "evil[.]co[.]uk."),
        ("evil-.com und evil_.com", "evil-[.]com und evil_[.]com"),
        ("a@evil.example", "a[at]evil[.]example"),
        ("mailto:a@evil", "mailto[:]a[at]evil"),
        ("tel:+491234", "tel[:]+491234"),
        ("1.2.3.4/x", "1[.]2[.]3[.]4/x"),
        ("x://y", "x[:]//y"),
        ("täst.рф 例子．测试 evil。com", "täst[.]рф 例子[．]测试 evil[。]com"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd[.]xn--p1ai"),
        ("evil.\u200bcom evil\u200d.com evil.\u200dcom", "evil[.]com evil[.]com evil[.]com"),
        ("dom\u202ex.com", "domx[.]com"),
        ("evil\u2024com", "evil[\u2024]com"),
    ],
)
def test_addresses_in_words_stay_readable_and_are_none(written: str, shown: str) -> None:
    assert without_links(written) == shown
    assert without_links(shown) == shown


@pytest.mark.parametrize(
    "written",
    [
        "Das ist z.B. am 12.3.2026 um 10:30 Uhr, d.h. bald...und zwar für 1.000.000 Euro.",
        "Fazit: gut. Punkt 3.2: nein! „Nein.“ (u.a.) Hallo @hanna",
        "これは本当です。はい。",
        "می‌خواهم",
    ],
)
def test_ordinary_words_stay_as_they_are(written: str) -> None:
    assert without_links(written) == written


def test_no_pattern_of_a_domain_survives() -> None:
    found = re.findall(r"\w[.\uff0e\uff61\u2024](?=[a-z]{2})", without_links("a.bc x．yz x｡yz q\u2024rs a.b.cd"))
    assert found == []
