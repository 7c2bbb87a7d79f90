"""FHIRPath invariants, evaluated by fhirpathpy within a budget of time and steps.

An expression may come from a profile that somebody stored, so it can be wrong, slow or hostile:
what cannot be evaluated has no verdict (None), regular expressions run on a linear engine, texts
do not grow without bound, and every step of an evaluation looks at the clock.

Sources: https://hl7.org/fhirpath/N1/, https://hl7.org/fhir/R4/fhirpath.html
"""

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from antlr4 import CommonTokenStream, InputStream, ParseTreeWalker, Token
from antlr4.error.ErrorListener import ErrorListener
from fhirpathpy.engine import do_eval
from fhirpathpy.engine.invocations import invocation_registry
from fhirpathpy.engine.invocations.constants import constants
from fhirpathpy.engine.nodes import ResourceNode, TypeInfo
from fhirpathpy.models import models
from fhirpathpy.parser.ASTPathListener import ASTPathListener
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

from fhir_bridge.narratives import narrative_fine

# fhirpathpy sets this at the first `is`; until then `ofType` would not know R4's types.
TypeInfo.model = models["r4"]

SECONDS = 5.0
_STEPS = 200_000
_LONGEST_EXPRESSION = 1_500
_LONGEST_TEXT = 1_048_576
_LONGEST_REPLACED = 4_096
_LOOKS = 256


class OverBudget(Exception):
    """The evaluation was stopped: no verdict."""


class Budget:
    """What one validation may take: wall time in seconds, spent by all of its expressions."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.deadline = time.monotonic() + seconds

    @property
    def spent(self) -> bool:
        return time.monotonic() > self.deadline


class _Context(dict[str, Any]):
    """fhirpathpy's context, which it reads at every step: the place to stop it."""

    def __init__(self, values: Mapping[str, Any], budget: Budget) -> None:
        super().__init__(values)
        self._budget = budget
        self._steps = 0

    def __getitem__(self, key: str) -> Any:
        self._steps += 1
        if self._steps > _STEPS or (self._steps % _LOOKS == 0 and self._budget.spent):
            raise OverBudget
        return super().__getitem__(key)


def holds(
    expression: str,
    value: Any,
    path: str,
    *,
    resource: Mapping[str, Any],
    root: Mapping[str, Any],
    beside: Any = None,
    budget: Budget,
) -> bool | None:
    """Whether an invariant holds for an element; None when it cannot be evaluated.

    `path` is the element's type or, in a backbone element, its path in R4; `resource` is what
    %resource means, `root` what %rootResource does. An empty result holds, as R4 has it.
    """
    if budget.spent:
        return None
    tree = _parsed(expression)
    if tree is None:
        return None
    focus = [ResourceNode(value, path, beside)]
    context = _Context(
        {
            "dataRoot": focus,
            "vars": {
                "context": focus[0],
                "resource": dict(resource),
                "rootResource": dict(root),
                "ucum": "http://unitsofmeasure.org",
                "sct": "http://snomed.info/sct",
                "loinc": "http://loinc.org",
            },
            "model": models["r4"],
            "userInvocationTable": _FUNCTIONS,
        },
        budget,
    )
    constants.reset()
    try:
        found = do_eval(context, focus, tree)
    except (Exception, RecursionError):
        # fhirpathpy raises every kind of error for what it does not know.
        return None
    found = found if isinstance(found, list) else [found]
    if not found:
        return True
    first = found[0].data if isinstance(found[0], ResourceNode) else found[0]
    return bool(first) if isinstance(first, bool) else True


@lru_cache(maxsize=2_048)
def _parsed(expression: str) -> Any:
    if len(expression) > _LONGEST_EXPRESSION:
        return None
    try:
        return _tree(expression)
    except (Exception, RecursionError):
        # ANTLR has its own error for each way in which a text is no expression.
        return None


class _Strict(ErrorListener):  # type: ignore[misc]
    def syntaxError(self, *_: Any) -> None:
        raise ValueError


