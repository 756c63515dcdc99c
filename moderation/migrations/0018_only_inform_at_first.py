from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# They held back on every site that had not chosen; from now on they only inform there.
HELD_BACK = ("links", "terms", "shouting", "repetition", "automation", "site_repetition")
DID_LESS = ("inform", "order")


def keep_what_may_decide(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """To decide includes to hold back from now on: where a site lets a check decide, it holds back."""
    switches = apps.get_model("marginalia_moderation", "FlaggerSwitch").objects
    rules = apps.get_model("marginalia_moderation", "DecidingRule").objects.filter(is_active=True)
    for site, flagger, language in list(rules.values_list("site_id", "flagger", "language").distinct()):
        chosen = dict(switches.filter(site_id=site, flagger=flagger).values_list("language", "state"))
        state = chosen.get(language) or chosen.get("") or ("inform" if flagger in HELD_BACK else "")
        if state in DID_LESS:
            switches.update_or_create(site_id=site, flagger=flagger, language=language, defaults={"state": "on"})


class Migration(migrations.Migration):

    dependencies = [
        ('marginalia_moderation', '0017_rules_of_flaggers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='flaggerswitch',
            name='state',
            field=models.CharField(choices=[('off', 'Off'), ('shadow', 'In shadow'), ('inform', 'On, only informs'), ('order', 'On, orders'), ('on', 'On, holds back')], max_length=8, verbose_name='state'),
        ),
        migrations.RunPython(keep_what_may_decide, migrations.RunPython.noop, elidable=True),
    ]
