from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marginalia', '0015_drawn_shares'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('number__gt', 1)), fields=['created_at'], name='revision_new_texts'),
        ),
    ]
