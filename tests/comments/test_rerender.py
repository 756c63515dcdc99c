from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from comments.enums import Status
from comments.markup import RENDER_VERSION
from comments.models import Article, Comment, Revision
from comments.services.posting import revise_comment
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def rerender() -> str:
    output = StringIO()
    call_command("rerender", stdout=output)
    return output.getvalue()


def test_rerender_renders_old_texts_anew_and_shows_them_but_no_hidden_one() -> None:
    article = make_article()
    shown = make_comment(article, body='He said "yes".', status=Status.APPROVED)
    hidden = make_comment(article, body='Hidden "words".')
    Revision.objects.update(body_html="<p>old</p>", render_version=RENDER_VERSION - 1)
    Comment.objects.published().update(public_html="<p>old</p>")
    version = Article.objects.get().version

    assert rerender() == "2 texts were rendered anew.\n"

    shown.refresh_from_db()
    hidden.refresh_from_db()
    assert (shown.public_html, hidden.public_html) == ("<p>He said &quot;yes&quot;.</p>", "")
    assert hidden.revisions.get().body_html == "<p>Hidden &quot;words&quot;.</p>"
    assert Article.objects.get().version == version + 1
    assert rerender() == "0 texts were rendered anew.\n"
    assert Article.objects.get().version == version + 1


def test_rerender_leaves_the_published_text_where_a_newer_one_waits() -> None:
    comment = make_comment(make_article(), body="First words.", status=Status.APPROVED)
    revise_comment(comment=comment, body="Newer words.")
    Revision.objects.update(render_version=RENDER_VERSION - 1)

    rerender()

    comment.refresh_from_db()
    assert comment.public_html == "<p>First words.</p>"
