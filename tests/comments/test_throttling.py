from __future__ import annotations

import datetime
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.test import RequestFactory, override_settings

from comments.conf import Limit
from comments.exceptions import TooManyRequestsError
from comments.throttling import client_network, count_or_refuse, is_private_network

pytestmark = pytest.mark.cache

MINUTE = datetime.timedelta(minutes=1)
NOW = datetime.datetime(2026, 5, 4, 12, 0, 0, tzinfo=datetime.UTC)


def is_allowed(identity: str, limit: int = 5) -> bool:
    try:
        count_or_refuse("test", identity, (Limit(limit, MINUTE),))
    except TooManyRequestsError:
        return False
    return True


def test_count_or_refuse_under_200_parallel_requests_lets_exactly_the_limit_through() -> None:
    with time_machine.travel(NOW, tick=False), ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: is_allowed("somebody"), range(200)))
    assert sum(answers) == 5


def test_count_or_refuse_tells_when_to_come_back_and_then_lets_through() -> None:
    with time_machine.travel(NOW + datetime.timedelta(seconds=40), tick=False) as clock:
        assert [is_allowed("somebody", 2) for _ in range(3)] == [True, True, False]
        with pytest.raises(TooManyRequestsError) as refusal:
            count_or_refuse("test", "somebody", (Limit(2, MINUTE),))
        assert refusal.value.retry_after == datetime.timedelta(seconds=20)
        clock.shift(20)
        assert is_allowed("somebody", 2)


def test_count_or_refuse_counts_people_apart() -> None:
    assert [is_allowed(name, 1) for name in ("one", "two", "one")] == [True, True, False]


FORGED = (
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X_Forwarded_For",
    "Client-IP",
)


def test_client_network_without_proxies_ignores_10_000_forged_headers() -> None:
    generator = random.Random(7)  # noqa: S311 - reproducible, nothing secret
    networks = set()
    for _ in range(10_000):
        address = ".".join(str(generator.randrange(256)) for _ in range(4))
        request = RequestFactory().get("/", headers=dict.fromkeys(FORGED, address), REMOTE_ADDR="203.0.113.9")
        networks.add(client_network(request))
    assert len(networks) == 1


@override_settings(TRUSTED_PROXY_COUNT=2)
def test_client_network_behind_two_proxies_takes_the_second_from_the_right() -> None:
    def network(forwarded: str, peer: str = "10.0.0.1") -> str:
        return client_network(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=peer))

    honest = network("198.51.100.7, 10.0.0.2")
    assert network("1.2.3.4, 5.6.7.8, 198.51.100.7, 10.0.0.2") == honest
    assert network("198.51.100.8, 10.0.0.2") != honest
    # Fewer hops than proxies: the request did not come through them, so only the peer is known.
    assert network("198.51.100.7", peer="10.9.9.9") == network("", peer="10.9.9.9")


def test_client_network_takes_an_ipv6_network_of_64_bits_as_one() -> None:
    def network(address: str) -> str:
        return client_network(RequestFactory().get("/", REMOTE_ADDR=address))

    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert network("::ffff:203.0.113.9") == network("203.0.113.9")


@pytest.mark.parametrize(
    ("peer", "is_private"),
    [
        ("8.8.8.8", False),
        ("2a00:1450:4001::1", False),
        ("::ffff:8.8.8.8", False),
        ("127.0.0.1", True),
        ("10.0.0.1", True),
        ("172.18.0.5", True),
        ("100.64.0.1", True),
        ("fd00::1", True),
        # A Unix socket, and a header that is broken.
        ("", True),
        ("unknown", True),
    ],
)
def test_network_tells_whether_its_address_is_one_of_the_internet(peer: str, is_private: bool) -> None:
    network = client_network(RequestFactory().get("/", REMOTE_ADDR=peer))
    assert (is_private_network(network), len(network)) == (is_private, 32)


def test_networks_of_private_addresses_differ() -> None:
    peers = ("10.0.0.1", "10.0.0.2", "192.168.0.1", "")
    assert len({client_network(RequestFactory().get("/", REMOTE_ADDR=peer)) for peer in peers}) == len(peers)
