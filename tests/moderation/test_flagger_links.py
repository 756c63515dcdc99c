"""Links: too many, or leading elsewhere than they seem to."""

from __future__ import annotations

import re
from html import unescape

import pytest

from comments.addresses import web_address
from comments.enums import CheckOutcome
from comments.markup import render
from moderation.flaggers.base import SiteKnowledge
from moderation.flaggers.guard import read_answer
from moderation.flaggers.links import LinksFlagger, find_links
from tests.moderation.inputs import make_input, marked, sentence

KNOWLEDGE = SiteKnowledge(own_hosts=frozenset({"www.news.example"}))


def check(body: str):
    return LinksFlagger().check(make_input(body), KNOWLEDGE)


@pytest.mark.parametrize(
    "body",
    [
        "Ohne Link, aber mit z.B. Punkten.Und fehlendem Leerzeichen.",
        "Siehe https://www.tagesschau.de/inland/freibad-101.html.",
        "Compare https://a.example/x and https://b.example/y, please.",
        "Dreimal dieselbe: https://a.example https://a.example https://a.example",
        "Anders geschrieben: HTTPS://a.example https://A.example/ http://www.a.example www.a.example",
        "Zwei: https://b.example/c und [hier](https://zeit\\.de/a)",
        "Zwei: https://b.example/c und [hier](https://zeit.de/a\\_b)",
        "Auf Türkisch: https://ışık.com.tr/",
        "Eigene Artikel: https://news.example/1 https://www.news.example/2 https://sport.news.example/3",
        "Umlaute sind kein Trick: https://müller.example und https://xn--mller-kva.example/",
        "Auch ein ganz kyrillischer Name nicht: https://москва.com/",
        "Auch nicht mit Buchstaben, die wie lateinische aussehen: https://сахар.рф/ https://сор.рф/",
        "Keine Kürzer: und/oder, z.B./u.a., Nr.5/6, kurz.de/x, ich@bit.ly/x, bit.ly, xbit.ly/a, bit.ly / t.co/",
        "Kein Link: xhttps://a.example, http://, www. und https:///pfad",
    ],
)
def test_links_ordinary_ones_are_clear(body: str) -> None:
    assert check(body).outcome == CheckOutcome.CLEAR


def test_links_more_than_allowed_are_counted_and_marked() -> None:
    body = "[Hier](https://a.example/(x)), <https://b.example/>, www.c.example."
    finding = check(body)
    assert sentence(finding) == "Contains 3 links to other sites."
    assert marked(finding, body) == ["https://a.example/(x)", "https://b.example/", "www.c.example"]
    assert (finding.clause, finding.score) == ("no-advertising", 0.7)


def test_links_number_allowed_is_a_setting(settings) -> None:
    settings.MODERATION_LINKS_ALLOWED = 0
    assert sentence(check("Siehe https://a.example/")) == "Contains 1 links to other sites."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Mehr: https://bit.ly/3xY", "Contains a shortened link, which hides where it leads: bit.ly"),
        ("Mehr: https://WWW.BIT.LY:443/3xY", "Contains a shortened link, which hides where it leads: bit.ly"),
        ("Mehr: bit.ly/3xY!", "Contains a shortened link, which hides where it leads: bit.ly"),
        ("Mehr:\nT.CO/3xY", "Contains a shortened link, which hides where it leads: t.co"),
        ("Mehr: www.tinyurl.com/3xY", "Contains a shortened link, which hides where it leads: tinyurl.com"),
        ("Da: http://192.168.7.1/x", "Contains a link to a number instead of a name: 192.168.7.1"),
        ("Da: http://3232235777/x", "Contains a link to a number instead of a name: 3232235777"),
        ("Da: http://0xC0.0xA8.7.1/", "Contains a link to a number instead of a name: 0xc0.0xa8.7.1"),
        ("Da: http://[2001:db8::1]/", "Contains a link to a number instead of a name: [2001:db8::1]"),
        ("https://sparkasse.example@evil.example/", "Contains a link that looks like another one: evil.example"),
        ("https://p\u0430ypal.com/", "Contains a link that looks like another one: p\u0430ypal.com"),
        ("https://\u0262oogle.com/", "Contains a link that looks like another one: \u0262oogle.com"),
        ("https://\u0261oo\u0261le.com/", "Contains a link that looks like another one: \u0261oo\u0261le.com"),
        ("https://p\u0430ypal.рф/", "Contains a link that looks like another one: p\u0430ypal.рф"),
        (
            "https://xn--80ak6aa92e.com/",
            "Contains a link that looks like another one: \u0430\u0440\u0440\u04cf\u0435.com",
        ),
    ],
)
def test_links_that_hide_where_they_lead_are_flagged_even_alone(body: str, said: str) -> None:
    finding = check(body)
    assert (finding.outcome, sentence(finding)) == (CheckOutcome.FLAGGED, said)


