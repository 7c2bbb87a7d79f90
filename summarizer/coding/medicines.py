"""Long-term medicines that have a status code of their own (I.C.21.c.3, I.C.4.a.3).

Names are international ones; a code is only suggested beside a condition that gives the reason.
"""

import re

LONG_TERM: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (code, reason, re.compile(rf"\b(?:{names})\b", re.IGNORECASE))
    for code, reason, names in (
        ("Z79.4", r"E1[01]|E13", r"insulin\w*|insuline|glargine|lispro|aspart|degludec|detemir|lantus|humalog|novolog"),
        ("Z79.84", r"E11|E13", r"metformine?|glipizide|glimepiride|glyburide|gliclazide|sitagliptine?|empagliflozine?|dapagliflozine?|pioglitazone|linagliptine?|glucophage|farxiga|jardiance|januvia"),
        ("Z79.85", r"E11|E13", r"semaglutide|liraglutide|dulaglutide|tirzepatide|exenatide|ozempic|trulicity|victoza|mounjaro"),
        ("Z79.01", r"I48|I82|I26|Z95\.2|Z86\.71", r"warfarine?|apixaban|rivaroxaban|dabigatran|edoxaban|coumadin|eliquis|xarelto|fluindione|acenocoumarol"),
        ("Z79.02", r"I25|I63|I73|Z95\.5|Z86\.73|I21", r"clopidogrel|ticagrelor|prasugrel|plavix|brilinta"),
    )
)  # fmt: skip
