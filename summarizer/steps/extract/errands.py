"""What sounds like an order and is none: said to move the visit along, of no treatment, or of how
things will go.
"""

import re

_ERRAND = re.compile(
    r"(?:(?:come|go)(?: and)? (?:sit|see|tell|say|get|have a)|sit\b|put that "
    r"in|do something|print\b|take (?:your|their|her|his) time|"
    r"review (?:these|those|the|your) (?:pictures|images|(?:diagnostic )?(?:imaging )?results)\b|"
    r"do an? (?:\w+ )?(?:exam|examination|review of)\b|"
    r"discuss (?:the|this|your) \w+(?: a (?:little|bit))? more\b|"
    r"take (?:a moment|an? (?:\w+ )?(?:look|peek|listen|minute|second)|(?:good )?care of (?:you|"
    r"that|this))\b|keep (?:an?|a close) (?:close )?eye (?:on you\b|and take (?:good )?care\b)|"
    r"(?:bring|kick|move|lift|hold|put|push|turn|roll|slide) (?:it|that) (?:back|out|up|down|over|"
    r"straight|for me|against|this way)\b|"
    r"see (?:\w+ing|around|about|at|how|if|what)\b|let (?:them|him|her|it)\b|"
    r"come back to (?:it|that)|sort\b|"
    r"(?:try )?describ(?:e|ing)\b|work together\b|stay (?:\w+ )?in (?:sync|touch)\b|"
    r"get (?:you )?(?:back )?out (?:of here|there)\b|get (?:it|that|this) under\b|"
    r"have (?:the|my) (?:nurse|staff|front desk|medical assistant) (?:come|get|bring|print|start)\b"
    r"(?!.*\b(?:swab|draw|give|inject|vaccin\w+|x-?ray|ekg|test)\b)|"
    r"send (?:the|this|that) order\b|"
    r"add something|see her\b|wait a)",
    re.I,
)
# "Order the medications and the procedures": the recorder is told to enter what was said before.
_OF_NOTHING = re.compile(
    r"(?:keep|continue)(?: to)? (?:taking|using|doing)(?: it| that| them)?|"
    r"(?:do|order|place|enter|put in) (?:the|those|these|all (?:the|those)) "
    r"(?:orders?|medications?|procedures?|tests?)"
    r"(?:,? and (?:the )?(?:orders?|medications?|procedures?|tests?))*(?:,? as described)?|"
    r"order (?:tests?|labs?|(?:some )?studies) to look into (?:it|that|this)",
    re.I,
)
# One of two ways is offered, and none ordered.
_OTHER_OPTION = re.compile(r"\b(?:the )?other option\b", re.I)
# "You should heal in two weeks", "we do expect weight loss": how it will go.
_COURSE = re.compile(
    r"(?:do )?(?:heal|recover|expect|notice|improve|feel (?:better|worse|great|good|fine))\b", re.I
)


def no_order(text: str) -> bool:
    """Whether ``text``, an order by its form ("take a quick look", "heal in the next 2 weeks"),
    treats, tests or tells nothing."""
    return bool(
        _ERRAND.match(text)
        or _OF_NOTHING.fullmatch(text)
        or _OTHER_OPTION.search(text)
        or _COURSE.match(text)
    )
