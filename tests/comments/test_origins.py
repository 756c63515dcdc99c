from __future__ import annotations

import itertools

import pytest

from comments.origins import canonical_origin, is_from_origins

HOST = "news.example"


def look_alikes(host: str) -> list[str]:
    """More than 1,000 addresses that a careless comparison takes for pages of https://{host}, none of which is one."""
    name, _dot, zone = host.rpartition(".")
    cyrillic = host.replace("e", "\u0435", 1)
    hosts = [
        f"{host}.evil.example", f"evil{host}", f"evil-{host}", f"www.{host}", f"{name}.evil", f"{name}.{zone}s", zone,
        f"{name}{zone}", f"{name}-{zone}.evil", f".{host}", f"{host}.", f"{host}..", f"-{host}", f"{host}-", f"{name}..{zone}",
        f"{name}_{zone}", f"{host}%2eevil", f"%6e{host[1:]}", f"{host}%00", f"{host}%00.evil", f"{host}\x00", f"{host}\x00.evil",
        f"{host}\t", f"{host}\n", f"{host}\r", f"{host} ", f" {host}", f"{host}\\.evil", f"evil\\@{host}", f"{host}@evil",
        f"evil@{host}", f"user:pass@{host}", f"@{host}", f":@{host}", f"{host}:80", f"{host}:444", f"{host}:8443", f"{host}:0443x",
        f"{host}:99999", f"{host}:-443", f"{host}:4 43", f"{host};evil", f"{host},evil", f"{host}&evil", f"{host}|evil",
        f"{host}'", f'{host}"', f"{host}<", f"{host}^", f"{host}`", f"{host}{{}}", f"{host}!", f"{host}$", f"{host}*", f"*.{host}",
        f"{host}+", f"{host}~", f"({host})", f"[{host}]", f"[{host}", "[::1]", "127.0.0.1", "localhost", "",
        cyrillic, host.replace("a", "\u0430", 1), host.replace("s", "\u0455", 1), f"xn--{host}", f"{name}\u2024{zone}x",
        f"{host}\u2044evil", f"{host}\u3002evil", f"{host}\uff0eevil", f"{host}\u200b.evil", f"\u202e{host}", f"{host}\u0301",
    ]  # fmt: skip
    shapes = [
        "https://{}", "https://{}/", "https://{}/a", "https://{}?x", "https://{}#x", "https://{}/\\", "https:/\\{}",
        "https://evil.example/https://{}", "https://evil.example?https://{}", "https://evil.example#https://{}",
        "https://evil.example/@{}", "https://evil.example\\@{}", "https://evil.example:443@{}@evil.example",
    ]  # fmt: skip
    made = [shape.format(one) for shape, one in itertools.product(shapes, hosts)]
    schemes = ["http", "ftp", "ws", "wss", "file", "data", "blob", "javascript", "view-source", "android-app", "httpss",
               "xhttps", "https ", " https", "ht\ttps", "\x00https", "https\x00"]  # fmt: skip
    made += [f"{scheme}://{host}{rest}" for scheme, rest in itertools.product(schemes, ("", "/", "/a?b#c"))]
    joints = [
        ":",
        ":/",
        ":///",
        "://///",
        "\\\\",
        ":\\\\",
        "//",
        "",
        "://\t",
        "://\n",
        "://\x00",
        "://%2f",
        "://#",
        "://?",
    ]
    made += [f"https{joint}{host}{rest}" for joint, rest in itertools.product(joints, ("", "/", "/a"))]
    return list(dict.fromkeys(made))


def test_origins_accept_none_of_a_thousand_look_alikes() -> None:
    registered = [f"https://{HOST}"]
    addresses = look_alikes(HOST)

    accepted = [address for address in addresses if is_from_origins(address, registered)]

    assert len(addresses) >= 1_000
    assert accepted == []


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example",
        "https://news.example/",
        "https://news.example/2031/bridge?page=2#comments",
        "https://news.example:443/a",
        "HTTPS://NEWS.EXAMPLE/a",
        "https://news.example/a?by=@evil.example",
        "https://news.example/@author/post",
        "https://news.example?next=https://evil.example/",
        "https://news.example/\u00e4\u00f6",
    ],
)
def test_origins_accept_every_spelling_of_their_own_pages(address: str) -> None:
    assert is_from_origins(address, ["https://news.example"])


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("http://News.Example:80/x", "http://news.example"),
        ("http://news.example:8000/x", "http://news.example:8000"),
        ("https://m\u00fcnchen.example/", "https://xn--mnchen-3ya.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("ftp://news.example", None),
        ("https://", None),
        ("", None),
        ("null", None),
    ],
)
def test_canonical_origin_of_an_address(address: str, origin: str | None) -> None:
    assert canonical_origin(address) == origin