@pytest.mark.parametrize("body", ["Na, [hier](http\\://bit.ly/x)!", "Na, [hier](https://bit&period;ly/x)!"])
def test_links_that_the_source_disguises_are_marked_where_readers_see_them(body: str) -> None:
    finding = check(body)
    assert sentence(finding) == "Contains a shortened link, which hides where it leads: bit.ly"
    assert "hier" in marked(finding, body)


def test_links_the_sites_own_name_before_an_at_sign_does_not_make_a_link_its_own() -> None:
    body = "Hier: https://a:b@news.example:x@evil.example/"
    assert sentence(check(body)) == "Contains a link that looks like another one: evil.example"


def test_links_to_the_site_itself_are_its_own_where_its_name_has_an_umlaut() -> None:
    knowledge = SiteKnowledge(own_hosts=frozenset({"www.xn--mller-kva.example"}))
    body = "https://müller.example/1 https://xn--mller-kva.example/2 https://sport.müller.example/3"
    assert LinksFlagger().check(make_input(body), knowledge).outcome == CheckOutcome.CLEAR
    others = body.replace("müller", "mueller").replace("xn--mller-kva", "muller")
    assert sentence(LinksFlagger().check(make_input(others), knowledge)) == "Contains 3 links to other sites."


def test_links_gravest_concern_speaks_and_all_links_are_marked() -> None:
    body = "https://bit.ly/a https://harmlos.example http://10.0.0.1/"
    finding = check(body)
    assert sentence(finding) == "Contains a link to a number instead of a name: 10.0.0.1"
    assert [span.label for span in finding.spans] == ["Shortened link", "Link", "Link to a number"]


@pytest.mark.parametrize(
    "body",
    [
        "Siehe https://a.example/b?c=d&e=f#g, und (https://b.example/x_(y)).",
        "[Text](https://c.example/pfad) <https://d.example> **https://e.example/**",
        "> https://f.example/\n\n* https://g.example/a.b.\n* „https://h.example“",
        "https://müller.example/straße",
        # The library reads destinations of links without their backslashes and entities.
        "[hier](http\\://bit.ly/x)",
        "[hier](h&#116;tp://bit.ly/x) [da](http&colon;&sol;&sol;bit.ly/y)",
        "[hier](http:\\/\\/bit.ly/x)",
        "[hier](https://bit&period;ly/x)",
        "[hier](<https://bit\\.ly/x>)",
        # What stands before a link is no part of it.
        "www.a.example/[hier](https://bit.ly/x)",
        "\\https://a.example/[hier](https://bit.ly/x)",
        "[https://a.example](https&colon;//bit.ly/x)",
    ],
)
def test_links_finds_every_address_that_the_page_links(body: str) -> None:
    linked = {unescape(address) for address in re.findall(r'href="([^"]*)"', render(body))}
    found = {web_address(link.address) for link in find_links(body)}
    assert linked
    assert linked <= found


@pytest.mark.parametrize(
    "body",
    ["http://" * 700, "https://a.b " * 400, "https://" + "(" * 4_990, "https://xn--" + "a9-" * 1_600, "www." * 1_250],
)
def test_links_hostile_text_gets_a_valid_finding(body: str) -> None:
    flagger = LinksFlagger()
    finding = flagger.check(make_input(body), KNOWLEDGE)
    assert read_answer(finding, flagger, body) == finding


def test_links_without_its_dot_an_i_imitates_another_name() -> None:
    for address in ("https://sp\u0131egel.de/", "https://xn--spegel-q9a.de/"):
        assert sentence(check(f"Siehe {address}")).startswith(
            "Contains a link that looks like another one: sp\u0131egel.de"
        )


def test_links_cut_by_a_backslash_leads_where_the_page_leads_and_nowhere_else() -> None:
    assert [link.address for link in find_links("[hier](https://zeit\\.de/a)")] == ["https://zeit.de/a"]
    # Also where what stands before the backslash is a link of its own.
    body = "https://zeit.de/ und [hier](https://zeit.de/\\_a)"
    assert {link.address for link in find_links(body)} == {"https://zeit.de/", "https://zeit.de/_a"}
