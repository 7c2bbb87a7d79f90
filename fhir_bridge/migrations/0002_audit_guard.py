"""The database refuses to change or delete an audit entry; sealing may fill in its chain once."""

from django.conf import settings
from django.db import migrations

SEALED_COLUMNS = """
    OLD.position IS NOT NULL OR NEW.position IS NULL
    OR NEW.id <> OLD.id OR NEW.organization_id <> OLD.organization_id OR NEW.at <> OLD.at
    OR NEW.actor <> OLD.actor OR NEW.action <> OLD.action OR NEW.outcome <> OLD.outcome
    OR NEW.resource_type <> OLD.resource_type OR NEW.resource_id <> OLD.resource_id
    OR COALESCE(NEW.version, -1) <> COALESCE(OLD.version, -1)
"""
SQLITE = [
    f"""CREATE TRIGGER audit_no_change BEFORE UPDATE ON fhir_bridge_auditentry
    WHEN {SEALED_COLUMNS} OR NEW.detail <> OLD.detail
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON fhir_bridge_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION fhir_bridge_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    f"""CREATE TRIGGER audit_no_change BEFORE UPDATE ON fhir_bridge_auditentry FOR EACH ROW
    WHEN ({SEALED_COLUMNS} OR NEW.detail::text <> OLD.detail::text)
    EXECUTE FUNCTION fhir_bridge_audit_guard()""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON fhir_bridge_auditentry FOR EACH ROW
    EXECUTE FUNCTION fhir_bridge_audit_guard()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON fhir_bridge_auditentry
    EXECUTE FUNCTION fhir_bridge_audit_guard()""",
]
SQLITE_UNDO = ["DROP TRIGGER IF EXISTS audit_no_change", "DROP TRIGGER IF EXISTS audit_no_delete"]
POSTGRESQL_UNDO = ["DROP FUNCTION IF EXISTS fhir_bridge_audit_guard CASCADE"]


def guard_install(apps, schema_editor):
    if settings.AUDIT_GUARD:
        postgresql = schema_editor.connection.vendor == "postgresql"
        for statement in POSTGRESQL if postgresql else SQLITE:
            schema_editor.execute(statement, params=None)


def guard_remove(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_UNDO if postgresql else SQLITE_UNDO:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("fhir_bridge", "0001_initial")]
    operations = [migrations.RunPython(guard_install, guard_remove)]
