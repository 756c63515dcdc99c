"""The demo's accounts: the desk, the readers who have one, and the editorial team."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone

from comments.enums import AuthorKind
from comments.models import Author, Site
from demo.contents import author_contents
from moderation.enums import Role
from moderation.models import Membership

# Known to everybody, therefore never in production.
DEMO_PASSWORD = "auenbrueck-am-fluss"  # noqa: S105
READER_EMAIL = "reader@demo.example"
REPORTER_EMAIL = "reporter@demo.example"
MEMBER_SINCE = datetime.timedelta(days=200)


@dataclass(frozen=True, slots=True)
class DeskMember:
    """Somebody on the desk of the demo."""

    email: str
    name: str
    role: Role


DESK = (
    DeskMember("moderator@demo.example", "Tessa Brandis", Role.MODERATOR),
    DeskMember("colleague@demo.example", "Jakob Vesper", Role.MODERATOR),
    DeskMember("senior@demo.example", "Ulrike Steinhoff", Role.SENIOR),
    DeskMember("administrator@demo.example", "Ruth Ahrendt", Role.ADMINISTRATOR),
    DeskMember("auditor@demo.example", "Anselm Riemer", Role.AUDITOR),
)


@dataclass(frozen=True, slots=True)
class People:
    """Accounts of the readers by their handle in authors.json, those on the desk who decide, and who chooses cases there."""

    readers: dict[str, User]
    moderators: tuple[User, ...]
    teacher: User


def seed_people(site: Site) -> People:
    """Make all accounts with a proved address and the demo's password, the desk's memberships and the editorial author."""
    # One hash for all: hashing is slow on purpose, and the password is no secret.
    password = make_password(DEMO_PASSWORD)
    readers: dict[str, User] = {}
    for content in author_contents():
        if content["kind"] != "user":
            continue
        user = _make_account(content["email"] or "", content["name"], password)
        readers[content["handle"]] = user
        if content["badge"]:
            # Made here, because the service lets nobody call themselves what the editorial team is called.
            Author.objects.create(
                site=site,
                kind=AuthorKind.USER,
                user=user,
                name=content["name"],
                email=user.email,
                badge=content["badge"],
            )
    desk = {member: _make_account(member.email, member.name, password) for member in DESK}
    for member, user in desk.items():
        Membership.objects.create(site=site, user=user, role=member.role)
    deciding = tuple(user for member, user in desk.items() if member.role != Role.AUDITOR)
    teacher = next(user for member, user in desk.items() if member.role == Role.SENIOR)
    return People(readers=readers, moderators=deciding, teacher=teacher)


def sign_ins() -> str:
    """Who may sign in with which password, for the terminal."""
    lines = [f"Sign in with one of these addresses and the password {DEMO_PASSWORD}", ""]
    lines += [f"  {member.email:28}{member.role.value}" for member in DESK]
    lines.append(f"  {READER_EMAIL:28}reader")
    lines.append(f"  {REPORTER_EMAIL:28}reporter (wrote two of the articles)")
    return "\n".join(lines)


def _make_account(email: str, name: str, password: str) -> User:
    first_name, _space, last_name = name.rpartition(" ")
    user = User.objects.create(
        username=email,
        email=email,
        first_name=first_name,
        last_name=last_name,
        password=password,
        date_joined=timezone.now() - MEMBER_SINCE,
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
