from __future__ import annotations

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from html import escape, unescape

import nh3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from comments.markup import LINK_REL, RENDER_VERSION, TAGS, find_fault, render, to_plain
from comments.text import clean_body, is_visible, normalise_body
from tests.comments.test_text import UNFIT, any_character, chunks
from tests.hostile.checker import faults_in

pieces = st.sampled_from(
    [
        *(
            "*",
            "**",
            "_",
            "~~",
            "`",
            "``",
            "> ",
            ">",
            "- ",
            "1. ",
            "7) ",
            "\n",
            "\n\n",
            "  ",
            "[",
            "](",
            ")",
            "]",
            "<",
            ">",
            "\\",
        ),
        *(
            "&amp;",
            "&#x202e;",
            "&#0;",
            "&lt;b&gt;",
            "https://a.example/x",
            "http://",
            "[x](https://a.example)",
            '"',
            "'",
            "wort",
        ),
        *(
            "\u202e",
            "\u202c",
            "\u2067",
            "\u2069",
            "\u200d",
            "\u0301",
            "العربية",
            "😀",
            "<b>",
            "</p>",
            "<!--",
            "\t",
            "Ä",
            "!",
        ),
        '[x](https://a.example "',
    ]
)
any_source = st.one_of(
    st.lists(pieces, max_size=60).map("".join),
    st.lists(pieces | any_character, max_size=60).map("".join),
    st.text(any_character, max_size=200),
)


def words(text):
    return escape(text, quote=False).replace('"', "&quot;")


def link(address, text=None):
    return f'<a href="{escape(address)}" rel="{LINK_REL}">{words(text or address)}</a>'


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def parse_and_write(html):
    """The HTML as an HTML5 parser understands it."""
    return nh3.clean(html, tags=set(TAGS), attributes={"a": {"href", "rel"}, "ol": {"start"}}, link_rel=None)


