"""The audit trail: complete, without patient data, and nobody can change it unseen."""

import importlib
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from fhir_bridge import audit, store
from fhir_bridge.models import AuditEntry
from fhir_bridge.outcomes import FhirError
from tests.fhir.record import Api, organization, patient, system

pytestmark = pytest.mark.django_db

guard = importlib.import_module("fhir_bridge.migrations.0002_audit_guard")


def actions() -> list[tuple[str, str, str, int | None, str]]:
    return list(
        AuditEntry.objects.order_by("pk").values_list(
            "action", "resource_type", "resource_id", "version", "outcome"
        )
    )


def test_every_kind_of_access_is_recorded() -> None:
    actor = system()
    store.update(actor, "Patient", "p", patient())
    store.update(actor, "Patient", "p", patient())
    store.read(actor, "Patient", "p")
    store.vread(actor, "Patient", "p", 1)
    store.history(actor, "Patient", "p")
    store.delete(actor, "Patient", "p")
    with pytest.raises(FhirError):
        store.read(actor, "Patient", "nobody")
    assert actions() == [
        ("create", "Patient", "p", 1, "success"),
        ("update", "Patient", "p", 2, "success"),
        ("read", "Patient", "p", 2, "success"),
        ("vread", "Patient", "p", 1, "success"),
        ("history", "Patient", "p", None, "success"),
        ("delete", "Patient", "p", 3, "success"),
        ("read", "Patient", "nobody", None, "not-found"),
    ]
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {"token:0"}


def test_a_refusal_is_recorded() -> None:
    Api(scopes="system/Observation.rs").get("/Patient/p")
    assert actions() == [("instance", "Patient", "p", None, "denied")]


def test_a_write_that_is_rolled_back_leaves_no_entry() -> None:
    with transaction.atomic():
        store.create(system(), patient())
        transaction.set_rollback(True)
    assert actions() == []


def test_entries_hold_no_patient_data() -> None:
    api = Api()
    api.post("/Patient", patient(birthDate="1970-01-02"))
    api.get("/Patient?family=Quill&birthdate=1970-01-02")
    api.get("/Patient?family=Quill&nonsense=1970-01-02")
    text = repr(list(AuditEntry.objects.values()))
    assert "Quill" not in text
    assert "1970" not in text


def test_a_sealed_chain_holds() -> None:
    for number in range(3):
        store.update(system(), "Patient", "p", patient(multipleBirthInteger=number))
    store.create(system("other"), patient())
    assert audit.audit_seal() == 4
    assert audit.audit_seal() == 0
    store.read(system(), "Patient", "p")
    home = audit.verify(organization())
    assert (home.sealed, home.unsealed, home.broken_at) == (3, 1, 0)
    audit.audit_seal()
    assert [each.broken_at for each in audit.verify_all()] == [0, 0]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE fhir_bridge_auditentry SET actor = 'nobody' WHERE position = 2",
        "UPDATE fhir_bridge_auditentry SET resource_id = 'q' WHERE position = 2",
        "DELETE FROM fhir_bridge_auditentry WHERE position = 2",
        "UPDATE fhir_bridge_auditentry SET hash = previous_hash WHERE position = 2",
    ],
)
def test_a_change_or_a_gap_in_the_chain_shows(tampering: str) -> None:
    for _ in range(4):
        store.update(system(), "Patient", "p", patient())
    audit.audit_seal()
    with connection.cursor() as cursor:
        cursor.execute(tampering)
    assert audit.verify(organization()).broken_at == 2


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_or_delete_an_entry(settings: Any) -> None:
    settings.AUDIT_GUARD = True
    store.update(system(), "Patient", "p", patient())
    with connection.schema_editor() as editor:
        guard.guard_install(None, editor)
    try:
        for statement in (
            "UPDATE fhir_bridge_auditentry SET actor = 'nobody'",
            "UPDATE fhir_bridge_auditentry SET position = 1, resource_id = 'q'",
            "DELETE FROM fhir_bridge_auditentry",
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                connection.cursor().execute(statement)
        assert audit.audit_seal() == 1
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute("UPDATE fhir_bridge_auditentry SET hash = ''")
        assert audit.verify(organization()).broken_at == 0
    finally:
        with connection.schema_editor() as editor:
            guard.guard_remove(None, editor)


def test_buffered_reads_are_inserted_by_a_flush(settings: Any, monkeypatch: Any) -> None:
    buffer = audit._Buffer()
    monkeypatch.setattr(audit, "_buffer", buffer)
    monkeypatch.setattr(buffer, "_run", lambda: None)
    settings.AUDIT_BUFFER_SECONDS = 1
    store.update(system(), "Patient", "p", patient())
    store.read(system(), "Patient", "p")
    assert [each[0] for each in actions()] == ["create"]
    audit.flush()
    assert [each[0] for each in actions()] == ["create", "read"]


def test_a_failed_flush_keeps_the_entries(settings: Any, monkeypatch: Any) -> None:
    buffer = audit._Buffer()
    monkeypatch.setattr(audit, "_buffer", buffer)
    monkeypatch.setattr(buffer, "_run", lambda: None)
    settings.AUDIT_BUFFER_SECONDS = 1
    store.update(system(), "Patient", "p", patient())
    store.read(system(), "Patient", "p")

    def fails(*args: Any, **options: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(AuditEntry.objects, "bulk_create", fails)
        with pytest.raises(DatabaseError):
            audit.flush()
    audit.flush()
    assert [each[0] for each in actions()] == ["create", "read"]
