"""Long-term medicines that have a status code of their own (I.C.21.c.3, I.C.4.a.3).

Names are international ones; a code is only suggested beside a condition that gives the reason.
"""

import re


def _names(*names: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE)


# (status code, codes of the conditions that give the reason, names)
LONG_TERM: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "Z79.4",
        r"E1[013]",
        _names(
            "insuline?", "glargine", "lispro", "aspart", "degludec", "detemir", "lantus",
            "humalog", "novolog", "toujeo", "tresiba",
        ),
    ),
    (
        "Z79.84",
        r"E1[13]",
        _names(
            "metformine?", "glipizide", "glimepiride", "glyburide", "gliclazide", "sitagliptine?",
            "empagliflozine?", "dapagliflozine?", "pioglitazone", "linagliptine?", "glucophage",
            "farxiga", "jardiance", "januvia", "diamicron",
        ),
    ),
    (
        "Z79.85",
        r"E1[13]",
        _names(
            "semaglutide", "liraglutide", "dulaglutide", "tirzepatide", "exenatide", "ozempic",
            "trulicity", "victoza", "mounjaro",
        ),
    ),
    (
        "Z79.01",
        r"I48|I82|I26|Z95\.2|Z86\.71",
        _names(
            "warfarine?", "apixaban", "rivaroxaban", "dabigatran", "edoxaban", "coumadin",
            "eliquis", "xarelto", "fluindione", "acenocoumarol",
        ),
    ),
    (
        "Z79.02",
        r"I25|I63|I73|I21|Z95\.5|Z86\.73",
        _names("clopidogrel", "ticagrelor", "prasugrel", "plavix", "brilinta"),
    ),
)  # fmt: skip
