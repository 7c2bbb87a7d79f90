"""Generated data and queries: what is found equals a plain reading of the specification.

The reading below is written from https://hl7.org/fhir/R4/search.html with Python's own datetime and
Decimal over the FHIR values themselves; it shares nothing with the code that it judges.
"""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_bridge import access, search
from fhir_bridge.access import Actor
from tests.fhir.search.records import observation, patient, put

pytestmark = pytest.mark.django_db

_numbers = iter(range(1, 10**9))

generated = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def fresh() -> Actor:
    """A client of an organisation that nobody has used yet."""
    slug = f"generated-{next(_numbers)}"
    return access.loader_actor(access.organization_ensure(slug=slug, name=slug, fhir_id=slug))


def check(
    resources: list[dict[str, Any]],
    queries: Iterable[tuple[str, str]],
    expected: Callable[[dict[str, Any], str, str], bool],
) -> None:
    """Store the resources; each query finds exactly those that the reading accepts."""
    actor = fresh()
    put(actor, *resources)
    for name, value in queries:
        found = search.find(actor, resources[0]["resourceType"], [(name, value)])
        wanted = {each["id"] for each in resources if expected(each, name, value)}
        assert {stored.id for stored in found} == wanted, (name, value)


# -- token ---------------------------------------------------------------------------------------

codes = st.sampled_from(["a", "A", "b", "1-8"])
systems = st.sampled_from([None, "urn:x", "urn:y"])
codings = st.builds(
    lambda system, code: {"code": code} | ({"system": system} if system else {}), systems, codes
)
tokens = st.builds(
    lambda system, code, form: {
        "code": code, "both": f"{system or ''}|{code}", "system": f"{system or 'urn:x'}|",
    }[form],
    systems, codes, st.sampled_from(["code", "both", "both", "system"]),
)  # fmt: skip


def token_matches(coding: dict[str, str], value: str) -> bool:
    system, bar, code = value.rpartition("|")
    if not bar:
        return coding["code"] == value
    if not code:
        return coding.get("system") == system
    return coding["code"] == code and coding.get("system", "") == system


@generated
@given(
    st.lists(st.lists(codings, max_size=3), min_size=1, max_size=6),
    st.lists(st.lists(tokens, min_size=1, max_size=2), min_size=1, max_size=4),
)
def test_token(lists: list[list[dict[str, str]]], values: list[list[str]]) -> None:
    resources = [
        observation(f"o{n}", method={"coding": each} if each else {"text": "none"})
        for n, each in enumerate(lists)
    ]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        found = any(
            token_matches(coding, part)
            for coding in resource["method"].get("coding", ())
            for part in value.split(",")
        )
        return not found if name.endswith(":not") else found

    joined = [",".join(each) for each in values]
    check(
        resources, [("method", v) for v in joined] + [("method:not", v) for v in joined], expected
    )


# -- string --------------------------------------------------------------------------------------

words = st.text(alphabet="aAbBéÉeß-' ", min_size=1, max_size=5).filter(lambda text: text.strip())


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


@generated
@given(
    st.lists(st.lists(words, max_size=3), min_size=1, max_size=6),
    st.lists(words, min_size=1, max_size=4),
)
def test_string(lists: list[list[str]], values: list[str]) -> None:
    # FHIR strings have no white space at their ends.
    resources = [
        patient(f"p{n}", name=[{"given": [each.strip() for each in given]}] if given else [])
        if given
        else patient(f"p{n}")
        for n, given in enumerate(lists)
    ]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        given = [each for part in resource.get("name", ()) for each in part["given"]]
        if name == "given:exact":
            return value in given
        if name == "given:contains":
            return any(folded(value) in folded(each) for each in given)
        return any(folded(each).startswith(folded(value)) for each in given)

    values = [value.strip() for value in values]
    names = ("given", "given:exact", "given:contains")
    check(resources, [(name, value) for name in names for value in values], expected)


# -- date ----------------------------------------------------------------------------------------

