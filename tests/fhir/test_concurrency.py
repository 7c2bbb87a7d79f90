"""Many at once: one writer wins, nobody's work is lost, nothing is made twice."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from fhir_bridge import store
from fhir_bridge.outcomes import FhirError
from tests.fhir.record import Api, bundle, patient, posted, put, system

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, action: Callable[[int], Any]) -> list[Any]:
    """The results of `count` threads that start at the same moment; an error is its result."""
    barrier = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            barrier.wait()
            results[number] = action(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_fifty_writers_with_the_same_version_one_wins() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    responses = together(
        50, lambda n: api.put("/Patient/p", patient(id="p", multipleBirthInteger=n),
                              if_match='W/"1"').status_code
    )  # fmt: skip
    assert Counter(responses) == {200: 1, 412: 49}
    assert [each.version for each in store.history(system(), "Patient", "p")] == [2, 1]


def test_unconditional_writers_all_get_their_version() -> None:
    actor = system()
    store.update(actor, "Patient", "p", patient())
    results = together(
        20, lambda n: store.update(actor, "Patient", "p", patient(multipleBirthInteger=n))
    )
    assert sorted(each.version for each in results) == list(range(2, 22))
    assert len(store.history(actor, "Patient", "p")) == 21


def test_the_same_client_id_is_created_once() -> None:
    actor = system()
    results = together(10, lambda n: store.update_or_create(actor, "Patient", "p", patient()))
    assert sum(created for _, created in results) == 1
    assert sorted(stored.version for stored, _ in results) == list(range(1, 11))


def test_conditional_creates_at_once_make_one_resource() -> None:
    actor = system()
    mine = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    results = together(
        10,
        lambda n: store.create_conditionally(
            actor, mine, if_none_exist=[("identifier", "urn:mrn|1")]
        ),
    )
    assert len({stored.id for stored, _ in results}) == 1
    assert sum(created for _, created in results) == 1


def test_transactions_that_cross_do_not_lock_each_other_out() -> None:
    actor = system()
    ids = [f"p{number}" for number in range(6)]
    store.transaction(actor, bundle(*(put(patient(id=id)) for id in ids)))
    results = together(
        8,
        lambda n: store.transaction(
            actor, bundle(*(put(patient(id=id)) for id in (ids if n % 2 else ids[::-1])))
        ),
    )
    assert not [each for each in results if isinstance(each, Exception)]
    assert store.read(actor, "Patient", "p0").version == 9


def test_a_reader_never_sees_half_a_transaction() -> None:
    actor = system()
    store.transaction(actor, bundle(put(patient(id="a")), put(patient(id="b"))))

    def act(number: int) -> Any:
        if number % 2:
            pair = (put(patient(id=id, multipleBirthInteger=number)) for id in ("a", "b"))
            return store.transaction(actor, bundle(*pair))
        return store.read_many(actor, [("Patient", "a"), ("Patient", "b")])

    for result in together(20, act):
        assert not isinstance(result, FhirError)
        if isinstance(result, dict):
            a, b = result["Patient", "a"].resource, result["Patient", "b"].resource
            assert a.get("multipleBirthInteger") == b.get("multipleBirthInteger")


class Killed(Exception):
    pass


class Killer:
    """Lets so many statements pass and fails at the next."""

    def __init__(self, passes: int) -> None:
        self.left = passes

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return execute(sql, params, many, context)


def _conditional() -> dict[str, Any]:
    """A bundle whose every entry asks the database first."""
    criteria = "identifier=urn:mrn|"
    mine = [{"system": "urn:mrn", "value": "1"}]
    return bundle(
        posted(patient(identifier=mine), ifNoneExist=f"{criteria}1"),
        {
            "resource": patient(gender="male"),
            "request": {"method": "PUT", "url": f"Patient?{criteria}2"},
        },
        {"request": {"method": "DELETE", "url": f"Patient?{criteria}3"}},
        {
            "resource": {"resourceType": "Parameters"},
            "request": {"method": "PATCH", "url": "Patient/old", "ifMatch": 'W/"1"'},
        },
        {"request": {"method": "DELETE", "url": "Patient/gone"}},
    )


@pytest.mark.parametrize("kind", ["plain", "conditional"])
def test_a_transaction_killed_at_any_statement_leaves_nothing(kind: str) -> None:
    actor = system()
    for id_, number in (("old", 0), ("two", 2), ("three", 3), ("gone", 4)):
        store.update(
            actor, "Patient", id_, patient(identifier=[{"system": "urn:mrn", "value": str(number)}])
        )
    before = store.history_page(actor).total
    plain = bundle(posted(patient()), put(patient(id="old")), put(patient(id="new")))
    mine, changed = (plain, 3) if kind == "plain" else (_conditional(), 5)
    for passes in range(200):
        try:
            with connection.execute_wrapper(Killer(passes)):
                store.transaction(
                    actor, mine, read_patch=lambda *_: lambda value: value | {"active": True}
                )
        except Killed:
            assert store.history_page(actor).total == before
        else:
            break
    # PostgreSQL is given all that a transaction writes in one statement.
    assert (2 if connection.vendor == "postgresql" else 5) < passes < 199
    assert store.history_page(actor).total == before + changed


def test_conditional_requests_at_once_make_one_resource() -> None:
    api = Api()
    mine = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    criteria = "identifier=urn:mrn|1"

    def ask(number: int) -> int:
        if number % 3 == 0:
            answer = api.post("/Patient", mine, if_none_exist=criteria)
        elif number % 3 == 1:
            answer = api.put(f"/Patient?{criteria}", mine)
        else:
            answer = api.post("", bundle(posted(mine, ifNoneExist=criteria)))
        status: int = answer.status_code
        return status

    assert set(together(15, ask)) <= {200, 201}
    assert api.get(f"/Patient?{criteria}").json()["total"] == 1


def test_patches_at_once_lose_none_of_each_others_work() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", telecom=[{"value": "first"}]))

    def add(number: int) -> int:
        patch = [{"op": "add", "path": "/telecom/-", "value": {"value": str(number)}}]
        status: int = api.call(
            "PATCH", "/Patient/p", patch, content_type="application/json-patch+json"
        ).status_code
        return status

    assert together(12, add) == [200] * 12
    held = {each["value"] for each in api.get("/Patient/p").json()["telecom"]}
    assert held == {"first", *map(str, range(12))}
