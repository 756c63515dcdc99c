"""The index behind the desk's search: GIN on PostgreSQL, FTS5 on SQLite, both over the words of SearchDocument.

`manage.py index_comments` fills it for comments that were there before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "marginalia_moderation_searchdocument"
INDEX = "marginalia_moderation_search"

# The expression is the one that moderation/search.py asks for. The words are folded already; `to_tsvector` would part
# them once more, by rules that depend on the locale of the database.
FUNCTION = "marginalia_words"
# In a language that is not unfolded into the query, where PostgreSQL would take the conversion for as cheap as a comparison
# and convert every text rather than look into the index.
POSTGRESQL = (
    f"CREATE FUNCTION {FUNCTION}(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS "
    "$$ BEGIN RETURN array_to_tsvector(string_to_array($1, ' ')); END $$",
    f"CREATE INDEX {INDEX} ON {TABLE} USING gin ({FUNCTION}(text))",
)
POSTGRESQL_BACK = (f"DROP INDEX {INDEX}", f"DROP FUNCTION {FUNCTION}(text)")

# The texts stay in the table; triggers keep the index in step with it, whoever writes.
FORGET = f"INSERT INTO {INDEX} ({INDEX}, rowid, text) VALUES ('delete', old.comment_id, old.text);"
LEARN = f"INSERT INTO {INDEX} (rowid, text) VALUES (new.comment_id, new.text);"
SQLITE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5("
    f"text, content='{TABLE}', content_rowid='comment_id', tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER {INDEX}_insert AFTER INSERT ON {TABLE} BEGIN {LEARN} END",
    f"CREATE TRIGGER {INDEX}_delete AFTER DELETE ON {TABLE} BEGIN {FORGET} END",
    f"CREATE TRIGGER {INDEX}_update AFTER UPDATE ON {TABLE} BEGIN {FORGET} {LEARN} END",
    f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')",
)
SQLITE_BACK = (
    f"DROP TRIGGER {INDEX}_insert",
    f"DROP TRIGGER {INDEX}_delete",
    f"DROP TRIGGER {INDEX}_update",
    f"DROP TABLE {INDEX}",
)
STATEMENTS = {"postgresql": (POSTGRESQL, POSTGRESQL_BACK), "sqlite": (SQLITE, SQLITE_BACK)}


def make_index(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in STATEMENTS[schema_editor.connection.vendor][0]:
        # Without parameters, so that a percent sign or a dollar quote is taken as it stands.
        schema_editor.execute(statement, None)


def drop_index(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in STATEMENTS[schema_editor.connection.vendor][1]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = (
        ("marginalia", "0006_queues"),
        ("marginalia_moderation", "0005_figures"),
    )

    operations = (migrations.RunPython(make_index, drop_index, elidable=False),)
