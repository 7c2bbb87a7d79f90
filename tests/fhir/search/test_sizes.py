"""Sizes choose a plan: they are counted once in a while, and never decide what is found."""

from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

import pytest

from fhir_bridge import search
from fhir_bridge.search.fragments import Sql
from fhir_bridge.search.sizes import KEEP_SECONDS, MOST, Sizes, remembered
from tests.fhir.search.records import owner, patient, put


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def counting(asked: list[str]) -> Callable[[list[Sql]], Sequence[int]]:
    def count(sources: Sequence[Sql]) -> list[int]:
        asked.extend(source.text for source in sources)
        return [len(source.text) for source in sources]

    return count


def test_a_size_is_counted_again_only_when_it_is_old() -> None:
    clock, asked = Clock(), list[str]()
    sizes, count = Sizes(clock), counting(asked)
    one, two = Sql("a", (1,)), Sql("bb", (1,))
    assert sizes.of([one, two, one], count) == [1, 2, 1]
    assert sizes.of([two, Sql("a", (2,))], count) == [2, 1]
    assert asked == ["a", "bb", "a"]
    clock.now += KEEP_SECONDS
    assert sizes.of([two], count) == [2]
    assert asked == ["a", "bb", "a", "bb"]


def test_what_is_remembered_is_bounded() -> None:
    sizes, asked = Sizes(Clock()), list[str]()
    for number in range(MOST + 10):
        sizes.of([Sql("x", (number,))], counting(asked))
    assert len(sizes._kept) == MOST


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["", "&_sort=-birthdate", "&_sort=_id,family"])
def test_a_size_of_another_time_changes_no_answer(order: str) -> None:
    actor = owner()
    remembered.forget()
    wanted = parse_qsl(f"gender=male&family=abel&_count=50{order}")
    assert search.page(actor, "Patient", wanted).matches == []
    put(actor, *(patient(f"p{n}", gender="male", name=[{"family": "Abel"}]) for n in range(30)))
    assert len(search.page(actor, "Patient", wanted).matches) == 30
