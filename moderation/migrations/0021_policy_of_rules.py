import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def name_policy(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was measured so far was measured under the policy that was in force."""
    published = apps.get_model("marginalia_moderation", "PolicyVersion").objects.filter(state="published")
    rules = apps.get_model("marginalia_moderation", "DecidingRule").objects.exclude(measured_at=None)
    for rule in rules:
        in_force = published.filter(site=rule.site_id, effective_at__lte=rule.measured_at)
        rule.policy = in_force.order_by("-effective_at", "-number").first()
        rule.save(update_fields=["policy"])


class Migration(migrations.Migration):

    dependencies = [
        ('marginalia_moderation', '0020_findings_read_to_the_end'),
    ]

    operations = [
        migrations.AddField(
            model_name='decidingrule',
            name='policy',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deciding_rules', to='marginalia_moderation.policyversion', verbose_name='policy version'),
        ),
        migrations.AlterField(
            model_name='decidingevent',
            name='kind',
            field=models.CharField(choices=[('in', 'Switched on'), ('out', 'Switched off'), ('began', 'Was right often enough, and began to decide'), ('short', 'Was not proved right often enough'), ('fell', 'Was no longer right often enough, and stopped'), ('version', 'The check has changed: measured anew'), ('policy', 'What it rests on in the policy has changed: measured anew')], max_length=8, verbose_name='what'),
        ),
        migrations.RunPython(name_policy, migrations.RunPython.noop, elidable=True),
    ]
