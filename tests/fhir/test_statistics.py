"""The planner learns of a record that grows, whether or not the server's autovacuum runs."""

import time
import uuid

import pytest
from django.db import connection

from fhir_bridge import background, statistics
from tests.fhir.record import Api, bundle, organization, patient, posted

KEY = (
    "SELECT content FROM fhir_bridge_resource "
    "WHERE organization_id = %s AND type = %s AND fhir_id = %s"
)


def plan() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {KEY}", [organization(), "Patient", str(uuid.uuid4())])
        return "\n".join(row[0] for row in cursor.fetchall())


def due_soon() -> list[str]:
    """What is analysed now: the server hears of changed rows up to a second late."""
    for _ in range(40):
        if found := statistics.refresh(force=True):
            return found
        time.sleep(0.1)
    return []


@pytest.mark.django_db(transaction=True)
def test_a_table_that_grew_is_analysed_once_and_its_key_is_used() -> None:
    if connection.vendor != "postgresql":
        assert statistics.refresh(force=True) == []
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    entries = [posted(patient(gender="female")) for _ in range(statistics.LEAST_ROWS + 100)]
    assert Api().post("", bundle(*entries)).status_code == 200
    assert "fhir_bridge_resource" in due_soon()
    assert "resource_identity" in plan()
    assert statistics.refresh(force=True) == []


@pytest.mark.django_db
def test_the_runner_sees_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(statistics, "refresh", lambda: asked.append(True))
    background.reconcile()
    assert asked == [True]
