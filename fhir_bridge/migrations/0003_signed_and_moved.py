"""What a person signed is protected; a compartment says from which version it holds.

What moved between patients before is not known here: old versions of what was ever replaced are
shown to the clients of one patient no more.
"""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def since_now(apps, schema_editor):
    compartments = apps.get_model("fhir_bridge", "PatientCompartment")
    resources = apps.get_model("fhir_bridge", "Resource")
    current = resources.objects.filter(pk=OuterRef("resource_id")).values("version")
    compartments.objects.filter(resource__version__gt=1).update(since=Subquery(current))


class Migration(migrations.Migration):
    dependencies = [("fhir_bridge", "0002_audit_guard")]
    operations = [
        migrations.AddField("resource", "protected", models.BooleanField(db_default=False)),
        migrations.AddField(
            "patientcompartment", "since", models.PositiveIntegerField(db_default=1)
        ),
        migrations.RunPython(since_now, migrations.RunPython.noop),
    ]
