"""Value sets and code systems, R4's and an organisation's own, as other rooms ask for them."""

import sqlite3
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_bridge import store
from fhir_bridge.concepts import CodeSystem, ConceptFile, system_write, tables_create
from fhir_bridge.outcomes import FhirError
from fhir_bridge.terminology import (
    Evaluator,
    Sources,
    codes_above,
    codes_below,
    codes_of,
    is_member,
)
from tests.fhir.record import organization, system
from tests.fhir.terminology.stored import COLOURS, code_system, colours, save, value_set

pytestmark = pytest.mark.django_db

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDERS = "http://hl7.org/fhir/administrative-gender"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
MINE = "http://example.org/mine"


def codes(*include: dict[str, Any], **more: Any) -> list[str]:
    """Store the colours and a value set of these includes, and list its codes."""
    save(system(), colours(), value_set(MINE, *include, **more))
    return [code for _, code in codes_of(organization(), MINE, most=100)]


def refusal(*include: dict[str, Any], **more: Any) -> tuple[int, str]:
    with pytest.raises(FhirError) as caught:
        codes(*include, **more)
    return caught.value.status, caught.value.code


def where(op: str, value: str, property: str = "concept") -> dict[str, Any]:
    return {"system": COLOURS, "filter": [{"property": property, "op": op, "value": value}]}


def test_a_value_set_of_r4_lists_its_codes_in_order() -> None:
    found = codes_of(None, GENDER, most=10)
    assert found == [(GENDERS, each) for each in ("male", "female", "other", "unknown")]


def test_membership_says_yes_no_and_unknown() -> None:
    assert is_member(None, GENDER, GENDERS, "male") is True
    assert is_member(None, GENDER, "", "male") is True
    assert is_member(None, GENDER, GENDERS, "m") is False
    assert is_member(None, GENDER, "http://example.org", "male") is False
    clinical = "http://hl7.org/fhir/ValueSet/condition-code"
    assert is_member(None, clinical, "http://snomed.info/sct", "38341003") is None


def test_codes_by_rule_are_members_without_a_list() -> None:
    units = "http://hl7.org/fhir/ValueSet/ucum-units"
    assert is_member(None, units, "http://unitsofmeasure.org", "mm[Hg]") is True
    assert is_member(None, units, "http://unitsofmeasure.org", "furlongs") is False
    languages = "http://hl7.org/fhir/ValueSet/all-languages"
    assert is_member(None, languages, "urn:ietf:bcp:47", "fr-CA") is True
    assert is_member(None, languages, "urn:ietf:bcp:47", "zz") is False
    with pytest.raises(FhirError) as caught:
        codes_of(None, languages, most=10)
    assert caught.value.code == "too-costly"


def test_subsumption_walks_the_hierarchy_both_ways() -> None:
    assert codes_above(None, ACT, "AMB") == ["AMB", "_ActCareProvisionCode", "_ActEncounterCode"]
    assert {"AMB", "IMP", "ACUTE"} <= set(codes_below(None, ACT, "_ActEncounterCode"))
    assert codes_below(None, ACT, "no-such-code") == []
    assert codes_below(None, "http://example.org", "x") == []


def test_a_concept_has_the_parents_that_its_properties_name_too() -> None:
    save(system(), colours())
    assert codes_below(organization(), COLOURS, "red") == [
        "red", "crimson", "dark-crimson", "scarlet", "puce",
    ]  # fmt: skip
    assert codes_above(organization(), COLOURS, "puce") == ["puce", "red"]


def test_a_hierarchy_in_a_circle_ends() -> None:
    def one(code: str, parent: str) -> dict[str, Any]:
        return {"code": code, "property": [{"code": "parent", "valueCode": parent}]}

    save(system(), code_system(COLOURS, one("a", "b"), one("b", "c"), one("c", "a")))
    assert sorted(codes_below(organization(), COLOURS, "a")) == ["a", "b", "c"]


def test_a_hierarchy_two_thousand_levels_deep_by_property_is_walked() -> None:
    chain = [
        {"code": f"c{n}", "property": [{"code": "parent", "valueCode": f"c{n - 1}"}]}
        for n in range(2_000)
    ]
    save(system(), code_system(COLOURS, *chain))
    assert len(codes_below(organization(), COLOURS, "c0")) == 2_000
    assert len(codes_above(organization(), COLOURS, "c1999")) == 2_000


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (where("is-a", "red"), "red crimson dark-crimson scarlet puce"),
        (where("descendent-of", "red"), "crimson dark-crimson scarlet puce"),
        (where("is-not-a", "red"), "blue"),
        (where("generalizes", "dark-crimson"), "red crimson dark-crimson"),
        (where("=", "cold", "hue"), "blue"),
        (where("in", "cold,warm", "hue"), "crimson blue"),
        (where("not-in", "cold,warm", "hue"), "red dark-crimson scarlet puce"),
        (where("exists", "true", "hue"), "crimson blue"),
        (where("exists", "false", "hue"), "red dark-crimson scarlet puce"),
        (where("regex", "[bp]...?", "code"), "blue puce"),
        (where("regex", "lu", "code"), ""),
        (where("=", "red", "parent"), "crimson scarlet puce"),
        (where("=", "true", "inactive"), "puce"),
        (where("is-a", "no-such-colour"), ""),
    ],
)  # fmt: skip
def test_each_filter_selects_what_the_specification_says(
    rule: dict[str, Any], expected: str
) -> None:
    assert codes(rule) == expected.split()
    for code in ("red", "crimson", "dark-crimson", "scarlet", "blue", "puce"):
        assert is_member(organization(), MINE, COLOURS, code) is (code in expected.split())


