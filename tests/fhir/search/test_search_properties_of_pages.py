"""Generated records sorted, paged, filtered and read as text: equal to a plain reading of R4.

https://hl7.org/fhir/R4/search.html#sort, #paging, #uri, #content; search_filter.html
"""

import operator
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_bridge import search, store
from tests.fhir.search.generated import check, fresh, generated
from tests.fhir.search.records import patient, put

pytestmark = pytest.mark.django_db


# -- sort and pages ------------------------------------------------------------------------------

BIRTHS = ["1970", "1980-05", "1980-05-20"]
people = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "gender": st.sampled_from(["female", "male", "other"]),
            "birthDate": st.sampled_from(BIRTHS),
            "family": st.lists(st.sampled_from(["abel", "Berg", "çan"]), min_size=1, max_size=2),
        },
    ),
    min_size=1,
    max_size=9,
)
keys = st.lists(
    st.tuples(st.sampled_from(["gender", "birthdate", "family", "_id"]), st.booleans()),
    min_size=1, max_size=3, unique_by=lambda key: key[0],
)  # fmt: skip


def made(n: int, one: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in one.items() if name != "family"}
    names = {"name": [{"family": each} for each in one["family"]]} if "family" in one else {}
    return patient(f"p{n}", **known, **names)


def plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def key_values(resource: dict[str, Any], code: str) -> list[str]:
    if code == "family":
        return [plain(each["family"]) for each in resource.get("name", ())]
    if code == "birthdate":
        # A date begins where its year or month does.
        born = resource.get("birthDate")
        return [(born + "-01-01")[: len("1980-05-20")]] if born else []
    found = resource.get({"_id": "id"}.get(code, code))
    return [found] if found else []


def in_order(resources: list[dict[str, Any]], sort: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    """By the lowest value, or descending by the highest; what has no value comes last."""
    # Equal ones come in the order of their storing, or against it when the first key descends.
    ordered = resources[::-1] if sort[0][1] else list(resources)
    for code, descending in reversed(sort):
        best: Callable[[list[str]], str] = max if descending else min
        known = [each for each in ordered if key_values(each, code)]
        without = [each for each in ordered if not key_values(each, code)]
        known.sort(key=lambda each: best(key_values(each, code)), reverse=descending)
        if descending:  # a reversed sort keeps equal ones as they were
            known = sorted(known, key=lambda each: best(key_values(each, code)), reverse=True)
        ordered = known + without
    return ordered


@generated
@given(people, keys, st.integers(1, 4))
def test_pages_of_a_sorted_search_are_the_sorted_list_cut_up(
    people: list[dict[str, Any]], sort: list[tuple[str, bool]], count: int
) -> None:
    actor = fresh()
    resources = [made(n, one) for n, one in enumerate(people)]
    put(actor, *resources)
    written = ",".join(f"{'-' if descending else ''}{code}" for code, descending in sort)
    asked = [("_sort", written), ("_count", str(count)), ("_total", "accurate")]
    wanted = [each["id"] for each in in_order(resources, sort)]
    forwards: list[list[str]] = []
    page = search.page(actor, "Patient", asked)
    backwards = []
    while True:
        assert page.total == len(resources)
        forwards.append([each.id for each in page.matches])
        if page.next is None:
            break
        page = search.page(actor, "Patient", [*asked, ("_cursor", str(page.next))])
    assert [id_ for each in forwards for id_ in each] == wanted
    while page.previous is not None:
        page = search.page(actor, "Patient", [*asked, ("_cursor", str(page.previous))])
        backwards.append([each.id for each in page.matches])
    assert [id_ for each in backwards[::-1] for id_ in each] == [
        id_ for each in forwards[:-1] for id_ in each
    ]


@generated
@given(
    people,
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["delete", "change", "add"]),
                  st.integers(0, 9)),
        max_size=4,
    ),
    st.booleans(),
)  # fmt: skip
def test_pages_stay_stable_under_writes(
    people: list[dict[str, Any]], writes: list[tuple[int, str, int]], sorted_: bool
) -> None:
    """What nobody writes is seen once, whatever others write between two pages."""
    actor = fresh()
    resources = [made(n, one) for n, one in enumerate(people)]
    put(actor, *resources)
    touched = {f"p{n}" for _, _, n in writes} | {f"new{n}" for n in range(len(writes))}
    asked = [("_count", "2")] + ([("_sort", "-family")] if sorted_ else [])
    seen: list[str] = []
    page = search.page(actor, "Patient", asked)
    for number in range(20):
        seen += [each.id for each in page.matches]
        for n, (when, what, which) in enumerate(writes):
            if when != number:
                continue
            if what == "add":
                put(actor, patient(f"new{n}", name=[{"family": "Abel"}]))
            elif what == "delete":
                store.delete(actor, "Patient", f"p{which}")
            elif which < len(resources):
                put(actor, patient(f"p{which}", name=[{"family": "Zorn"}]))
        if page.next is None:
            break
        page = search.page(actor, "Patient", [*asked, ("_cursor", str(page.next))])
    calm = [each["id"] for each in resources if each["id"] not in touched]
    assert sorted(id_ for id_ in seen if id_ in calm) == sorted(calm)


# -- uri -----------------------------------------------------------------------------------------

