"""A site with many comments, written by the database itself: a million rows and what belongs to them in a few minutes."""

from __future__ import annotations

import random
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import NOT_PROVIDED
from django.utils import timezone

from comments.models import Article, Author, Comment, Revision, Site, StatusChange
from moderation.enums import Role
from moderation.models import Decision, Deferral, Finding, LinkedDomain, Membership, SearchDocument
from moderation.search import searchable_text
from moderation.seeding import seed_policy

TEXTS = 20_000
VOCABULARY = 5_000


def build(size: int, pending: int) -> None:
    """Fill an empty database: so many comments on 1 % as many articles, the newest `pending` of them waiting."""
    site = Site.objects.create(slug="bench", name="Bench", language="de", origins=["https://bench.example"])
    seed_policy(site)
    user = get_user_model().objects.create_user("bench", "bench@desk.example", "x")
    Membership.objects.create(site=site, user=user, role=Role.MODERATOR)
    is_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_texts (id integer PRIMARY KEY, body text, words text)")
        rows = list(_texts())
        for start in range(0, len(rows), 300):
            part = rows[start : start + 300]
            cursor.executemany("INSERT INTO bench_texts VALUES (%s, %s, %s)", part)
        numbers = _numbers(size, is_postgres=is_postgres)
        for statement, values in _statements(site.pk, user.pk, size, pending, is_postgres=is_postgres):
            cursor.execute(statement.replace("NUMBERS", numbers), values)
        if is_postgres:
            for model in (
                Site,
                Article,
                Author,
                Comment,
                Revision,
                StatusChange,
                Finding,
                SearchDocument,
                LinkedDomain,
                Decision,
            ):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}) + 1)"
                )
        cursor.execute("VACUUM ANALYZE" if is_postgres else "ANALYZE")


def _texts() -> list[tuple[int, str, str]]:
    """Texts of 30 words, some of them in every fifth text and most in few."""
    chance = random.Random(4)
    words = [f"wort{number}" for number in range(VOCABULARY)]
    weights = [1 / (number + 2) for number in range(VOCABULARY)]
    bodies = [" ".join(chance.choices(words, weights, k=30)) for _ in range(TEXTS)]
    return [(number, body, searchable_text(author_name="", body=body)) for number, body in enumerate(bodies)]


def _numbers(size: int, *, is_postgres: bool) -> str:
    if is_postgres:
        return f"(SELECT n FROM generate_series(1, {size}) AS n) AS numbers"
    series = f"WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {size}) SELECT n FROM series"
    return f"({series}) AS numbers"