# --- What people write


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        ("Guten Tag", "<p>Guten Tag</p>"),
        ("eins\nzwei\n\ndrei", "<p>eins<br>\nzwei</p>\n<p>drei</p>"),
        ("*a* _b_ **c** ~~d~~ `e`", "<p><em>a</em> <em>b</em> <strong>c</strong> <s>d</s> <code>e</code></p>"),
        (
            "Leser*innen, **alle Autor*innen** *und* 2*3*4",
            "<p>Leser*innen, <strong>alle Autor*innen</strong> <em>und</em> 2*3*4</p>",
        ),
        ("> zitiert\n> weiter\n\nAntwort", "<blockquote>\n<p>zitiert<br>\nweiter</p>\n</blockquote>\n<p>Antwort</p>"),
        ("- a\n- b\n  - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>"),
        ("1986. War ein Jahr", '<ol start="1986">\n<li>War ein Jahr</li>\n</ol>'),
        ("„Ja“, sagte \"sie\" & 'er' < 3 > 2", "<p>„Ja“, sagte &quot;sie&quot; &amp; 'er' &lt; 3 &gt; 2</p>"),
        ("<b>fett</b> <script>x</script>", "<p>&lt;b&gt;fett&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>"),
        ("&auml; &#65; &lt;b&gt; &amp;", "<p>&amp;auml; &amp;#65; &amp;lt;b&amp;gt; &amp;amp;</p>"),
        ("\\*a\\* \\&lt; a\\b", "<p>*a* &amp;lt; a\\b</p>"),
        ("# kein Titel\n\n---\n\n    code\n\n|a|b|", "<p># kein Titel</p>\n<p>---</p>\n<p>code</p>\n<p>|a|b|</p>"),
        ("```\nx\n```", "<p><code>x</code></p>"),
        ("z.B. spiegel.de, d.h. ada@mail.example", "<p>z.B. spiegel.de, d.h. ada@mail.example</p>"),
        ("مرحبا *بالعالم*", "<p>مرحبا <em>بالعالم</em></p>"),
        ("שלום \u2067עולם\u2069", "<p>שלום \u2067עולם\u2069</p>"),
        ("❤️ 👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 *👍🏽*", "<p>❤️ 👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 <em>👍🏽</em></p>"),
        ("हिन्दी น้ำใจ", "<p>हिन्दी น้ำใจ</p>"),
        ("a\xa0b", "<p>a&nbsp;b</p>"),
    ],
)
def test_render_given_what_people_write_gives_html(source, html):
    assert render(source) == html
    assert isinstance(render(source), SafeString)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("https://a.example/x.", link("https://a.example/x") + "."),
        ("(https://a.example/x_(y))", "(" + link("https://a.example/x_(y)") + ")"),
        ("„https://a.example“, »https://b.example«", f"„{link('https://a.example')}“, »{link('https://b.example')}«"),
        ("**https://a.example/b_c_d**", f"<strong>{link('https://a.example/b_c_d')}</strong>"),
        ("https://a.example/*x*_y_?a=1&b[]=2#c", link("https://a.example/*x*_y_?a=1&b[]=2#c")),
        ("https://de.example/Köln", link("https://de.example/K%C3%B6ln", "https://de.example/Köln")),
        ("http://straße.example", link("http://xn--strae-oqa.example", "http://straße.example")),
        ("HTTPS://A.example", link("https://a.example", "HTTPS://A.example")),
        ("<https://a.example/ü>", link("https://a.example/%C3%BC", "https://a.example/ü")),
        ("[Text](https://a.example 'Titel')", link("https://a.example", "Text")),
        ("[www.a.example](https://www.a.example/x)", link("https://www.a.example/x", "www.a.example")),
        ("[](https://a.example)", link("https://a.example")),
        ("[\u200d](https://a.example)", link("https://a.example")),
        ("[https://bank.example](https://evil.example/x)", link("https://evil.example/x")),
        ("[www.bank.example/login](https://evil.example/x)", link("https://evil.example/x")),
        ("[bank.de](https://evil.example/x)", link("https://evil.example/x")),
        ("[ Bank.com/login ](https://evil.example/x)", link("https://evil.example/x")),
        ("[b\u0430nk.de](https://bank.de/x)", link("https://bank.de/x")),
        ("[ba\u200dnk.de](https://evil.example/x)", link("https://evil.example/x")),
        ("[\u200dhttps://bank.de](https://evil.example/x)", link("https://evil.example/x")),
        ("[**bank**.de](https://evil.example/x)", link("https://evil.example/x")),
        ("[bank.de](https://www.bank.de/x)", link("https://www.bank.de/x", "bank.de")),
        ("[z.B. bank.de sagt](https://a.example)", link("https://a.example", "z.B. bank.de sagt")),
        ("[Bericht.pdf](https://a.example)", link("https://a.example", "Bericht.pdf")),
        ("[a <https://b.example> c](https://a.example)", link("https://a.example", "a https://b.example c")),
        ("[x]() [y](<>)", "x [y](&lt;&gt;)"),
        ("![Bild](https://a.example/b.png)", "!" + link("https://a.example/b.png", "Bild")),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](/pfad) [y](//a.example) [z](mailto:a@b.example)", "[x](/pfad) [y](//a.example) [z](mailto:a@b.example)"),
        (
            "ftp://a.example javascript://a.example xhttp://a.example",
            "ftp://a.example javascript://a.example xhttp://a.example",
        ),
        (
            "http://localhost http://127.0.0.1/ http://a@b.example",
            "http://localhost http://127.0.0.1/ http://a@b.example",
        ),
        ("`https://a.example`", "<code>https://a.example</code>"),
    ],
)
def test_render_given_addresses_links_web_pages_only(source, html):
    assert render(source) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "source",
    [
        ">" * 40 + " tief",
        "- " * 40 + "tief",
        "\n".join(f"{' ' * 2 * n}- tief{n}" for n in range(40)),
        "> - " * 30 + "tief",
    ],
)
def test_render_given_deep_nesting_shows_every_word(source):
    html = render(source)
    assert re.findall("tief[0-9]*", html) == re.findall("tief[0-9]*", source)
    assert max(html.count("<blockquote>"), html.count("<ul>")) <= 9


@pytest.mark.parametrize("source", ["-", "> ", ">", "1.", "* * *", "- -", ">>>", "[]()"])
def test_render_given_only_markup_shows_it_as_text(source):
    source = normalise_body(source)
    assert render(source) == f"<p>{escape(source)}</p>"
    assert to_plain(source) == source


@pytest.mark.parametrize(
    "source", ["*a* " * 800, "zeile\n" * 700, "<b>" * 1_500, "https://a.example " * 200, "x" * 30_000 + " *a*"]
)
def test_render_given_more_markup_than_anybody_writes_shows_plain_text(source):
    text = clean_body(source)
    html = render(text)
    assert set(re.findall(r"<[^>]*>", html)) <= {"<p>", "</p>", "<br>"}
    assert text_of(html) == text.replace("\n\n", "\n")
    assert to_plain(text) == text


def test_render_given_as_many_lines_as_a_long_poem_keeps_the_markup():
    assert render("\n".join(["*Zeile* und"] * 160)).count("<em>") == 160


def test_render_given_direction_closed_in_a_dropped_title_falls_back_and_logs_no_text(caplog):
    source = normalise_body('\u2067geheim [x](https://a.example "\u2069")')
    assert render(source) == f"<p>{words(source)}</p>"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "direction left open" in caplog.text
    assert "geheim" not in caplog.text