years = st.integers(2019, 2021)
partial_dates = st.one_of(
    years.map(str),
    st.builds("{}-{:02d}".format, years, st.integers(1, 12)),
    st.builds("{}-{:02d}-{:02d}".format, years, st.sampled_from([1, 2, 12]), st.integers(1, 28)),
)
moments = st.builds(
    "{}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}{}".format,
    years, st.sampled_from([1, 12]), st.sampled_from([1, 2, 28]), st.integers(0, 23),
    st.sampled_from([0, 59]), st.sampled_from([0, 30]), st.sampled_from(["Z", "+05:30", "-08:00"]),
)  # fmt: skip
dates = st.one_of(partial_dates, moments)
far_past, far_future = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def covered(text: str) -> tuple[datetime, datetime]:
    """The first moment of a date, and the first after it."""
    if "T" in text:
        low = datetime.fromisoformat(text)
        return low, low + timedelta(seconds=1)
    parts = [int(part) for part in text.split("-")]
    low = datetime(*(parts + [1, 1])[:3], tzinfo=UTC)  # type: ignore[arg-type,misc]
    if len(parts) == 3:
        return low, low + timedelta(days=1)
    if len(parts) == 2 and parts[1] < 12:
        return low, low.replace(month=parts[1] + 1)
    return low, low.replace(year=parts[0] + 1, month=1)


def interval_of(resource: dict[str, Any]) -> tuple[datetime, datetime] | None:
    if "effectiveDateTime" in resource:
        return covered(resource["effectiveDateTime"])
    period = resource.get("effectivePeriod")
    if not period:
        return None
    low = covered(period["start"])[0] if "start" in period else far_past
    return low, covered(period["end"])[1] if "end" in period else far_future


def date_matches(target: tuple[datetime, datetime], prefix: str, value: str) -> bool:
    (low, high), (start, end) = target, covered(value)
    contains = start <= low and high <= end
    return {
        "eq": contains,
        "ne": not contains,
        "gt": high > end,  # the range above the search value overlaps the target
        "lt": low < start,
        "ge": high > end or contains,
        "le": low < start or contains,
        "sa": low >= end,
        "eb": high <= start,
    }[prefix]


@st.composite
def effectives(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["none", "moment", "period", "open", "until"]))
    if kind == "none":
        return {}
    if kind == "moment":
        return {"effectiveDateTime": draw(dates)}
    first, second = sorted((draw(dates), draw(dates)), key=lambda text: covered(text)[0])
    if covered(second)[1] < covered(first)[0]:
        first, second = second, first
    return {
        "effectivePeriod": {
            "period": {"start": first, "end": second},
            "open": {"start": first},
            "until": {"end": second},
        }[kind]
    }


