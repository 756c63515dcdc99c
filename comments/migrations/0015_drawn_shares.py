from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marginalia', '0014_drawn_comments'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='drawn_share',
            field=models.FloatField(db_default=1, default=1, editable=False, verbose_name='share drawn'),
        ),
    ]