def test_filters_of_one_include_all_have_to_hold() -> None:
    both = where("is-a", "red")
    both["filter"] += where("exists", "true", "hue")["filter"]
    assert codes(both) == ["crimson"]


def test_includes_add_up_and_excludes_take_away() -> None:
    listed = {"system": COLOURS, "concept": [{"code": "blue"}, {"code": "red"}]}
    assert codes(listed, where("is-a", "crimson"), exclude=[where("=", "red", "code")]) == [
        "blue", "crimson", "dark-crimson",
    ]  # fmt: skip
    assert is_member(organization(), MINE, COLOURS, "red") is False


def test_value_sets_in_one_include_are_intersected_and_in_several_united() -> None:
    reds, few = "http://example.org/reds", "http://example.org/few"
    listed = {"system": COLOURS, "concept": [{"code": "blue"}, {"code": "scarlet"}]}
    save(system(), value_set(reds, where("is-a", "red")), value_set(few, listed))
    assert codes({"valueSet": [reds, few]}) == ["scarlet"]
    assert is_member(organization(), MINE, COLOURS, "blue") is False
    save(system(), value_set("http://example.org/all", {"valueSet": [few]}, {"valueSet": [reds]}))
    united = codes_of(organization(), "http://example.org/all", most=10)
    assert [code for _, code in united] == [
        "blue", "scarlet", "red", "crimson", "dark-crimson", "puce",
    ]  # fmt: skip


def test_a_code_systems_own_value_set_holds_all_its_codes() -> None:
    save(system(), colours())
    assert len(codes_of(organization(), "http://example.org/all-colours", most=10)) == 6
    assert len(codes_of(None, "http://terminology.hl7.org/ValueSet/v3-ActMood", most=100)) > 5


def test_a_value_set_that_includes_itself_is_refused_at_any_distance() -> None:
    assert refusal({"valueSet": [MINE]}) == (422, "processing")
    second, third = "http://example.org/2", "http://example.org/3"
    save(
        system("b"),
        value_set(second, {"valueSet": [third]}),
        value_set(third, {"valueSet": [second]}),
    )
    with pytest.raises(FhirError) as caught:
        is_member(organization("b"), third, COLOURS, "red")
    assert caught.value.code == "processing"


def test_a_long_chain_of_imports_is_refused_before_it_costs_anything() -> None:
    chain = [
        value_set(f"http://example.org/{n}", {"valueSet": [f"http://example.org/{n + 1}"]})
        for n in range(60)
    ]
    save(system(), *chain)
    with pytest.raises(FhirError) as caught:
        codes_of(organization(), "http://example.org/0", most=10)
    assert caught.value.code == "too-costly"


def test_imports_that_multiply_end_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhir_bridge.terminology.valuesets.MOST_LOOKED_AT", 1_000)
    levels = [
        value_set(f"http://example.org/{n}", *[{"valueSet": [f"http://example.org/{n + 1}"]}] * 20)
        for n in range(8)
    ]
    save(system(), colours(), *levels, value_set("http://example.org/8", {"system": COLOURS}))
    with pytest.raises(FhirError) as caught:
        codes_of(organization(), "http://example.org/0", most=10)
    assert caught.value.code == "too-costly"


@pytest.mark.parametrize("pattern", ["[", "(?=a)b", "x" * 2_000, "(a{1,999}){1,999}"])
def test_a_regular_expression_that_cannot_be_read_is_refused(pattern: str) -> None:
    assert refusal(where("regex", pattern, "code"))[0] == 422


def test_a_regular_expression_that_would_explode_elsewhere_answers_at_once() -> None:
    evil = code_system(COLOURS, {"code": "a" * 5_000 + "!"})
    save(system(), evil, value_set("http://example.org/evil", where("regex", "(a+)+", "code")))
    assert codes_of(organization(), "http://example.org/evil", most=10) == []


def test_filters_that_make_no_sense_are_refused() -> None:
    assert refusal(where("=", "x", "no-such-property")) == (422, "not-supported")