def _statements(site: int, user: int, size: int, pending: int, *, is_postgres: bool) -> list[tuple[str, list[Any]]]:
    now = timezone.now()
    ago = (
        "%s::timestamptz - (SECONDS) * INTERVAL '1 second'"
        if is_postgres
        else "datetime(%s, (-(SECONDS)) || ' seconds')"
    )
    # The newest comments are those that wait.
    at = ago.replace("SECONDS", f"({size} - n) * 17")
    waits = f"n > {size - pending}"
    articles = max(1, size // 100)
    text = f"(SELECT %s FROM bench_texts WHERE bench_texts.id = n % {TEXTS})"
    number = "CAST(n AS text)" if is_postgres else "n"
    status = f"CASE WHEN {waits} THEN 'pending' WHEN n % 10 = 0 THEN 'rejected' WHEN n % 50 = 1 THEN 'spam' ELSE 'approved' END"
    is_public = f"({status} = 'approved')"
    score = "0.1 + (n % 80) / 100.0"
    common = {"site_id": str(site), "language": "'de'"}
    return [
        _insert(Article, {**common, "id": "n", "key": f"'article-' || {number}", "url": f"'https://bench.example/' || {number}",
                "title": f"'Article ' || {number}", "section": "'section ' || " + ("CAST(n % 12 AS text)" if is_postgres else "n % 12"),
                "created_at": (at, now)}, where=f"n <= {articles}"),
        _insert(Author, {**common, "id": "n", "public_id": f"substr('author0000000' || {number}, length({number}) + 2, 12)",
                "name": f"'Author ' || {number}", "kind": "'guest'", "created_at": (at, now)}, where=f"n <= {max(1, size // 10)}"),
        _insert(Comment, {**common, "id": "n", "public_id": f"substr('c000000000000' || {number}, length({number}) + 2, 12)",
                "article_id": f"n % {articles} + 1", "author_id": f"n % {max(1, size // 10)} + 1", "author_name": f"'Author ' || {number}",
                "status": status, "posted_at": (at, now), "waiting_since": (f"CASE WHEN {waits} THEN {at} END", now),
                "published_at": (f"CASE WHEN {is_public} THEN {at} END", now), "published_revision": f"CASE WHEN {is_public} THEN 1 END",
                "public_html": f"CASE WHEN {is_public} THEN '<p>' || {text.replace('%s', 'body')} || '</p>' ELSE '' END",
                "risk": "CASE WHEN n % 4 = 0 THEN 10 + n % 80 ELSE 0 END", "is_flagged": "(n % 4 = 0)", "screened_revision": "1",
                "idempotency_key": number}),
        _insert(Revision, {"id": "n", "comment_id": "n", "number": "1", "body": text.replace("%s", "body"),
                "body_html": f"'<p>' || {text.replace('%s', 'body')} || '</p>'", "render_version": "2", "created_at": (at, now)}),
        _insert(StatusChange, {"id": "n", "comment_id": "n", "from_status": "''", "to_status": "'pending'", "revision": "1",
                "actor_kind": "'author'", "created_at": (at, now)}),
        _insert(Finding, {"id": "n", "comment_id": "n", "revision": "1", "flagger": "'terms'", "version": "'1'", "outcome": "'flagged'",
                "score": score, "clause": "'respect'", "created_at": (at, now)}, where="n % 4 = 0"),
        _insert(SearchDocument, {"id": "n", "comment_id": "n", "text": f"{text.replace('%s', 'words')} || ' kennung' || {number} || ' author'"}),
        _insert(LinkedDomain, {"id": "n", "site_id": str(site), "comment_id": "n",
                "domain": "'host' || " + ("CAST(n % 997 AS text)" if is_postgres else "n % 997") + " || '.example'"}, where="n % 10 = 0"),
        _insert(StatusChange, {"id": f"n + {size}", "comment_id": "n", "from_status": "'pending'", "to_status": status, "revision": "1",
                "actor_kind": "'moderator'", "actor_id": str(user), "created_at": (at, now)}, where=f"NOT ({waits})"),
        _insert(Decision, {"id": "n", "comment_id": "n", "change_id": f"n + {size}", "moderator_id": str(user), "action":
                "'approve'", "from_status": "'pending'", "to_status": status, "revision": "1", "measure": "'none'",
                "content_language": "'de'", "content_date": "CURRENT_DATE" if is_postgres else "date('now')", "applied_at": (at, now),
                "statement_id": "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"}, where=f"NOT ({waits}) AND n % 20 = 0"),
        _insert(Deferral, {"id": "n", "comment_id": "n", "until": (ago.replace("SECONDS", "-86400"), now), "created_at": (at, now)},
                where=f"{waits} AND n % 100 = 0"),
    ]  # fmt: skip


def _insert(model: type[models.Model], columns: dict[str, Any], *, where: str = "n > 0") -> tuple[str, list[Any]]:
    """One statement that writes a row for each number; columns that are not given get the model's defaults."""
    names, expressions, values = [], [], []
    for field in model._meta.concrete_fields:
        given = columns.get(field.column or "")
        if given is None and field.null:
            continue
        names.append(f'"{field.column}"')
        if isinstance(given, tuple):
            expressions.append(given[0].replace(" % ", " %% "))
            values.append(given[1])
        elif given is not None:
            expressions.append(str(given).replace(" % ", " %% "))
        else:
            default = "" if field.default is NOT_PROVIDED else field.get_default()
            expressions.append("%s")
            values.append(field.get_db_prep_save(default, connection))
    chosen = f"SELECT {', '.join(expressions)} FROM NUMBERS WHERE {where.replace(' % ', ' %% ')}"
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) {chosen}", values
