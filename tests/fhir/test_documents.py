"""JSON goes in and comes out the same: digits, strings, order, unknown content."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_bridge.documents import MAX_DEPTH, document, dumps, parse
from fhir_bridge.outcomes import Invalid

digits = st.from_regex(
    r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(digits)
def test_every_number_keeps_its_literal(literal: str) -> None:
    content = f'{{"value":{literal}}}'.encode()
    assert dumps(parse(content).value) == content


@given(
    st.recursive(
        texts | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
    )
)
def test_every_string_and_order_is_kept(value: object) -> None:
    wrapped = {"value": value}
    assert parse(dumps(wrapped)).value == wrapped
    assert parse(json.dumps(wrapped)).value == wrapped


@pytest.mark.parametrize("literal", ["1.00", "1E-22", "1e-22", "0.0000001", "-0", "-0.0", "1e+5"])
def test_spellings_that_python_would_change_are_kept(literal: str) -> None:
    assert dumps(parse(f'{{"a":{literal}}}').value) == f'{{"a":{literal}}}'.encode()


def test_numbers_are_read_as_int_or_decimal() -> None:
    value = parse('{"a":1,"b":1.50,"c":1e2}').value
    assert type(value["a"]) is int
    assert value["b"] == Decimal("1.50")
    assert str(value["b"]) == "1.50"
    assert value["c"] == 100


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\x00\x01\x02",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":01}',
        b'{"a":1e9999}',
        b'{"a":' + b"9" * 400 + b"}",
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_clean_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        dumps(parse(content).value)
    assert caught.value.status == 400
    assert caught.value.code == "structure"


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Invalid):
        dumps(parse(rb'{"a":"\ud800"}').value)
    assert parse(rb'{"a":"\ud83d\ude00"}').value == {"a": "😀"}


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    depth = MAX_DEPTH - 2
    content = b'{"a":' * depth + b"1" + b"}" * depth
    assert dumps(parse(content).value) == content


def test_a_callers_mapping_is_left_as_it_was() -> None:
    mine = {"resourceType": "Patient", "multipleBirthInteger": 2, "x": Decimal("1.10")}
    copy = document(mine)
    copy.value["id"] = "other"
    assert "id" not in mine
    assert str(copy.value["x"]) == "1.10"


def test_references_of_each_entry_are_told_apart() -> None:
    value = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "A", "x": {"reference": "B/1"}}},
            {"request": {"method": "GET"}},
            {
                "resource": {
                    "resourceType": "A",
                    "contained": [{"resourceType": "C", "y": {"reference": "#1"}}],
                    "z": [{"reference": "B/2"}],
                }
            },
        ],
    }
    found = [
        [holder["reference"] for holder in each.references] if each else None
        for each in parse(json.dumps(value)).entry_documents()
    ]
    assert found == [["B/1"], None, ["#1", "B/2"]]
