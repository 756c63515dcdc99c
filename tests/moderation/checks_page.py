"""The page of the checks as tests open and send it."""

from __future__ import annotations

import re

from django.test import Client

from comments.models import Site
from moderation.enums import Role
from tests.factories import make_moderator
from tests.moderation.desk_pages import sign_in


def administrator(site: Site) -> Client:
    return sign_in(make_moderator(site, role=Role.ADMINISTRATOR))


def address(site: Site, name: str = "") -> str:
    return f"/moderation/flaggers/{name and name + '/'}?site={site.slug}"


def decide_address(site: Site, name: str = "links") -> str:
    return f"/moderation/flaggers/{name}/decide/?site={site.slug}"


def lines(client: Client, site: Site) -> dict[str, str]:
    page = client.get(address(site)).content.decode()
    rows = re.findall(r'<li class="mg-checking" id="check-(\w+)">(.*?)</li>', page, re.DOTALL)
    return {name: re.sub(r"\s+", " ", row) for name, row in rows}


def rule_of(site: Site, **sent: str) -> dict[str, str]:
    return {"action": "reject", "language": "de", "bound": "99.5", "ceiling": "20", "people_share": "5"} | sent
