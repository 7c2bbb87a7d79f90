"""Protect in the record what was signed before it was protected at signing."""

from django.db import migrations


def protect(apps, schema_editor):
    resources = apps.get_model("fhir_bridge", "Resource")
    signed = apps.get_model("ehr", "SignedNote").objects.values_list(
        "note__visit__organization_id",
        "composition_id",
        "document_reference_id",
        "provenance_id",
    )
    for organization_id, *ids in signed.iterator():
        for name, fhir_id in zip(("Composition", "DocumentReference", "Provenance"), ids):
            resources.objects.filter(
                organization_id=organization_id, type=name, fhir_id=fhir_id
            ).update(protected=True)


class Migration(migrations.Migration):
    dependencies = [
        ("ehr", "0001_initial"),
        ("fhir_bridge", "0003_signed_and_moved"),
    ]
    operations = [migrations.RunPython(protect, migrations.RunPython.noop)]
