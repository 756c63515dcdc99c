from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marginalia', '0013_flagged_comments'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='is_drawn',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='drawn'),
        ),
    ]
