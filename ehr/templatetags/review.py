"""Words for what the review page shows: why a code, what two sides say, which engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from ehr.selectors.shapes import FlagView, UtteranceLine

register = template.Library()

_REASONS: dict[str, Any] = {}
_REJECT_REASONS: dict[str, Any] = {
    "": _("no reason given"),
    "not-present": _("the patient does not have it"),
    "not-addressed": _("not addressed in this visit"),
    "other-code-fits": _("another code fits better"),
    "history-only": _("history only"),
}
_SIDES: dict[str, Any] = {
    "said": _("Said"),
    "words": _("Said"),
    "note": _("Note"),
    "record": _("Record"),
    "text": _("Note"),
    "expected": _("Source"),
    "found": _("Note"),
    "unit": _("Unit"),
    "value": _("Value"),
    "drug": _("Medicine"),
    "claim": _("Note"),
    "evidence": _("Source"),
    "one": _("One side"),
    "other": _("The other side"),
}
_ENGINE: dict[str, Any] = {
    "backend": _("Engine"),
    "model": _("Model"),
    "model_version": _("Version"),
    "weights_sha256": _("Weights (SHA-256)"),
    "template_version": _("Template"),
    "code_release": _("Code list"),
}


@register.filter
def code_reason(reason: str) -> Any:
    """Why a code was suggested. A reason is a stable key, maybe with what it names: `key:E11.9`."""
    key, _colon, named = reason.partition(":")
    words = _REASONS.get(key)
    if words is None:
        words = key.replace("-", " ")
    return f"{words} {named}".strip() if named else words


@register.simple_tag
def reject_reasons() -> list[tuple[str, Any]]:
    """The reasons offered when a code is rejected."""
    return list(_REJECT_REASONS.items())


@register.filter
def reject_reason(key: str) -> Any:
    """A kept reason in words; one that came through the API may be words already."""
    return _REJECT_REASONS.get(key, key)


@register.filter
def sides(flag: FlagView) -> list[tuple[Any, str]]:
    """What a warning compares, labelled, in the order in which the engine gave it."""
    return [
        (_SIDES.get(key, key.replace("_", " ").replace("-", " ").capitalize()), value)
        for key, value in flag.detail.items()
        if value
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
