"""What a note documents of medical decision making, and the range of levels that follows."""

import pytest

from summarizer.em import CODES, Line, Problem, Support, codes_of, support
from summarizer.types import Language

HYPERTENSION = Problem("I10", "Hypertension", True, (1,))
DIABETES = Problem("E11.9", "Type 2 diabetes", True, (2,))
CYSTITIS = Problem("N30.00", "Acute cystitis", True, (1,))


def lines(*pairs: tuple[str, str]) -> list[Line]:
    return [Line(number, section, text) for number, (section, text) in enumerate(pairs, start=1)]


def found(
    *pairs: tuple[str, str], problems: tuple[Problem, ...] = (), language: Language = "en"
) -> Support:
    return support(problems, lines(*pairs), language)


def rules(support: Support, element: str) -> set[str]:
    (one,) = [each for each in support.elements if each.name == element]
    return {item.rule for item in one.items}


def test_an_empty_note_supports_the_lowest_level() -> None:
    nothing = found()
    assert (nothing.least, nothing.most) == (1, 1)
    assert codes_of(nothing, "new") == ("99202",)
    assert codes_of(nothing, "established") == ("99212",)


def test_two_stable_chronic_problems_on_prescriptions_are_moderate() -> None:
    seen = found(
        ("assessment", "Hypertension: it is at goal."),
        ("assessment", "Type 2 diabetes: stable."),
        ("plan", "We will continue the lisinopril 20 mg."),
        problems=(HYPERTENSION, DIABETES),
    )
    assert rules(seen, "problems") == {"chronic-stable"}
    assert rules(seen, "risk") == {"prescription"}
    assert (seen.least, seen.most) == (3, 3)
    assert codes_of(seen, "established") == ("99214",)


def test_a_code_that_nobody_accepted_widens_the_range_only() -> None:
    proposed = Problem("E11.9", "Type 2 diabetes", False, (2,))
    seen = found(
        ("assessment", "Hypertension."),
        ("assessment", "Type 2 diabetes."),
        ("plan", "We will continue the lisinopril 20 mg."),
        problems=(HYPERTENSION, proposed),
    )
    assert (seen.least, seen.most) == (2, 3)
    assert codes_of(seen, "established") == ("99213", "99214")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Hypertension: it is not controlled.", "chronic-worse"),
        ("Hypertension, worsening.", "chronic-worse"),
        ("Hypertension, not worse.", "chronic-stable"),
        ("Hypertension, severe exacerbation.", "chronic-severe"),
    ],
)
def test_a_chronic_problem_is_as_the_words_have_it(said: str, rule: str) -> None:
    assert rule in rules(found(("assessment", said), problems=(HYPERTENSION,)), "problems")


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("N30.00", "acute"),
        ("S93.401A", "acute"),
        ("J00", "minor"),
        ("R07.9", "undiagnosed"),
        ("Z79.4", None),
        ("W01.0XXA", None),
    ],
)
def test_a_problem_is_of_the_kind_of_its_code(code: str, rule: str | None) -> None:
    seen = found(("assessment", "x"), problems=(Problem(code, code, True, (1,)),))
    assert rules(seen, "problems") == ({rule} if rule else set())


def test_each_unique_test_counts_once() -> None:
    seen = found(
        ("plan", "We will order a CBC."),
        ("plan", "We will repeat the CBC in 3 months."),
        ("results", "Hemoglobin A1c 8.2."),
        ("plan", "We will order a chest x-ray."),
    )
    data = seen.elements[1]
    assert [item.rule for item in data.items].count("test") == len(
        {item.about for item in data.items if item.rule == "test"}
    )
    assert data.least == 3


