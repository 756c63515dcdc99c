from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def flag_what_has_a_risk(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("marginalia", "Comment").objects.filter(risk__gt=0).update(is_flagged=True)


class Migration(migrations.Migration):

    dependencies = [
        ('marginalia', '0012_texts_of_articles'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='comment',
            name='comment_queue_flagged',
        ),
        migrations.AddField(
            model_name='comment',
            name='is_flagged',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='flagged'),
        ),
        migrations.RunPython(flag_what_has_a_risk, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('is_flagged', True), ('waiting_since__isnull', False)), fields=['site', 'waiting_since', 'id'], name='comment_queue_flagged'),
        ),
    ]
