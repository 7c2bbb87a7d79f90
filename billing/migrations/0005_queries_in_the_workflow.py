"""Billing's questions become coding queries of the workflow, which the physician answers too."""

from django.db import migrations


def move(apps, schema_editor):
    new = apps.get_model("ehr", "CodingQuery")
    rows = apps.get_model("billing", "BillingQuery").objects.select_related("item__signed_note")
    taken = set()
    # A note may have open questions of two of its signatures: the newest stays open.
    for row in rows.order_by("-pk").iterator():
        note_id = row.item.signed_note.note_id
        still_open = row.resolved_at is None and note_id not in taken
        if still_open:
            taken.add(note_id)
        new.objects.create(
            note_id=note_id,
            signed_note_id=row.item.signed_note_id,
            question=row.question,
            asked_by_id=row.asked_by_id,
            asked_at=row.asked_at,
            outcome="" if still_open else "other" if row.resolved_at else "withdrawn",
            answer=row.answer,
            answered_by_id=row.resolved_by_id,
            answered_at=None if still_open else row.resolved_at or row.asked_at,
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_old_columns"), ("ehr", "0003_coding_queries")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel("BillingQuery"),
    ]
