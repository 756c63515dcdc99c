from __future__ import annotations

import pytest

from comments.addresses import is_web_address, web_address


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://a.example?x#y", "https://a.example?x#y"),
        ("https://a.example/%zz%20", "https://a.example/%25zz%20"),
        ("https://fa.example/%E2%80%8C", "https://fa.example/%E2%80%8C"),
        ("https://a_b.example/", "https://a_b.example/"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        *(
            (raw, None)
            for raw in (
                "",
                "https://",
                "https://a",
                "https://a.b.1/",
                "https://1.2.3.4/",
                "https://0x7f.1",
                "https://[::1]/",
            )
        ),
        *(
            (raw, None)
            for raw in (
                "https://a.example:0",
                "https://a.example:65536",
                "https://a.example:/",
                "https://u:p@a.example",
            )
        ),
        *(
            (raw, None)
            for raw in (
                "https:a.example",
                "https:/a.example",
                "https:\\\\a.example",
                "https://a.example\\@b.example",
                "//a.example",
            )
        ),
        *(
            (raw, None)
            for raw in (
                "https://a..example",
                "https://-a.example",
                "https://a.example.",
                "https://%61.example",
                "https://a。example",
            )
        ),
        *(
            (raw, None)
            for raw in (
                "https://xn--.example",
                "https://xn--a-ecp.example\u200d",
                "https://a\u200db.example",
                "https://a.example/\u202e",
            )
        ),
        *(
            (raw, None)
            for raw in (
                "https://a.example/%E2%80%AE",
                "https://a.example/ x",
                "https://a.example/\n",
                " https://a.example",
            )
        ),
        *(
            (raw, None)
            for raw in (
                f"https://{'a' * 64}.example",
                f"https://{'a.' * 130}example",
            )
        ),
    ],
)
def test_web_address_given_a_spelling_returns_the_one_safe_form_or_none(raw, address):
    assert web_address(raw) == address
    assert is_web_address(raw) == (raw == address)


def test_web_address_longer_than_anybody_links_returns_none():
    longest = "https://a.example/" + "x" * 1_982
    assert web_address(longest) == longest
    assert web_address(longest + "x") is None
