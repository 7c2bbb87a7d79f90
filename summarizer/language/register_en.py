"""Spoken English in a note's register: ``she doesn't really sleep`` -> ``she does not sleep``.

Contractions are written out, fillers go, a few everyday words become the clinical ones that mean
the same. Numbers, negations and names stay as they are.
"""

import re
from collections.abc import Callable

_Replacement = str | Callable[[re.Match[str]], str]

# A participle after ``he's`` makes it ``has``.
_HAS = (
    r"(?=\s+(?:(?:never|always|already|also|just|not|only|recently|all)\s+)?(?:been|had|got|gotten|"
    r"caused|made|kept|moved|stayed|brought|given|affected|"
    r"taken|gone|lost|noticed|started|stopped|tried|used|become|felt|seen|grown|come|developed|"
    r"improved|worsened|happened|helped|increased|decreased|gained|fallen|done|said|told|"
    r"mentioned|complained)\b)"
)
_WRITTEN_OUT = tuple(
    (re.compile(pattern, re.I), replacement)
    for pattern, replacement in (
        (r"\bcan't\b", "cannot"),
        (r"\bwon't\b", "will not"),
        (r"\bain't\b", "is not"),
        (r"\b(\w+)n't\b", r"\1 not"),
        (rf"\b(he|she|it|that|there|who|what)'s\b{_HAS}", r"\1 has"),
        (rf"\b(the patient)'s{_HAS}", r"\1 has"),
        (r"\b(he|she|it|that|there|who|what|here)'s\b", r"\1 is"),
        (r"\b(he|she|it|they|there|the patient|that|who)'ll\b", r"\1 will"),
        (r"\b(they|there|these|those)'re\b", r"\1 are"),
        (r"\b(they|would|could|should|might|that|who)'ve\b", r"\1 have"),
        (r"\b(he|she|it|they|the patient)'d\b(?=\s+(?:been|had|better|never|gone))", r"\1 had"),
        (r"\b(he|she|it|they|the patient)'d\b", r"\1 would"),
    )
)


def _reported(match: re.Match[str]) -> str:
    ends = {"endors": "endorses", "deny": "denies", "report": "reports", "complain": "complains"}
    return f"{match[1]} {ends[match[2].lower()]}"


_SUBJECT = r"(?:the patient|she|he)"
# Between a clause and its second half, words that open another clause or deny: there the subject
# must be said again.
_OTHER_CLAUSE = (
    r"(?:(?:it|that|this)(?! and\b)|which|who|what|there|they|we|if|when|because|so|like|where|"
    r"while|until|since|not|never|no|nor|cannot|without|denies|her|his|\w+n't|thinks?|thought|feels?|felt|said|says|"
    r"noticed|hopes?|worried|reports?|states?)"
)
_SAID_AGAIN = re.compile(
    rf"^((?:{_SUBJECT} (?:reports|states) that )?({_SUBJECT})\b(?:(?!\b{_OTHER_CLAUSE}\b)[^.;:])*?"
    r"(?<!,) (?:and then|and)) \2 (?=[a-z])",
    re.I,
)


def one_subject(text: str) -> str:
    """``the patient iced it and the patient kept it up``: one subject for both verbs."""
    return _SAID_AGAIN.sub(r"\1 ", text)


