"""Generated data and queries: what is found equals a plain reading of the specification.

The reading below is written from https://hl7.org/fhir/R4/search.html with Python's own datetime and
Decimal over the FHIR values themselves; it shares nothing with the code that it judges.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fhir.search.generated import check, generated
from tests.fhir.search.records import observation, patient

pytestmark = pytest.mark.django_db


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


displays = st.sampled_from(["Body weight", "Poids, corps", "WEIGHT of the Body", "Ébauche"])
sought = st.sampled_from(["body", "weight", "Bod", "BAUCHE", "ébauche", "body weight", "eight"])


@generated
@given(
    st.lists(st.tuples(st.sampled_from(["none", "text", "display"]), displays), min_size=1,
             max_size=6),
    st.lists(sought, min_size=1, max_size=4),
)  # fmt: skip
def test_token_text_and_missing(each: list[tuple[str, str]], values: list[str]) -> None:
    forms: dict[str, Any] = {
        "none": lambda display: {},
        "text": lambda display: {"method": {"text": display}},
        "display": lambda display: {"method": {"coding": [{"code": "x", "display": display}]}},
    }
    resources = [
        observation(f"o{n}", **forms[form](display)) for n, (form, display) in enumerate(each)
    ]
    shown = {f"o{n}": display for n, (form, display) in enumerate(each) if form != "none"}

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        display = shown.get(resource["id"])
        if name == "method:missing":
            return (display is None) == (value == "true")
        # What is searched for begins a word of the text.
        return display is not None and f" {folded(value)}" in f" {folded(display)}"

    queries = [("method:text", value) for value in values]
    missing = [("method:missing", "true"), ("method:missing", "false")]
    check(resources, queries + missing, expected)


identifiers = st.tuples(
    st.sampled_from([None, "urn:x"]), st.sampled_from(["1", "2"]),
    st.sampled_from([None, "MR", "SS"]),
)  # fmt: skip


@generated
@given(
    st.lists(st.lists(identifiers, max_size=2), min_size=1, max_size=6),
    st.lists(
        st.tuples(st.sampled_from(["urn:t", "urn:u"]), st.sampled_from(["MR", "SS"]),
                  st.sampled_from(["1", "2"])),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_identifier_of_type(
    lists: list[list[tuple[str | None, str, str | None]]], values: list[tuple[str, str, str]]
) -> None:
    def written(system: str | None, value: str, kind: str | None) -> dict[str, Any]:
        type_ = {"type": {"coding": [{"system": "urn:t", "code": kind}]}} if kind else {}
        return {"value": value, **({"system": system} if system else {}), **type_}

    resources = [
        patient(f"p{n}", **({"identifier": [written(*one) for one in each]} if each else {}))
        for n, each in enumerate(lists)
    ]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        system, code, wanted = value.split("|")
        return any(
            one["value"] == wanted and coding["system"] == system and coding["code"] == code
            for one in resource.get("identifier", ())
            for coding in one.get("type", {}).get("coding", ())
        )

    check(resources, [("identifier:of-type", "|".join(value)) for value in values], expected)


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
NOW = datetime.now(UTC)  # whole dates are years apart, so it may pass a little
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
    if "effectiveTiming" in resource:
        events = [covered(event) for event in resource["effectiveTiming"]["event"]]
        return min(low for low, _ in events), max(high for _, high in events)
    period = resource.get("effectivePeriod")
    if not period:
        return None
    low = covered(period["start"])[0] if "start" in period else far_past
    return low, covered(period["end"])[1] if "end" in period else far_future


def nearly(value: str, now: datetime) -> tuple[datetime, datetime]:
    """The range of `ap`: a tenth of the distance between now and the date, on both sides."""
    start, end = covered(value)
    margin = abs(now - (start + (end - start) / 2)) / 10
    return start - margin, end + margin


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
        "ap": low < nearly(value, NOW)[1] and high > nearly(value, NOW)[0],
    }[prefix]


@st.composite
def effectives(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["none", "moment", "period", "open", "until", "timing"]))
    if kind == "none":
        return {}
    if kind == "moment":
        return {"effectiveDateTime": draw(dates)}
    if kind == "timing":
        return {"effectiveTiming": {"event": draw(st.lists(moments, min_size=1, max_size=3))}}
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


prefixes = st.sampled_from(["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])


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


@generated
@given(
    st.lists(partial_dates, min_size=1, max_size=6),
    st.lists(st.tuples(prefixes, dates), min_size=1, max_size=6),
)
def test_date_of_a_partial_date(each: list[str], values: list[tuple[str, str]]) -> None:
    resources = [patient(f"p{n}", birthDate=birth) for n, birth in enumerate(each)]

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        return date_matches(covered(resource["birthDate"]), value[:2], value[2:])

    check(resources, [("birthdate", prefix + value) for prefix, value in values], expected)
