from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_old_exports")]

    operations = [
        migrations.RemoveField(
            model_name='exportbatch',
            name='content',
        ),
        migrations.RemoveField(
            model_name='exportbatch',
            name='format',
        ),
        migrations.RemoveField(
            model_name='exportbatch',
            name='row_count',
        ),
        migrations.RemoveField(
            model_name='exportbatch',
            name='sha256',
        ),
    ]