_NOT = r"(?<!not )(?<!n't )"
_PLAIN: tuple[tuple[re.Pattern[str], _Replacement], ...] = tuple(
    (re.compile(pattern, re.I), replacement)
    for pattern, replacement in (
        (r"(?:(?<=\s)|^)(?:yeah|yep|yup|gosh|um+|uh+|oh|yes|okay|ok)\b(?=\s|,),?\s*", ""),
        (r"\b(\w{1,5})-\1\b", r"\1"),
        (_NOT + r"\b(?:really|actually|basically|definitely|literally)\s+", ""),
        (_NOT + r"\bjust\s+(?!as\b|in case\b|because\b|before\b|after\b)", ""),
        (r"\bpretty much\s+", ""),
        (r"\bpretty (?=\w)", "fairly "),
        (r"\b(?:kind|sort) of\s+", ""),
        (r"\blike (?=\d)", "about "),
        (r"\ba little(?: bit)? of (?:an?\b )?", "some "),
        (r"\ba (?:little )?bit of (?:an?\b )?", "some "),
        (
            r"\b(?:a )?little(?: bit)? (?=(?:pain|swelling|numbness|tenderness|fluid|redness|"
            r"trouble|edema|effusion|discomfort|bruising|weakness|nausea|cough)\b)",
            "some ",
        ),
        (
            r"\ba (?:tiny |little )?bit (?=(?:high|low|sore|short|tired|dizzy|red|warm|weak|tight|"
            r"down|more|less|better|worse|over(?! an?\b| \d| one\b)|"
            r"(?!over)\w+(?:ed|er|y|ful|ous|ive))\b)",
            "slightly ",
        ),
        (
            r"\ba little (?=(?:high|low|sore|short|tired|dizzy|red|warm|weak|tight|"
            r"down|more|less|better|worse|over|stiff|swollen|tender|nervous|anxious|"
            r"\w+(?:ed|ier)|lighter|slower|lower|higher)\b)",
            "slightly ",
        ),
        (r"\b(?:belly|tummy)\b", "abdomen"),
        (r"\bmeds\b", "medications"),
        (r"(?<!blood )(?<!blood-)\bsugars\b", "blood sugars"),
        (r"\b(the|your|my|his|her|their|in|of|some|this) pee\b", r"\1 urine"),
        (r"\b(?:going pee|peeing)\b", "urinating"),
        (r"\b(?:go )?pee\b", "urinate"),
        (r"\bpoop(?:ing)?\b", "stool"),
        (r"\b(?:threw|throwing) up\b", "vomiting"),
        (r"\bblack and blue\b", "bruised"),
        (r"\bgrandkids\b", "grandchildren"),
        (r"\bkids\b", "children"),
        (r"\bdad\b", "father"),
        (r"\b(?:mom|mum)\b", "mother"),
        (r"\b(nice and|nice,) (?=soft|clear|slow|regular)", ""),
        (r"\bcat scan\b", "CT scan"),
        (r"\b(right|left)[- ]hand side\b", r"\1 side"),
        (r"\b(in|on|at|of|to|for|with|the|a|was|is), (?=\w)", r"\1 "),
        (r"^no, (?=\w+ \w+)", ""),
        # Fillers: "she had like other injuries", "it is like all over the place".
        (
            r"\b(any|some|have|with|just|then|also|never \w+ed) like "
            r"(?=(?:an?|the|this|some|any|\d|\w+(?:s|ing|y))\b)",
            r"\1 ",
        ),
        (r"\b(no|consider|recall|injured|had|has) like (?=(?!an?\b)\w)", r"\1 "),
        (r"\b(is|was) like (?=(?:all|always|constant\w*|\w+ing|\w+er|worse)\b)", r"\1 "),
        (
            r"\b(and|but|or|so|then|it) (?:and )?like (?=(?:the patient|she|he|it|they|there)\b)",
            r"\1 ",
        ),
        (r"\blike (?=really\b|so\b|about \d)", ""),
        (r"^(?:sorry|however)\b,? (?=\w+ \w+)", ""),
        (r"^\w+ and (?=on (?:the|his|her) \w+ exam\b)", ""),
        (r"^(?:the )?(?:results|x-?rays?|exam)(?: and|,)? (?=there (?:is|are)\b)", ""),
        (r"(?<=\w\w)(?<!right)(?<!until)(?<!than)(?<!from)(?<!just)(?<!by)(?<!for) now$", ""),
        (r"(?<=\w\w),? yes$", ""),
        # Said twice, or begun again.
        (r"\b(that)(?: that){2,}\b", r"\1"),
        (r"\b([a-z]{5,}) (?=\1[a-z]{3,}\b)", ""),
        (
            r"\b(it is|it was|and then|there is|there are|they are|some|slight|mild|his|her) \1\b",
            r"\1",
        ),
        (r"\b(?:is|are) (has been|have been)\b", r"\1"),
        (r"\bwe discussed that that\b", "we discussed that this"),
        (
            r"^(?:to be honest|either way|(?:the patient|she|he) (?:wants?|would like) to say"
            r"(?: that)?),? ",
            "",
        ),
        (r",? (?:and|but|or)(?: then| just)? (?:otherwise|maybe|else|make sure|so on)$", ""),
        (r"\bhas got\b", "has"),
        (r"\b(she|he|the patient) (?:was|is) (endors|deny|report|complain)ing\b", _reported),
        (r"\bdoes have\b", "has"),
        (r"\bthere is \w+ (?=there is\b)", ""),
        (r"(?<!up)(?<!down)(?<!over)(?<!around)(?<!go)(?<!pressure)(?<=\w\w)(?: right)? here$", ""),
        (r"\bthere is (?:some )?no\b", "there is no"),
        (r"\b(there (?:is|are) no) there (?:is|are) no\b", r"\1"),
        (r"\bthere is no (?=fractures|masses|lesions|murmurs|signs)", "there are no "),
        (r"\b(two|three|four|five|six|seven|eight|nine) by (\d+)", r"\1 x \2"),
        (r"\b(the|a|of|to|and|is|was|in|on|has|for) \1\b", r"\1"),
    )
)


def written(text: str) -> str:
    """``text`` as it is written in a note; what is written already stays as it is."""
    for pattern, replacement in (*_WRITTEN_OUT, *_PLAIN):
        text = pattern.sub(replacement, text)
    return one_subject(re.sub(r"\s+", " ", text).strip(" ,"))