def test_a_treatment_is_no_test() -> None:
    assert rules(found(("plan", "We will order physical therapy and a flu shot.")), "data") == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I personally reviewed the x-ray.", "interpretation"),
        ("I discussed the case with the cardiologist.", "discussion"),
        ("I reviewed the discharge summary from the hospital, the previous records.", "notes"),
        ("Her mother reports that she vomited twice.", "historian"),
        ("Sa mère rapporte des vomissements.", "historian"),
    ],
)
def test_data_of_other_kinds_is_found(text: str, rule: str) -> None:
    assert rule in rules(found(("hpi", text)), "data")
    assert rule not in rules(found(("hpi", "She slept well.")), "data")


def test_an_image_that_was_only_reviewed_is_open() -> None:
    seen = found(("results", "In reviewing the x-ray, there is no fracture."))
    items = [item for item in seen.elements[1].items if item.rule == "interpretation"]
    assert [item.open for item in items] == [True]
    assert seen.elements[1].least < seen.elements[1].most


def test_an_image_that_was_read_by_oneself_is_sure_whatever_was_said_before() -> None:
    seen = found(
        ("results", "In reviewing the x-ray, there is no fracture."),
        ("results", "I personally reviewed the x-ray."),
    )
    items = [item for item in seen.elements[1].items if item.rule == "interpretation"]
    assert [(item.open, item.refs) for item in items] == [(False, (2,))]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("We will prescribe amoxicillin 500 mg.", "prescription"),
        ("Take ibuprofen and continue it for 3 days.", "over-the-counter"),
        ("We will prescribe ibuprofen 800 mg.", "prescription"),
        ("The patient was advised to ice the knee.", "minimal"),
        ("We will refer for surgery.", "surgery"),
        ("She cannot afford the inhaler.", "circumstances"),
        ("We will continue warfarin and check the INR weekly.", "toxicity"),
        ("We will send her to the hospital today.", "hospital"),
    ],
)
def test_risk_is_read_from_the_plan(text: str, rule: str) -> None:
    assert rule in rules(found(("plan", text)), "risk")


@pytest.mark.parametrize(
    "text",
    [
        "We will send her to the emergency room if she gets worse.",
        "There is no need for surgery.",
        "Her mother takes warfarin.",
    ],
)
def test_what_is_supposed_denied_or_anothers_is_no_risk(text: str) -> None:
    assert not rules(found(("plan", text)), "risk") & {"hospital", "surgery", "prescription"}


def test_stated_time_may_support_more_than_decisions_do() -> None:
    seen = found(("plan", "I spent a total of 32 minutes on this visit."), problems=(CYSTITIS,))
    assert seen.minutes == 32
    assert seen.by_time("established") == 3
    assert seen.by_time("new") == 2
    assert codes_of(seen, "established") == ("99214",)
    assert found(("plan", "Walk 30 minutes a day.")).minutes is None


def test_a_pick_is_told_apart_in_both_directions_alike() -> None:
    seen = found(
        ("assessment", "Acute cystitis."),
        ("plan", "We will prescribe nitrofurantoin."),
        problems=(CYSTITIS,),
    )
    assert (seen.least, seen.most) == (2, 2)
    assert seen.within("99213") == "within"
    assert seen.within("99214") == "less"
    assert seen.within("99212") == "more"
    assert seen.within("99203") == "within"
    assert seen.within("12345") == "unknown"


def test_french_notes_give_the_same_range() -> None:
    english = found(
        ("assessment", "Hypertension: it is not controlled."),
        ("plan", "We will increase the lisinopril to 20 mg."),
        ("plan", "We will order a creatinine."),
        problems=(HYPERTENSION,),
    )
    french = found(
        ("assessment", "Hypertension : elle est non contrôlée."),
        ("plan", "On augmente le lisinopril à 20 mg."),
        ("plan", "On demande une créatinine."),
        problems=(HYPERTENSION,),
        language="fr",
    )
    assert (english.least, english.most) == (french.least, french.most) == (3, 3)
    assert [each.least for each in english.elements] == [each.least for each in french.elements]


def test_the_codes_are_numbers_of_office_visits() -> None:
    assert sorted(code for codes in CODES.values() for code in codes.values()) == [
        "99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215",
    ]  # fmt: skip
