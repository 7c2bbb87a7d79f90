"""Pages: complete, without repetition, in both directions, and stable while others write."""

import random

import pytest

from fhir_bridge import search, store
from fhir_bridge.access import Actor
from fhir_bridge.outcomes import FhirError
from fhir_bridge.search import Found, cursors
from tests.fhir.search.records import observation, owner, patient, put, quantity

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Actor:
    actor = owner()
    put(actor, patient("p"))
    for number in range(23):
        more = {} if number % 5 == 0 else {"effectiveDateTime": f"2020-01-{1 + number % 7:02d}"}
        put(
            actor,
            observation(
                f"o{number:02d}",
                subject={"reference": "Patient/p"},
                valueQuantity=quantity(number % 3),
                **more,
            ),
        )
    return actor


SORTS = ["", "date", "-date", "date,-_id", "-value-quantity,date", "_id", "-_lastUpdated", "-code"]


def page(actor: Actor, sort: str, cursor: object = "", **more: str) -> Found:
    pairs = [("code", "1-8"), *more.items()]
    if sort:
        pairs.append(("_sort", sort))
    if cursor:
        pairs.append(("_cursor", str(cursor)))
    return search.page(actor, "Observation", pairs)


def names(found: Found) -> list[str]:
    return [stored.id for stored in found.matches]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("count", ["1", "4", "23", "50"])
def test_following_next_gives_each_resource_once_in_order(
    record: Actor, sort: str, count: str
) -> None:
    whole = names(page(record, sort, _count="100"))
    assert len(whole) == 23
    collected: list[str] = []
    found = page(record, sort, _count=count)
    while True:
        collected += names(found)
        if found.next is None:
            break
        found = page(record, sort, found.next, _count=count)
    assert collected == whole


@pytest.mark.parametrize("sort", SORTS)
def test_following_previous_gives_the_same_pages_backwards(record: Actor, sort: str) -> None:
    pages = [page(record, sort, _count="5")]
    while pages[-1].next is not None:
        pages.append(page(record, sort, pages[-1].next, _count="5"))
    back = pages[-1]
    for forth in reversed(pages[:-1]):
        assert back.previous is not None
        back = page(record, sort, back.previous, _count="5")
        assert names(back) == names(forth)
        assert back.next is not None
    assert back.previous is None


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("seed", range(3))
def test_pages_are_stable_while_others_insert_delete_and_change(
    record: Actor, sort: str, seed: int
) -> None:
    rng = random.Random(seed)
    before = names(page(record, sort, _count="100"))
    touched: set[str] = set()
    found = page(record, sort, _count="4")
    collected = names(found)
    number = 0
    while found.next is not None:
        number += 1
        put(record, observation(f"new{number}", effectiveDateTime="2020-01-03"))
        deleted = rng.choice(sorted(set(before) - touched))
        store.delete(record, "Observation", deleted)
        # The very resource that the cursor names moves to the far end, or goes.
        last = collected[-1]
        moved = {"valueQuantity": quantity(99)}
        if last not in touched and last != deleted and last.startswith("o"):
            put(record, observation(last, effectiveDateTime="2031-01-01", **moved))
        touched |= {deleted, last}
        found = page(record, sort, found.next, _count="4")
        collected += names(found)
    untouched = [name for name in before if name not in touched]
    assert [name for name in collected if name in untouched] == untouched
    if not sort:
        assert len(collected) == len(set(collected))


def test_the_total_is_given_when_it_costs_nothing_or_is_asked_for(record: Actor) -> None:
    assert page(record, "", _count="5").total is None
    assert page(record, "", _count="50").total == 23
    assert page(record, "", _count="5", _total="accurate").total == 23
    assert page(record, "", _count="50", _total="none").total is None
    counted = page(record, "", _count="0")
    assert (counted.total, counted.matches) == (23, [])


def test_a_cursor_carries_no_value_of_the_resource(record: Actor) -> None:
    cursor = page(record, "-date", _count="3").next
    assert cursor is not None
    assert cursors.parse(str(cursor)) == cursor
    assert "2020" not in str(cursor)
    assert len(str(cursor)) < 20


@pytest.mark.parametrize("text", ["n1", "x1.1", "n1.1; DROP TABLE x", "n" + "f" * 40 + ".1", "é"])
def test_what_is_no_cursor_is_refused(record: Actor, text: str) -> None:
    with pytest.raises(FhirError) as caught:
        page(record, "", text)
    assert caught.value.status == 400
