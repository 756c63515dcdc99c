from __future__ import annotations

import argparse
import math
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from comments.models import Article, Comment
from demo.newspaper import newspaper
from demo.seeding.newspaper import seed_newspaper
from demo.seeding.newsroom import Size, generate_newsroom
from demo.seeding.people import sign_ins

COMMENTS_OF_ARTICLE = 200


class Command(BaseCommand):
    """Fills an empty installation with the demo newspaper; a second run changes nothing."""

    help = (
        "Make the demo newspaper with its accounts and comments, once. With --comments or --articles, add a large "
        "generated newsroom for measuring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--comments", type=_count, default=0, metavar="N", help="generate N comments as well")
        parser.add_argument(
            "--articles",
            type=_count,
            default=0,
            metavar="N",
            help=f"spread them over N articles (default: one for every {COMMENTS_OF_ARTICLE})",
        )
        parser.add_argument("--pending", type=_count, default=0, metavar="N", help="N of them wait for a moderator")

    def handle(self, *args: Any, comments: int, articles: int, pending: int, **options: Any) -> None:
        if settings.ENV.is_production:
            raise CommandError("seed_demo makes accounts with a known password, so it never runs in production.")
        size = _size(comments=comments, articles=articles, pending=pending)
        self.stdout.write(self._seed())
        if size.articles:
            self.stdout.write(self._generate(size))
        self.stdout.write(f"\n{sign_ins()}")

    def _seed(self) -> str:
        if not seed_newspaper():
            return "The demo newspaper is there already; nothing was changed."
        found = Article.objects.filter(site__slug=newspaper().slug)
        comments = Comment.objects.filter(article__in=found)
        return f"The demo newspaper is ready: {found.count()} articles, {comments.count()} comments."

    def _generate(self, size: Size) -> str:
        if not generate_newsroom(size):
            return "There is a generated newsroom already; nothing was added."
        return (
            f"Generated {size.articles:,} articles with {size.comments:,} comments, {size.pending:,} of them waiting."
        )


def _count(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number from 0 up")
    return int(value)


def _size(*, comments: int, articles: int, pending: int) -> Size:
    if pending > comments:
        raise CommandError(f"--pending {pending} is more than --comments {comments}.")
    if comments and not articles:
        articles = math.ceil(comments / COMMENTS_OF_ARTICLE)
    return Size(articles=articles, comments=comments, pending=pending)
