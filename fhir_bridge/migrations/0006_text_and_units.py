"""Full text, the UCUM units in use and the positions of locations, each filled from what is there."""

import fhir_bridge.fields
from django.db import migrations, models

TEXT = "fhir_bridge_resourcetext"


def text_create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TABLE {TEXT} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)"
        )
        schema_editor.execute(f"CREATE INDEX resource_words ON {TEXT} USING gin (words)")
    else:
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE {TEXT} USING fts5(narrative, words, columnsize=0, "
            "tokenize='unicode61 remove_diacritics 0')"
        )


def text_drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TEXT}")


def fill(apps, schema_editor):
    """Index the words, units and positions of what was stored before."""
    from fhir_bridge.documents import parse
    from fhir_bridge.search import index, parameters, words

    Resource = apps.get_model("fhir_bridge", "Resource")
    batch = []
    for pk, content in (
        Resource.objects.filter(deleted=False).values_list("pk", "content").iterator(500)
    ):
        batch.append((pk, *words.words_of(parse(bytes(content)).value)))
        if len(batch) == 500:
            words.insert(batch)
            batch = []
    words.insert(batch)
    QuantityIndex = apps.get_model("fhir_bridge", "QuantityIndex")
    for row in Resource.objects.filter(type="Location", deleted=False).iterator(500):
        near = parameters.registry().parameters["Location"]["near"].number
        found = index.extract("Location", parse(bytes(row.content)).value)
        QuantityIndex.objects.bulk_create(
            QuantityIndex(
                organization_id=row.organization_id,
                resource_id=row.pk,
                param=near,
                low=low,
                high=high,
                system="",
                code="",
                unit="",
                place=place,
            )
            for param, low, high, _, _, _, place in found.get("quantity", ())
            if param == near
        )
    schema_editor.execute(
        "INSERT INTO fhir_bridge_unitinuse (organization_id, code) "
        "SELECT DISTINCT organization_id, code FROM fhir_bridge_quantityindex "
        "WHERE system = 'http://unitsofmeasure.org' AND code <> ''"
    )


class Migration(migrations.Migration):
    dependencies = [("fhir_bridge", "0005_subscriptions")]

    operations = [
        migrations.CreateModel(
            name="UnitInUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organization_id",
                        "code",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("organization_id", models.IntegerField()),
                ("code", fhir_bridge.fields.BytewiseCharField(max_length=200)),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ResourceText",
                    fields=[
                        (
                            "rowid",
                            models.BigIntegerField(primary_key=True, serialize=False),
                        ),
                        ("words", models.TextField()),
                    ],
                ),
            ],
            database_operations=[migrations.RunPython(text_create, text_drop)],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
