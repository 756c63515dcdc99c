from __future__ import annotations

from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError

from comments.models import Site
from moderation.enums import Scope
from moderation.exceptions import NotAllowedError
from moderation.permissions import permissions_of
from moderation.services.tokens import issue_token, possible_scopes


class Command(BaseCommand):
    """Prints a personal API token for somebody on a site's desk, once."""

    help = "Print a personal token for the moderation API. It is shown this once; only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the account's e-mail address")
        parser.add_argument("--site", required=True, help="slug of the site the token is for")
        parser.add_argument(
            "--scopes", default="moderate,read", help="comma list of moderate, read, articles (default: moderate,read)"
        )

    def handle(self, *_args: object, **options: str) -> None:
        user = _find_user(options["email"])
        site = _find_site(options["site"])
        scopes = _parse_scopes(options["scopes"])
        try:
            token = issue_token(user=user, site=site, scopes=scopes)
        except NotAllowedError as error:
            raise CommandError(_reason(user, site, options["email"])) from error
        self.stdout.write(token)


def _find_user(email: str) -> AbstractBaseUser:
    found: list[AbstractBaseUser] = list(get_user_model().objects.filter(email__iexact=email, is_active=True)[:2])
    if not found:
        raise CommandError(f"No active account has the address {email}.")
    if len(found) > 1:
        raise CommandError(f"More than one account has the address {email}; give each its own first.")
    return found[0]


def _find_site(slug: str) -> Site:
    site = Site.objects.filter(slug=slug).first()
    if site is None:
        known = ", ".join(Site.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no site {slug!r}. Known sites: {known}.")
    return site


def _reason(user: AbstractBaseUser, site: Site, email: str) -> str:
    """Why there is no such token for somebody."""
    possible = possible_scopes(permissions_of(user, site))
    if not possible:
        return f"{email} is not on the desk of the site {site.slug!r}."
    return f"The role of {email} on the desk of {site.slug!r} allows no more than: {', '.join(possible)}."


def _parse_scopes(text: str) -> list[Scope]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in Scope.values]
    if unknown or not names:
        wrong = f"There is no scope {unknown[0]!r}." if unknown else "A token needs at least one scope."
        raise CommandError(f"{wrong} Scopes are {', '.join(Scope.values)}.")
    return [Scope(name) for name in names]
