"""Long threads, written past the services because hundreds of comments are needed at once."""

from __future__ import annotations

import datetime

from django.utils import timezone

from comments.enums import AuthorKind, Status
from comments.markup import RENDER_VERSION
from comments.models import Article, Author, Comment, Revision

TEXT = (
    "<p>The ferry has crossed here since 1911, and I have taken it <em>twice a day</em> for twenty years.</p>"
    '<blockquote><p>Who pays for it?</p></blockquote><p>See <a href="https://river.example/1911" '
    'rel="nofollow ugc noopener">what the paper wrote then</a>; the <code>timetable</code> has not changed since.</p>'
    "<ul><li>A bridge costs more.</li><li>A bridge is longer to build.</li></ul>"
)


def make_thread(article: Article, *, roots: int, replies: int, html: str = TEXT) -> list[Comment]:
    """Published comments: `roots` conversations with `replies` replies each, the second a reply to the first and so on."""
    names = ("Ada", "Bo Lund", "Hanna Kuhl", "Mehmet Yıldız")
    authors = [Author.objects.create(site=article.site, kind=AuthorKind.GUEST, name=name) for name in names]
    made = [_comment(article, authors, html, number) for number in range(roots)]
    Comment.objects.bulk_create(made)
    level, all_made = made, list(made)
    for depth in range(1, replies + 1):
        level = [
            _comment(article, authors, html, number + depth * roots, parent=parent)
            for number, parent in enumerate(level)
        ]
        Comment.objects.bulk_create(level)
        all_made += level
    Revision.objects.bulk_create(
        Revision(
            comment=one, number=1, body="Text", body_html=html, render_version=RENDER_VERSION, created_at=one.posted_at
        )
        for one in all_made
    )
    Article.objects.filter(pk=article.pk).update(comment_count=len(all_made), version=article.version + 1)
    article.refresh_from_db()
    return all_made


def _comment(
    article: Article, authors: list[Author], html: str, number: int, *, parent: Comment | None = None
) -> Comment:
    moment = timezone.now() - datetime.timedelta(minutes=1000 - number)
    author = authors[number % len(authors)]
    return Comment(
        site=article.site,
        article=article,
        author=author,
        author_name=author.name,
        parent=parent,
        root=(parent.root or parent) if parent else None,
        depth=parent.depth + 1 if parent else 0,
        language=article.language,
        status=Status.APPROVED,
        published_at=moment,
        published_revision=1,
        public_html=html,
        posted_at=moment,
        idempotency_key=f"thread-{number}",
    )
