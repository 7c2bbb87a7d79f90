"""Service codes are held to the code lists that this installation has loaded, and to no other."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.models import Fee
from billing.selectors.procedures import procedure_name, procedure_problem
from billing.services.practice import fee_save
from fhir_bridge import definitions
from fhir_bridge.code_lists import cpt, hcpcs
from fhir_bridge.code_lists.common import CodeList, Entry, days
from tests.ehr.world import World

DAY = date(2026, 5, 4)


@pytest.fixture
def hcpcs_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    shared = definitions._built()
    (tmp_path / shared.name).symlink_to(shared)
    monkeypatch.setattr(definitions, "_path", lambda: tmp_path / shared.name)
    monkeypatch.setattr(definitions, "_built", lambda: tmp_path / shared.name)
    entries = (
        Entry("A9901", "An invented cushion", (), days("20200101", "", "")),
        Entry("A9902", "An older one", (), days("20000101", "20191231", "")),
    )
    made = CodeList(hcpcs.URL, "HCPCS", "HCPCS", "Nobody", "en", entries)
    definitions.code_system_write("hcpcs.test", made.resource)
    definitions._concepts.cache_clear()
    yield
    definitions._concepts.cache_clear()


def test_without_a_list_nothing_is_held_against_a_code() -> None:
    assert procedure_problem(cpt.URL, "99213", DAY) == ""
    assert procedure_name(cpt.URL, "99213") == ""


@pytest.mark.usefixtures("hcpcs_loaded")
@pytest.mark.parametrize(
    ("code", "day", "problem"),
    [
        ("A9901", DAY, ""),
        ("A9901", date(2019, 1, 1), "not-in-force"),
        ("A9902", date(2019, 12, 31), ""),
        ("A9902", DAY, "not-in-force"),
        ("A9999", DAY, "unknown"),
    ],
)
def test_a_loaded_list_says_whether_a_code_may_be_used_that_day(
    code: str, day: date, problem: str
) -> None:
    assert procedure_problem(hcpcs.URL, code, day) == problem
    assert procedure_problem(cpt.URL, code, day) == ""


@pytest.mark.usefixtures("hcpcs_loaded")
@pytest.mark.django_db
def test_a_fee_without_a_description_takes_the_lists(world: World) -> None:
    fee = {
        "code": "A9901",
        "system": Fee.System.HCPCS,
        "modifier": "",
        "description": "",
        "amount": Decimal("12.50"),
        "since": date(2026, 1, 1),
        "until": None,
    }
    assert fee_save(user=world.biller, values=fee).description == "An invented cushion"
    own = fee_save(user=world.biller, values=fee | {"modifier": "NU", "description": "Ours"})
    assert own.description == "Ours"
