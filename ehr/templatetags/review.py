"""Words for what the review page shows: why a code, what two sides say, which engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from ehr.selectors.shapes import FlagView, UtteranceLine

register = template.Library()

_REASONS: dict[str, Any] = {
    "matched:description": _("in the code's own words"),
    "matched:inclusion-term": _("a term listed under the code"),
    "matched:synonym": _("a usual wording of it"),
    "matched:index": _("an entry of the Alphabetic Index"),
    "matched:words": _("what happened, in these words"),
    "matched:medicine": _("a medicine that is taken"),
    "matched:near": _("close in meaning: check it"),
    "section:assessment": _("in the assessment"),
    "section:history": _("in the history"),
    "section:subjective": _("in what the patient says"),
    "section:findings": _("in the findings"),
    "section:plan": _("in the plan"),
    "section:medications": _("among the medicines"),
    "section:allergies": _("among the allergies"),
    "section:social": _("in the social history"),
    "section:other": _("in the note"),
    "section:spoken": _("said in the visit"),
    "section:told": _("the clinician told the patient"),
    "record:condition": _("on the problem list"),
    "stated-as-diagnosis": _("stated as a diagnosis"),
    "prompt:detail": _("another code may say more: check the detail"),
    "prompt:side": _("the side is missing"),
    "release:outside-dates": _("code list not in force on the day of the visit"),
    "side:left": _("left side"),
    "side:right": _("right side"),
    "side:bilateral": _("both sides"),
    "side:elsewhere": _("the side is told elsewhere in the visit"),
}
# Reasons that name something after the colon: a guideline's section, a code, a character.
_NAMING_REASONS: dict[str, Any] = {
    "rule": _("coding guideline %(name)s"),
    "excludes1": _("not together with %(name)s"),
    "seventh": _("7th character %(name)s"),
    "site": _("accepted here %(name)s times"),
}
_REJECT_REASONS: dict[str, Any] = {
    "": _("no reason given"),
    "not-present": _("the patient does not have it"),
    "not-addressed": _("not addressed in this visit"),
    "other-code-fits": _("another code fits better"),
    "history-only": _("history only"),
    "not-documented": _("not documented well enough"),
}
_SIDES: dict[str, Any] = {
    "said": _("Said in the visit"),
    "recorded": _("In the record"),
    "elsewhere": _("Elsewhere in the visit"),
    "medicine": _("Medicine"),
    "written": _("Written in the note"),
}
# Parts of a warning that say where it belongs, not what to compare.
_PLACING = {"sentence_id", "sentence", "section", "reason", "from", "to"}
_ENGINE: dict[str, Any] = {
    "backend": _("Engine"),
    "model": _("Model"),
    "model_version": _("Version"),
    "weights_sha256": _("Weights (SHA-256)"),
    "template_version": _("Template"),
    "code_release": _("Code list"),
    "style_rules": _("Your rules of wording"),
}


@register.filter
def code_reason(reason: str) -> Any:
    """Why a code was suggested. Some keys name a code or a rule: `rule:I.B.2`."""
    if reason in _REASONS:
        return _REASONS[reason]
    key, _colon, name = reason.partition(":")
    if name and key in _NAMING_REASONS:
        return _NAMING_REASONS[key] % {"name": name}
    return reason.replace("-", " ").replace(":", ": ")


@register.simple_tag
def reject_reasons() -> list[tuple[str, Any]]:
    """The reasons offered when a code is rejected."""
    return list(_REJECT_REASONS.items())


@register.filter
def reject_reason(key: str) -> Any:
    """A kept reason in words; one that came through the API may be words already."""
    kept, _colon, words = key.partition(": ")
    if kept in _REJECT_REASONS and words:
        return f"{_REJECT_REASONS[kept]}: {words}"
    return _REJECT_REASONS.get(key, key)


@register.filter
def sides(flag: FlagView) -> list[tuple[Any, str]]:
    """What a warning compares, labelled, in the order in which the engine gave it."""
    return [
        (_SIDES.get(key, key.replace("_", " ").replace("-", " ").capitalize()), value)
        for key, value in flag.detail.items()
        if value and key not in _PLACING
    ]


@register.filter
def engine_parts(engine: Mapping[str, str]) -> list[tuple[Any, str]]:
    """What is known of the engine, labelled; empty parts are left out."""
    return [(_ENGINE[key], engine[key]) for key in _ENGINE if engine.get(key)]


@register.filter
def speaker(line: UtteranceLine) -> Any:
    """Who speaks: the role where it says it all, else the name that the words give."""
    if line.role in ("clinician", "patient"):
        return line.role_label
    return line.speaker.capitalize() or line.role_label


@register.filter
def clock_of(lines: Sequence[UtteranceLine], index: int | None) -> str:
    """When an utterance was said ("3:07"); empty where the words carry no times."""
    if index is None or not 0 <= index < len(lines):
        return ""
    return lines[index].clock