# --- Settings and threads


@pytest.mark.parametrize("names", [["bleach", "nh3"], ["bleach"], ["nh3"], ["nh3", "bleach"]])
def test_render_behind_any_choice_of_sanitizers_gives_the_same_html(names, settings):
    source = 'Ein *Satz*, ein [Link](https://a.example/?a=1&b=2), <b> & "so"\n\n3. drei'
    expected = render(source)
    settings.COMMENTS_SANITIZERS = names
    assert render(source) == expected


@pytest.mark.parametrize("names", [[], ["html5lib"], ["bleach", "nh4"]])
def test_render_behind_unknown_sanitizers_stops_with_a_sentence(names, settings):
    settings.COMMENTS_SANITIZERS = names
    with pytest.raises(ImproperlyConfigured, match="COMMENTS_SANITIZERS must name one or more of"):
        render("x")


def test_render_in_many_threads_at_once_gives_what_one_thread_gives():
    sources = [f"*{n}* https://a.example/{n} `{n}`\n\n> {n}\n\n- [{n}](https://b.example/{n})" for n in range(200)]
    expected = [render(source) for source in sources]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render, sources)) == expected


@pytest.mark.parametrize(
    "source",
    [
        'href="/evil',
        '`formaction="/c/x/vote/`',
        '*id="comment-0000"* data-mg-page="/',
        '[href="?reply_to=](https://a.example/?q="x")',
        '> href=&quot;/evil and "',
        'href="/evil ' * 400 + "\n" * 400,
    ],
)
@pytest.mark.parametrize("names", [["bleach", "nh3"], ["bleach"], ["nh3"]])
def test_render_given_words_that_look_like_attributes_leaves_no_quotation_mark_in_the_text(source, names, settings):
    settings.COMMENTS_SANITIZERS = names
    html = render(source)
    assert '"' in text_of(html)
    assert '"' not in re.sub(r"<[^>]*>", "", html)
    assert find_fault(html) is None


def test_find_fault_of_a_quotation_mark_in_the_text_names_it():
    assert find_fault('<p>id="x"</p>') == "quotation mark"


def test_render_version_is_a_positive_number():
    assert RENDER_VERSION >= 1


# --- Plain text


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("", ""),
        ("*a*\n**b**\n\n~~c~~ `d`", "a b\nc d"),
        ("[Text](https://a.example) https://b.example <https://c.example>", "Text https://b.example https://c.example"),
        ("> zitiert\n> > tiefer\n\nAntwort", "> zitiert\n> > tiefer\nAntwort"),
        ("1986. Ein Jahr\n1987. Noch eins", "1986. Ein Jahr\n1987. Noch eins"),
        ("- a\n- b\n\n  c", "- a\n- b\nc"),
        ("&lt;b&gt; \\*x\\* <i>", "&lt;b&gt; *x* <i>"),
        ('\u2067ab [x](https://a.example "\u2069")', "\u2067ab x\u2069"),
    ],
)
def test_to_plain_given_markup_keeps_the_words(source, plain):
    assert to_plain(source) == plain


# --- Every code point, any text


def test_render_given_every_code_point_gives_faultless_html():
    for first, source in chunks():
        text = normalise_body(source)
        html = render(text)
        assert find_fault(html) is None, hex(first)
        assert not UNFIT.search(html)
        if first:  # the first ones contain the characters of the markup
            assert text_of(html) == text.replace("\n ", "\n"), hex(first)


@given(any_source)
@hypothesis_settings(max_examples=600, deadline=None)
def test_render_given_any_text_gives_faultless_stable_html(source):
    html = render(source)
    html.encode()
    assert not UNFIT.search(html)
    assert faults_in(html) == []
    assert find_fault(html) is None
    # A writer of HTML5 spells the quotation marks of text as they are.
    assert parse_and_write(html) == html.replace("&quot;", '"')
    assert any(map(is_visible, text_of(html))) == any(map(is_visible, clean_body(source)))


@given(any_source)
@hypothesis_settings(max_examples=300, deadline=None)
def test_to_plain_given_any_text_gives_clean_text(source):
    plain = to_plain(source)
    assert clean_body(plain) == plain
    assert any(map(is_visible, plain)) == any(map(is_visible, clean_body(source)))


@given(st.lists(pieces.filter(lambda piece: not set("()<") & set(piece)), max_size=60).map("".join))
@hypothesis_settings(max_examples=400, deadline=None)
def test_render_given_markup_without_links_loses_no_letter(source):
    def letters(text):
        return [char for char in text if unicodedata.category(char)[0] == "L"]

    assert letters(text_of(render(source))) == letters(clean_body(source))
    assert letters(to_plain(source)) == letters(clean_body(source))