prefixes = st.sampled_from(["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])


@generated
@given(
    st.lists(effectives(), min_size=1, max_size=8),
    st.lists(st.tuples(prefixes, dates), min_size=1, max_size=6),
)
def test_date(each: list[dict[str, Any]], values: list[tuple[str, str]]) -> None:
    resources = [observation(f"o{n}", **effective) for n, effective in enumerate(each)]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        target = interval_of(resource)
        return target is not None and date_matches(target, value[:2], value[2:])

    check(resources, [("date", prefix + value) for prefix, value in values], expected)


# -- number and quantity -------------------------------------------------------------------------

decimals = st.one_of(
    st.sampled_from(["100", "100.0", "99.5", "100.5", "5.4", "5.40", "5.35", "5.45", "0", "-1"]),
    st.builds(lambda n, places: str(Decimal(n).scaleb(-places)), st.integers(-3, 3),
              st.integers(0, 3)),
)  # fmt: skip


def number_matches(target: str, prefix: str, value: str) -> bool:
    found, wanted = Decimal(target), Decimal(value)
    exponent = wanted.as_tuple().exponent
    assert isinstance(exponent, int)
    half = Decimal(5).scaleb(exponent - 1)
    within = wanted - half <= found < wanted + half
    margin = abs(wanted) / 10
    return {
        "": within,
        "eq": within,
        "ne": not within,
        "gt": found > wanted,
        "lt": found < wanted,
        "ge": found >= wanted,
        "le": found <= wanted,
        "sa": found > wanted,
        "eb": found < wanted,
        "ap": wanted - margin <= found <= wanted + margin,
    }[prefix]


number_prefixes = st.sampled_from(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
MASS = {"kg": Decimal(1000), "g": Decimal(1)}
units = st.sampled_from([*MASS, "mm[Hg]"])


@generated
@given(
    st.lists(st.tuples(decimals, units), min_size=1, max_size=8),
    st.lists(
        st.tuples(number_prefixes, decimals, units, st.integers(0, 2)), min_size=1, max_size=6
    ),
)
def test_quantity(targets: list[tuple[str, str]], values: list[tuple[str, str, str, int]]) -> None:
    system = "http://unitsofmeasure.org"
    resources = [
        observation(
            f"o{n}",
            valueQuantity={"value": float(number), "system": system, "code": unit, "unit": unit},
        )
        for n, (number, unit) in enumerate(targets)
    ]
    numbers = dict(zip((each["id"] for each in resources), targets, strict=True))

    def written(prefix: str, number: str, unit: str, form: int) -> str:
        return prefix + number + ("", f"|{system}|{unit}", f"||{unit}")[form]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        text, _, unit = value.partition("|")
        prefix = text[:2] if text[:2].isalpha() else ""
        number, own = numbers[resource["id"]]
        wanted = unit.rpartition("|")[2]
        if unit.startswith("|"):  # as it is written
            return own == wanted and number_matches(number, prefix, text[len(prefix) :])
        if wanted and MASS.get(own, own) == MASS.get(wanted, wanted):
            return own == wanted and number_matches(number, prefix, text[len(prefix) :])
        if wanted and (own not in MASS or wanted not in MASS):
            return False
        scale = MASS[own] / MASS[wanted] if wanted else Decimal(1)
        return number_matches(str(Decimal(number) * scale), prefix, text[len(prefix) :])

    check(resources, [("value-quantity", written(*value)) for value in values], expected)


@generated
@given(
    st.lists(decimals, min_size=1, max_size=8),
    st.lists(st.tuples(number_prefixes, decimals), min_size=1, max_size=6),
)
def test_number(targets: list[str], values: list[tuple[str, str]]) -> None:
    resources = [
        {"resourceType": "RiskAssessment", "id": f"r{n}", "status": "final",
         "subject": {"display": "x"}, "prediction": [{"probabilityDecimal": float(number)}]}
        for n, number in enumerate(targets)
    ]  # fmt: skip

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        prefix = value[:2] if value[:2].isalpha() else ""
        return number_matches(targets[int(resource["id"][1:])], prefix, value[len(prefix) :])

    check(resources, [("probability", prefix + value) for prefix, value in values], expected)


# -- reference -----------------------------------------------------------------------------------

targets_of = st.sampled_from(
    ["Patient/1", "Patient/2", "Group/1", "http://other/fhir/Patient/1", "Patient/1/_history/3"]
)
asked = st.sampled_from(
    [("subject", "1"), ("subject", "Patient/1"), ("subject", "Group/1"), ("subject:Patient", "1"),
     ("subject:Group", "1"), ("subject:Patient", "2"), ("patient", "1"), ("patient", "Patient/2"),
     ("subject", "http://other/fhir/Patient/1"), ("subject", "Patient/1,Group/1")]
)  # fmt: skip


def reference_matches(reference: str, name: str, value: str) -> bool:
    reference = reference.split("/_history/")[0]
    kind = reference.split("/")[-2]
    code, _, modifier = name.partition(":")
    wanted_type = "Patient" if code == "patient" else modifier
    if wanted_type and kind != wanted_type:
        return False
    if "/" in value:
        return reference == value
    return reference == f"{kind}/{value}"


@generated
@given(
    st.lists(st.one_of(st.none(), targets_of), min_size=1, max_size=8),
    st.lists(asked, min_size=1, max_size=6),
)
def test_reference(each: list[str | None], values: list[tuple[str, str]]) -> None:
    resources = [
        observation(f"o{n}", **({"subject": {"reference": reference}} if reference else {}))
        for n, reference in enumerate(each)
    ]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        if "subject" not in resource:
            return False
        reference = resource["subject"]["reference"]
        return any(reference_matches(reference, name, part) for part in value.split(","))

    check(resources, values, expected)