def test_what_one_organisation_stores_is_unknown_to_another() -> None:
    save(system(), colours(), value_set(MINE, {"system": COLOURS}))
    assert len(codes_of(organization(), MINE, most=10)) == 6
    with pytest.raises(FhirError):
        codes_of(organization("other"), MINE, most=10)
    assert codes_below(organization("other"), COLOURS, "red") == []


def test_a_change_counts_at_once_and_a_deletion_too() -> None:
    actor = system()
    made = store.create(actor, colours())
    assert codes_below(organization(), COLOURS, "crimson") == ["crimson", "dark-crimson"]
    store.update(actor, "CodeSystem", made.id, code_system(COLOURS, {"code": "green"}, id=made.id))
    assert codes_below(organization(), COLOURS, "crimson") == []
    assert codes_below(organization(), COLOURS, "green") == ["green"]
    store.delete(actor, "CodeSystem", made.id)
    assert codes_below(organization(), COLOURS, "green") == []


def test_the_version_asked_for_counts_else_the_highest_active_one() -> None:
    def version(number: str, code: str, status: str = "active") -> dict[str, Any]:
        return code_system(COLOURS, {"code": code}, version=number) | {"status": status}

    save(system(), version("2.10", "new"), version("2.9", "old"), version("3.0", "next", "draft"))
    own = organization()
    assert codes_below(own, COLOURS, "new") == ["new"]
    assert codes_below(own, f"{COLOURS}|2.9", "old") == ["old"]
    assert codes_below(own, f"{COLOURS}|4", "old") == []


def test_codes_without_case_are_found_in_any_case() -> None:
    save(system(), code_system(COLOURS, {"code": "Red"}, caseSensitive=False))
    assert codes_below(organization(), COLOURS, "rED") == ["Red"]


TREE = st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=30)


@settings(deadline=None)
@given(TREE)
def test_below_and_above_agree_with_a_plain_reading_of_any_graph(parents: list[int]) -> None:
    """Concept n names parents[n] as its parent; edges to nowhere and circles included."""
    connection = sqlite3.connect(":memory:")
    tables_create(connection)
    concepts = [
        {"code": str(n), "property": [{"code": "parent", "valueCode": str(parent)}]}
        for n, parent in enumerate(parents)
    ]
    system_write(connection, "k", {"url": "k", "content": "complete", "concept": concepts})
    found = ConceptFile(connection).find("k")
    assert isinstance(found, CodeSystem)
    for n in range(len(parents)):
        above: set[int] = set()
        at = n
        while at < len(parents) and (at := parents[at]) < len(parents) and at not in above:
            above.add(at)
        concept = found.find(str(n))
        assert concept is not None
        assert {int(each.code) for each in found.at(found.above(concept))} == above - {n}
    connection.close()


CODES = st.sets(st.sampled_from("abcdef"), min_size=1)
PARTS = st.lists(CODES, min_size=1, max_size=3)


@settings(deadline=None)
@given(includes=st.lists(PARTS, min_size=1, max_size=3), excludes=st.lists(CODES, max_size=2))
def test_expansion_and_membership_agree_with_the_algebra_of_sets(
    includes: list[list[set[str]]], excludes: list[set[str]]
) -> None:
    """Each include is an intersection of value sets; includes are united, excludes taken away."""
    sources = Sources(None)
    sources.add(code_system(COLOURS, *({"code": each} for each in "abcdef")))

    def part(codes: set[str]) -> dict[str, Any]:
        return {"system": COLOURS, "concept": [{"code": each} for each in sorted(codes)]}

    made = []
    for index, sets in enumerate(includes):
        urls = [f"http://example.org/{index}-{n}" for n in range(len(sets))]
        for url, codes in zip(urls, sets, strict=True):
            sources.add(value_set(url, part(codes)))
        made.append({"valueSet": urls})
    whole = value_set(MINE, *made, exclude=[part(each) for each in excludes])
    if not excludes:
        del whole["compose"]["exclude"]
    expected = set().union(*(set.intersection(*sets) for sets in includes)) - set().union(*excludes)
    evaluator = Evaluator(sources)
    listed = [each.concept.code for each in evaluator.members(whole)]
    assert sorted(listed) == sorted(expected)
    for code in "abcdefg":
        assert (evaluator.member(whole, COLOURS, code) is not None) is (code in expected)


def test_thousands_of_listed_codes_may_exclude_each_other() -> None:
    sources = Sources(None)
    many = {"system": COLOURS, "concept": [{"code": str(n)} for n in range(20_000)]}
    odd = {"system": COLOURS, "concept": [{"code": str(n)} for n in range(1, 20_000, 2)]}
    found = list(Evaluator(sources).members(value_set(MINE, many, exclude=[odd])))
    assert len(found) == 10_000
    assert found[-1].concept.code == "19998"