uris = st.sampled_from(
    ["http://a.org/x", "http://a.org/x/y", "http://a.org/xy", "http://a.org/", "http://a.org",
     "urn:oid:1.2", "urn:oid:1.2.3", "http://A.org/x"]
)  # fmt: skip


@generated
@given(
    st.lists(uris, min_size=1, max_size=6, unique=True),
    st.lists(st.tuples(st.sampled_from(["url", "url:below", "url:above"]), uris), max_size=8),
)
def test_uri(each: list[str], values: list[tuple[str, str]]) -> None:
    resources = [
        {"resourceType": "ValueSet", "id": f"v{n}", "status": "draft", "url": url}
        for n, url in enumerate(each)
    ]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        url = resource["url"]
        if name == "url:below":
            return bool(url.startswith(value))
        if name == "url:above":  # whole parts of the path
            return bool(value == url or value.startswith(url.rstrip("/") + "/"))
        return bool(url == value)

    check(resources, values, expected)


# -- text ----------------------------------------------------------------------------------------

words = st.sampled_from(["bone", "Bone", "moëlle", "骨折", "os", "1e5", "x_y", "O'Hara", "ß"])
texts = st.lists(words, min_size=1, max_size=4).map(" ".join)
terms = st.one_of(words, texts.map('"{}"'.format), st.sampled_from(["bo*", "m*", "x*", "1*"]))


def tokens(text: str) -> list[str]:
    """Runs of letters and digits; an ideograph is a word of its own."""
    return re.findall(r"[\u3040-\u9fff]|[^\W_\u3040-\u9fff]+", plain(text).lower())


def said(text: str, term: str) -> bool:
    wanted, own = tokens(term), tokens(text)
    if term.endswith("*"):
        return any(one.startswith(wanted[0]) for one in own)
    return any(own[at : at + len(wanted)] == wanted for at in range(len(own)))


@generated
@given(
    st.lists(st.tuples(texts, texts), min_size=1, max_size=6),
    st.lists(st.tuples(terms, st.sampled_from(["", "and", "or", "not"]), terms), max_size=5),
)
def test_text_and_content(each: list[tuple[str, str]], values: list[tuple[str, str, str]]) -> None:
    resources = [
        {"resourceType": "Basic", "id": f"b{n}", "code": {"text": note},
         "text": {"status": "generated",
                  "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{told}</p></div>'}}
        for n, (told, note) in enumerate(each)
    ]  # fmt: skip

    def one(resource: dict[str, Any], name: str, term: str) -> bool:
        told, note = each[int(resource["id"][1:])]
        return said(told, term) or (name == "_content" and said(note, term))

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        first, how, second = queries[value]
        one_, other = one(resource, name, first), one(resource, name, second)
        return {
            "": one_ and other,
            "and": one_ and other,
            "or": one_ or other,
            "not": one_ and not other,
        }[how]

    queries = {f"{first} {how} {second}": (first, how, second) for first, how, second in values}
    names = ("_text", "_content")
    check(resources, [(name, value) for name in names for value in queries], expected)


# -- _filter -------------------------------------------------------------------------------------

comparisons = st.one_of(
    st.tuples(st.just("family"), st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "le"]),
              st.sampled_from(["abel", "BE", "g", "Can", "b"])),
    st.tuples(st.just("gender"), st.sampled_from(["eq", "ne"]),
              st.sampled_from(["male", "FEMALE"])),
    st.tuples(st.sampled_from(["gender", "family", "birthdate"]), st.just("pr"),
              st.sampled_from(["true", "false"])),
    st.tuples(st.just("birthdate"), st.sampled_from(["eq", "gt", "lt"]), st.just("1980")),
)  # fmt: skip
expressions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=5,
)


def spelt(node: Any) -> str:
    if node[0] == "not":
        return f"not ({spelt(node[1])})"
    if node[0] in ("and", "or"):
        return f"({spelt(node[1])}) {node[0]} ({spelt(node[2])})"
    return " ".join(node)


def holds(resource: dict[str, Any], node: Any) -> bool:
    if node[0] == "not":
        return not holds(resource, node[1])
    if node[0] in ("and", "or"):
        both = holds(resource, node[1]), holds(resource, node[2])
        return all(both) if node[0] == "and" else any(both)
    code, compared, value = node
    own = key_values(resource, code)
    if compared == "pr":
        return bool(own) is bool(value == "true")
    if code == "birthdate":
        year = int(own[0][:4]) if own else 0
        return bool(own) and {"eq": year == 1980, "gt": year > 1980, "lt": year < 1980}[compared]
    wanted = plain(value)
    tests: dict[str, Callable[[str, str], bool]] = {
        "eq": operator.eq, "ne": operator.ne, "co": operator.contains,
        "sw": str.startswith, "ew": str.endswith, "gt": operator.gt, "le": operator.le,
    }  # fmt: skip
    return any(tests[compared](one, wanted) for one in own)


@generated
@given(people, st.lists(expressions, min_size=1, max_size=5))
def test_filter(people: list[dict[str, Any]], nodes: list[Any]) -> None:
    resources = [made(n, one) for n, one in enumerate(people)]
    written = {spelt(node): node for node in nodes}

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        return holds(resource, written[value])

    check(resources, [("_filter", text) for text in written], expected)