def _tree(expression: str) -> Any:
    """The syntax tree of a whole expression; fhirpathpy's own parse() reads as much as it can."""
    lexer = FHIRPathLexer(InputStream(expression))
    parser = FHIRPathParser(CommonTokenStream(lexer))
    for each in (lexer, parser):
        each.removeErrorListeners()
        each.addErrorListener(_Strict())
    found = parser.expression()
    if parser.getCurrentToken().type != Token.EOF:
        raise ValueError
    listener = ASTPathListener()
    ParseTreeWalker().walk(listener, found)
    return listener.parentStack[0]["children"][0]


# -- functions that fhirpathpy lacks, or whose own version could be made slow --------------------


def _has_value(_: Any, nodes: list[Any]) -> list[bool]:
    data = _data(nodes)
    return [len(data) == 1 and data[0] is not None and not isinstance(data[0], dict | list)]


def _html_checks(_: Any, nodes: list[Any]) -> list[bool]:
    return [all(narrative_fine(str(each)) for each in _data(nodes))]


def _resolve(context: Any, nodes: list[Any]) -> list[Any]:
    """Contained resources; others are not looked up here."""
    contained = {
        f"#{each.get('id')}": each
        for each in context["vars"]["rootResource"].get("contained", [])
        if isinstance(each, dict)
    }
    found = []
    for each in _data(nodes):
        target = each.get("reference") if isinstance(each, dict) else each
        if isinstance(target, str) and target in contained:
            found.append(ResourceNode(contained[target], None))
    return found


def _matches(_: Any, nodes: list[Any], pattern: Any) -> list[bool]:
    data = _data(nodes)
    if not data or not isinstance(pattern, str):
        return []
    return [bool(_engine(pattern).is_valid(str(data[0])))]


@lru_cache(maxsize=256)
def _engine(pattern: str) -> Any:
    return jsonschema_rs.Draft4Validator(
        {"type": "string", "pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions()
    )


def _trace(_: Any, nodes: list[Any], *__: Any) -> list[Any]:
    """What trace() gives on; it writes nowhere, because what it would write may be a patient's."""
    return nodes


def _replace_matches(context: Any, nodes: list[Any], pattern: Any, other: Any) -> Any:
    """Only patterns that repeat one thing at most: Python's engine is not linear, and the linear
    one replaces nothing."""
    if sum(str(pattern).count(sign) for sign in "*+{") > 1:
        raise OverBudget
    if any(len(str(each)) > _LONGEST_REPLACED for each in _data(nodes)):
        raise OverBudget
    return invocation_registry["replaceMatches"]["fn"](context, nodes, pattern, other)


def _bounded(name: str) -> Callable[..., Any]:
    original = invocation_registry[name]["fn"]

    def limited(context: Any, *values: Any) -> Any:
        sizes = [len(each) for each in values if isinstance(each, str)]
        sizes += [
            len(each) for value in values if isinstance(value, list)
            for each in _data(value) if isinstance(each, str)
        ]  # fmt: skip
        if name == "replace" and sizes:
            # The worst that a replacement can make of a text.
            sizes.append((max(sizes) + 1) * (len(values[-1]) + 1))
        if sum(sizes) > _LONGEST_TEXT:
            raise OverBudget
        return original(context, *values)

    return limited


def _is_distinct(_: Any, nodes: list[Any]) -> list[bool]:
    data = [repr(each) if isinstance(each, dict | list) else each for each in _data(nodes)]
    return [len(set(data)) == len(data)]


def _data(nodes: Any) -> list[Any]:
    listed = nodes if isinstance(nodes, list) else [nodes]
    return [each.data if isinstance(each, ResourceNode) else each for each in listed]


def _own(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    return {**invocation_registry.get(name, {}), "fn": function}


_FUNCTIONS: dict[str, Any] = {
    "hasValue": {"fn": _has_value},
    "htmlChecks": {"fn": _html_checks},
    "resolve": {"fn": _resolve},
    "trace": _own("trace", _trace),
    "matches": _own("matches", _matches),
    "replaceMatches": _own("replaceMatches", _replace_matches),
    "isDistinct": _own("isDistinct", _is_distinct),
    **{name: _own(name, _bounded(name)) for name in ("replace", "&", "+", "join", "encode")},
}
