from django.db import migrations


def files_move(apps, schema_editor):
    """Each old export was one CSV file; what waited is looked at again by the scrubber."""
    batch = apps.get_model("billing", "ExportBatch")
    file = apps.get_model("billing", "ExportFile")
    for row in batch.objects.iterator(chunk_size=50):
        file.objects.create(
            batch=row, kind="csv", content=row.content, sha256=row.sha256, rows=row.row_count
        )
    apps.get_model("billing", "BillingItem").objects.filter(state="ready").update(state="signed")


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_claims")]

    operations = [migrations.RunPython(files_move, migrations.RunPython.noop)]
